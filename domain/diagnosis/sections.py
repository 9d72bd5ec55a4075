"""Sections 填报部分: the dimensions of a form as they are filled in, and on which of them an actor works. plan S1, P7."""

from collections.abc import Collection

from domain.access import Role
from domain.kernel import DecisionContext, Refused, Rule
from standards import Edition

# Rules

SECTION_UNKNOWN = Rule(
    "SECTION_UNKNOWN",
    "plan S1",
    "标准中没有维度 {section}；请核对维度编号",
    "The edition has no section {section}; check the section's id",
)
SECTION_NOT_YOURS = Rule(
    "SECTION_NOT_YOURS",
    "plan P7",
    "“{section_name}”部分不由您填报；请由负责该部分的人员填报",
    "The section {section} is not yours to fill in; it is for whoever fills that one in",
)


def section_name(edition: Edition, section: str) -> str:
    """What a refusal calls a section 部分名称: its id and name; one that the edition does not have, as it was sent."""
    return next((f"{one.id} {one.name}" for one in edition.dimensions if one.id == section), section)


def require_section_of(edition: Edition, section: str) -> None:
    """Refuse a section that the edition does not have: SECTION_UNKNOWN (plan S1) 章节检查."""
    known = tuple(dimension.id for dimension in edition.dimensions)
    if section not in known:
        raise SECTION_UNKNOWN.refuse(path="section", section=section, allowed=known)


def is_open_section(section: str, role: str, sections: Collection[str] | None) -> bool:
    """Whether an actor works on a section 是否分管: a department's filler on their own, to fill and to read. plan P7.

    sections: ids of the dimensions that the actor was given; None = all, except for a department's filler, who then has none.
    """
    is_limited = role == Role.DEPARTMENT_FILLER or sections is not None
    return not is_limited or section in (sections or ())


def require_section(edition: Edition, section: str, context: DecisionContext) -> None:
    """Refuse a section that is not the department filler's own 分管部分.

    Raises:
        Refused: SECTION_NOT_YOURS (plan P7).
    """
    if not is_open_section(section, context.role, context.sections):
        raise section_not_yours(edition, section, path="section")


def section_not_yours(edition: Edition, section: str, path: str) -> Refused:
    """The refusal of a section that is another's 非本人部分, which calls it by its name."""
    return SECTION_NOT_YOURS.refuse(path=path, section=section, section_name=section_name(edition, section))
