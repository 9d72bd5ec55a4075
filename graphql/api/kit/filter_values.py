"""Values of filters 筛选取值: one that is none of its kind is refused, with those that are. plan P1."""

from collections.abc import Iterable, Mapping

from domain.kernel import Rule

FILTER_VALUE_UNKNOWN = Rule(
    "FILTER_VALUE_UNKNOWN",
    "plan P1",
    "筛选项 {path} 没有取值“{given}”；可选：{listed}",
    "The filter {path} has no value “{given}”; it is one of: {listed_in_english}",
)
LONGEST_SHOWN = 40


def require_known(path: str, given: str | None, allowed: Mapping[str, str] | Iterable[str]) -> None:
    """Refuse a value that is none of those allowed; None filters nothing 检查筛选取值.

    Args:
        path: the argument, as the client writes it.
        given: the value sent.
        allowed: the values, with what each is called in Chinese where it has a name.

    Raises:
        Refused: FILTER_VALUE_UNKNOWN (plan P1).
    """
    values = tuple(allowed)
    if given is None or given in values:
        return
    names = allowed if isinstance(allowed, Mapping) else {}
    listed = "、".join(f"{value}（{names[value]}）" if value in names else value for value in values)
    raise FILTER_VALUE_UNKNOWN.refuse(
        path=path, given=given[:LONGEST_SHOWN], listed=listed, listed_in_english=", ".join(values), allowed=values
    )
