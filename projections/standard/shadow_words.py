"""Shadow words 影子测算用语: what the slices and reasons of a re-scoring are called. plan S5."""

from collections.abc import Iterable, Mapping

from projections.report.wording import SIZES
from standards import AnyEdition
from standards.edition.difference import TERMS_ZH
from standards.edition.terms_zh import gates_in_words


def slice_name(by: str, key: str, editions: Mapping[str, AnyEdition], names: Mapping[str, str]) -> str:
    """What a slice is called 分项名称: its district, size class, division or edition by name; a code that has none by itself.

    editions: by the published key that each would replace. names: code of a district or division -> its name.
    """
    if by == "edition":
        return editions[key].title if key in editions else key
    return (SIZES if by == "size_class" else names).get(key, key)


def subject_name(subject: str, editions: Iterable[AnyEdition]) -> str:
    """What moved a grade is called 原因对象: the gate by its name, the indicator by its number and name, the bands."""
    if subject in TERMS_ZH:
        return TERMS_ZH[subject]
    for edition in editions:
        if (item := edition.by_id.get(subject)) is not None:
            return f"{item.id} {item.name}"
        floor = next((one for one in edition.gates.security if one.code == subject), None)
        for code, name, _ in gates_in_words(edition):
            if code == subject:
                return name if floor is None else f"{name}（{floor.indicator} {edition.by_id[floor.indicator].name}）"
    return subject
