"""Shadow re-scoring 影子测算 in the schema: what a draft would do; firms for city and auditor alone. plan S4, S5.

Who may not see firms is shown counts alone, 1 to 4 withheld and all others to the nearest five, and no sensitivity of an
edition that fewer than five diagnoses stand behind: a named reviewer judges the standard and is to single out no firm.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.ids import DiagnosisID, RevisionID, id_of, key_of
from api.kit.mutations import Payload
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from domain.kernel import Command
from domain.masks import AUDIT, SHADOW_FIRMS, SHADOW_TOTALS
from domain.standard.revision.state import draft_scope
from domain.standard.shadow import ShadowStatus
from interop.code_lists import names_of_codes
from projections.standard import revisions
from projections.standard import shadow as shadow_rows
from projections.standard.shadow import WITHHELD_BELOW, ShadowRow, blurred
from projections.standard.shadow_words import slice_name, subject_name
from standards import AnyEdition
from standards.shadow import sensitivity as measured
from standards.shadow.rescore import MoveReasonKind, RescoringObstacleKind, obstacle_said
from standards.shadow.tally import ShadowCounts as Counted
from standards.shadow.tally import ShadowResult, Slicing


@published(SHADOW_TOTALS)
class ShadowCounts:
    """How diagnoses would fare; a count is null where it is withheld · 测算计数. plan S5"""

    same: int | None = field("Same grade · 不变")
    up: int | None = field("Higher grade · 上升")
    down: int | None = field("Lower grade · 下降")
    not_rescorable: int | None = field("Not to be re-scored: counted, never guessed · 不可测算")


@published(SHADOW_TOTALS)
class ShadowMatrixRow:
    """One grade before and where its diagnoses would go · 迁移矩阵的一行. plan S4, S5"""

    grade: int = field("Grade as issued, 0 = below grade 1 · 现档")
    diagnoses: list[int | None] = field("By the grade they would have, 0 to 10; null: withheld · 新档诊断数")


@published(SHADOW_TOTALS)
class ShadowSlice:
    """Counts of one district, size class, edition or division · 分项计数. plan S5"""

    by: Slicing = field("What it is broken down by · 分项依据")
    key: str = field("Which one, by its code · 取值")
    name: str = field("What it is called · 名称")
    counts: ShadowCounts = field("Counts · 计数")


@published(SHADOW_TOTALS)
class ShadowReasonCount:
    """How many would move for a reason; a diagnosis may have several · 变动原因计数. plan S5"""

    kind: MoveReasonKind = field("What moved it · 原因类别")
    subject: str = field("Code of the gate, or the indicator that moved most · 门槛或指标")
    name: str = field("What the gate or indicator is called · 门槛或指标名称")
    diagnoses: int | None = field("How many diagnoses; null: withheld · 诊断数")


@published(SHADOW_TOTALS)
class ShadowObstacleCount:
    """How many cannot be re-scored for a reason; a diagnosis may have several · 不可测算原因计数. plan S5"""

    kind: RescoringObstacleKind = field("What stands in the way · 原因类别")
    subject: str = field("Indicator, dimension or edition at fault · 对象")
    sentence: str = field("The same as a line to read, in Chinese · 说明")
    sentence_in_english: str = field("The same line, in English · 英文说明")
    diagnoses: int | None = field("How many diagnoses; null: withheld · 诊断数")


@published(SHADOW_TOTALS)
class NearestMove:
    """The nearest value of a parameter at which some firm's grade is another · 最近变动点. plan S4, S5"""

    value: Decimal = field("The value · 取值")
    change: Decimal = field("From the present value · 变化量")
    firms: int | None = field("How many move there; null: withheld · 变动家数")
    example: DiagnosisID | None = field("One of their diagnoses; null for who may not see firms · 一例")


