"""User errors · 未执行原因: why a command was not carried out, as data: code, clause, both languages, field, bound. plan P5, P7."""

import strawberry

from api.kit.published import published
from domain.kernel import Refused
from domain.masks import ANYONE
from interop.code_lists import names_of_codes
from journal import Conflict

MALFORMED_INPUT = "MALFORMED_INPUT"
"""Code of input that is not what its field asks for; no rule refuses it."""


def with_names(refused: Refused) -> str:
    """The Chinese sentence of a refusal, industries and districts by their names: the rules know codes alone 以名称表述."""
    names = names_of_codes()
    told = {
        name: "、".join(f"{names[code]}（{code}）" for code in fact.split("、"))
        for name, fact in refused.facts.items()
        if isinstance(fact, str) and fact and all(code in names for code in fact.split("、"))
    }
    return refused.rule.says.format(**refused.facts | told) if told else refused.says


@published(ANYONE)
class UserError:
    """Why a command was not carried out, as data: its published code, the clause, both languages · 未执行原因"""

    field: str | None = strawberry.field(description="Path of the input field, as the client wrote it · 字段")
    bound: str | None = strawberry.field(description="What the field may be, such as ≥ 0 or the list of its values · 可取范围")
    code: str = strawberry.field(description="Published code of the rule · 规则代码")
    clause: str | None = strawberry.field(description="Clause of the work plan, a heading of docs/plan.md · 条款")
    message: str = strawberry.field(description="What to tell people, in Chinese · 中文说明")
    message_in_english: str = strawberry.field(description="The same in English · 英文说明")

    @classmethod
    def of(cls, refused: Refused) -> "UserError":
        """The refusal of a rule."""
        return cls(
            field=None,
            bound=None,
            code=refused.rule.code,
            clause=refused.rule.clause,
            message=with_names(refused),
            message_in_english=refused.says_in_english,
        )

    @classmethod
    def conflict(cls, conflict: Conflict) -> "UserError":
        """The thing has moved on meanwhile."""
        return cls(
            field="expectedVersion",
            bound=None,
            code=conflict.code,
            clause=conflict.clause,
            message=conflict.says,
            message_in_english=conflict.says_in_english,
        )

    @classmethod
    def malformed(cls, path: str, chinese: str, english: str, bound: str | None = None) -> "UserError":
        """Input that is not what its field asks for; `path` as the client wrote it."""
        where = path or None
        return cls(
            field=where, bound=bound, code=MALFORMED_INPUT, clause=None, message=chinese, message_in_english=english
        )