@published(SHADOW_TOTALS)
class ParameterSensitivity:
    """How far one parameter may go before any grade moves; null: no value in that direction moves anyone. When a weight changes,
    its siblings share the rest of 100 in proportion · 敏感性. plan S4, S5
    """

    clause: str = field("Where it stands, such as dimensions.D1.weight · 条款")
    label: str = field("The same in the words of the standard · 条款名称")
    value: Decimal = field("Now · 现值")
    less: NearestMove | None = field("Below it · 向下")
    more: NearestMove | None = field("Above it · 向上")


@published(SHADOW_TOTALS)
class EditionSensitivity:
    """Sensitivity of every parameter of an edition · 版本敏感性. plan S4, S5"""

    replaces: str = field("Key of the published edition in whose place it would stand · 所接替版本")
    edition: str = field("Its own key · 版本号")
    firms: int | None = field("Diagnoses re-scored under it; null: withheld · 诊断数")
    parameters: list[ParameterSensitivity] = field("Parameters; empty where all is withheld · 参数")


@published(SHADOW_TOTALS)
class ShadowOutcome:
    """What a draft would do to every finished diagnosis · 影子测算汇总. plan S4, S5"""

    blurred: bool = field(
        "Whether counts are blurred for who may not see firms: 1 to 4 withheld, others to the nearest five · 是否模糊"
    )
    counts: ShadowCounts = field("Counts · 计数")
    matrix: list[ShadowMatrixRow] = field("Migration matrix, grades 0 to 10 · 等级迁移矩阵")
    slices: list[ShadowSlice] = field("By district, size, edition and division · 分项计数")
    reasons: list[ShadowReasonCount] = field("Why they move · 变动原因")
    obstacles: list[ShadowObstacleCount] = field("Why some cannot be re-scored · 不可测算原因")
    reworded: int | None = field(
        "Re-scored on answers to questions that the draft words otherwise: read with caution · 问题表述有变"
    )
    sensitivity: list[EditionSensitivity] = field("How far each parameter may go before a grade moves · 敏感性")


@published(SHADOW_TOTALS, row=ShadowRow)
class ShadowRun:
    """Shadow re-scoring of a draft: asked for, at work, completed or failed · 影子测算. plan S5"""

    revision: RevisionID = field("Revision whose draft it is · 修订")
    number: int = field("Counts from 1 · 次数")
    status: ShadowStatus = field("How far it has come · 影子测算状态")
    draft_version: int = field("Draft version it is of · 草案稿次")
    outdated: bool = field("Whether the draft has changed since · 草案其后已修改")
    requested_at: datetime = field("When it was asked for, UTC · 请求时间")
    ended_at: datetime | None = field("When it ended, UTC; null while at work · 结束时间")
    done: int | None = field("Diagnoses done; null before it began, and where it is withheld · 已测算数")
    total: int | None = field("Of how many; likewise · 总数")
    failure: str | None = field("Why it came to nothing · 失败原因")
    rules: str | None = field("Version of the rules of re-scoring · 测算规则版本")
    input_digest: str | None = field(
        "SHA-256 of all that the result follows from; the auditor's, as it holds a position · 输入摘要", roles=AUDIT
    )
    outcome: ShadowOutcome | None = field("What the draft would do; null unless completed · 测算结果")


Show = Callable[[int], int | None]


def _counts(found: Counted, show: Show) -> ShadowCounts:
    return ShadowCounts(
        same=show(found.same), up=show(found.up), down=show(found.down), not_rescorable=show(found.not_rescorable)
    )


def build_outcome(
    result: ShadowResult,
    sensitivities: Sequence[measured.EditionSensitivity],
    editions: Mapping[str, AnyEdition],
    *,
    sees_firms: bool,
) -> ShadowOutcome:
    """A result as it is shown to who may see firms, or to who may not. editions: of the draft, which call things by name."""
    show: Show = int if sees_firms else blurred
    names = names_of_codes()
    return ShadowOutcome(
        blurred=not sees_firms,
        counts=_counts(result.counts, show),
        matrix=[
            ShadowMatrixRow(grade=grade, diagnoses=[show(number) for number in row])
            for grade, row in enumerate(result.matrix)
        ],
        slices=[
            ShadowSlice(
                by=Slicing(one.by), key=one.key, name=slice_name(one.by, one.key, editions, names), counts=_counts(one.counts, show)
            )
            for one in result.slices
        ],
        reasons=[
            ShadowReasonCount(
                kind=one.kind,
                subject=one.subject,
                name=subject_name(one.subject, editions.values()),
                diagnoses=show(one.diagnoses),
            )
            for one in result.reasons
        ],
        obstacles=[
            ShadowObstacleCount(
                kind=one.kind,
                subject=one.subject,
                sentence=obstacle_said(one.kind, one.subject)[0],
                sentence_in_english=obstacle_said(one.kind, one.subject)[1],
                diagnoses=show(one.diagnoses),
            )
            for one in result.obstacles
        ],
        reworded=show(result.reworded),
        sensitivity=[_sensitivity(one, show, sees_firms=sees_firms) for one in sensitivities],
    )


def _sensitivity(found: measured.EditionSensitivity, show: Show, *, sees_firms: bool) -> EditionSensitivity:
    shown = found.parameters if sees_firms or found.firms >= WITHHELD_BELOW else ()
    return EditionSensitivity(
        replaces=found.replaces,
        edition=found.edition,
        firms=show(found.firms),
        parameters=[
            ParameterSensitivity(
                clause=one.clause,
                label=one.label,
                value=one.value,
                less=_nearest(one.less, show, sees_firms=sees_firms),
                more=_nearest(one.more, show, sees_firms=sees_firms),
            )
            for one in shown
        ],
    )


def _nearest(found: measured.NearestMove | None, show: Show, *, sees_firms: bool) -> NearestMove | None:
    if found is None:
        return None
    return NearestMove(
        value=found.value,
        change=found.change,
        firms=show(found.firms),
        example=id_of("diagnosis", found.example) if sees_firms else None,
    )


def find_shadow(context: Context, revision: str, number: int | None = None) -> ShadowRun | None:
    """A run over a draft, as far as the caller may see it; None where there is none to be seen."""
    scope = draft_scope(context.role, context.scope)
    row = shadow_rows.shadow(context.snapshot, scope, revision, number)
    draft = revisions.draft_editions(context.snapshot, scope, revision)
    if row is None or draft is None:
        return None
    sees_firms = context.role in SHADOW_FIRMS
    show: Show = int if sees_firms else blurred
    told = context.services.shadows.progress(revision) if row.status == "running" else None
    progress = told if told is not None and told.number == row.number else None
    result = row.result_of_run()
    return ShadowRun(
        **shown(ShadowRun, row),
        outdated=draft.digest != row.draft_digest,
        done=show(progress.done) if progress is not None else None,
        total=show(progress.total) if progress is not None else None,
        outcome=build_outcome(result, row.sensitivities(), draft.editions, sees_firms=sees_firms) if result is not None else None,
    )


@strawberry.type
class ShadowQueries:
    """Query fields: shadow re-scoring."""

    @field(
        "Shadow re-scoring of a draft, the latest unless numbered; null when there is none, or the draft is not to be seen "
        "· 影子测算. plan S5",
        roles=SHADOW_TOTALS,
    )
    def shadow(
        self,
        info: strawberry.Info[Context, None],
        revision: Annotated[strawberry.ID, argument("Id of the revision · 修订标识")],
        number: Annotated[int | None, argument("Which run, from 1; none = the latest · 次数")] = None,
        at_least: AtLeast = None,
    ) -> ShadowRun | None:
        """One run, with its progress or result."""
        info.context.at_least(at_least)
        return find_shadow(info.context, key_of(revision, "revision"), number)


def _find_shadow(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> ShadowRun | None:
    return find_shadow(context, key)


QUERIES = ShadowQueries
PAYLOADS: Mapping[str, Payload] = {
    "shadow": Payload("shadow", ShadowRun, _find_shadow, SHADOW_TOTALS),
}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
