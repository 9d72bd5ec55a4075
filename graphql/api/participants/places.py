"""Places 归属 in the schema: districts, subdistricts, units and industries, each code with what people call it. plan O2, P1."""

from collections.abc import Sequence
from functools import lru_cache

from api.kit.context import Context
from api.kit.ids import OrganisationID, id_of
from api.kit.published import field, published
from api.kit.row_mapping import CONVERSIONS
from domain.masks import ANYONE, SIGNED_IN
from interop.code_lists import district_codes, industries
from projections.participants.organisations import organisations_by_id

DIVISION = len("C34")
"""Length of the code of an industry's division, which names it."""


@published(SIGNED_IN, placed=False)
class District:
    """District of the city · 区. plan O2"""

    code: str = field("GB/T 2260 code · 区代码")
    name: str | None = field("Its name; null: no such code is known · 名称")
    name_in_english: str | None = field("Its name in English, of a code that is known · 英文名称")


@published(ANYONE, placed=False)
class Industry:
    """Industry of an enterprise, or that a provider knows · 行业. plan S3"""

    code: str = field("GB/T 4754 code, such as C34 · 行业代码")
    name: str | None = field("Name of its two-digit division; null: no such code is known · 行业大类")
    name_in_english: str | None = field("The same name in English, as the statistical yearbook has it · 行业大类（英文）")


@published(SIGNED_IN, placed=False)
class Subdistrict:
    """Subdistrict or town · 街镇. plan O2"""

    code: str = field("Its division code · 街镇代码")
    name: str | None = field("Its name today; null: it is not entered as an organisation · 名称")


@published(SIGNED_IN, placed=False)
class Unit:
    """Unit that an enterprise belongs to: a park, a reporting unit or a group · 所属单位. plan O2, O3"""

    id: OrganisationID = field("Id of the organisation · 组织标识")
    name: str | None = field("Its name today; null: it is not entered as an organisation · 名称")


@lru_cache(4_096)
def _district(code: str) -> District:
    found = district_codes().get(code)
    if found is None:
        return District(code=code, name=None, name_in_english=None)
    return District(code=code, name=found.name, name_in_english=found.name_in_english)


@lru_cache(4_096)
def industry_of(code: str) -> Industry:
    """An industry by its code 行业; null names nothing known."""
    found = industries().get(code[:DIVISION])
    if found is None:
        return Industry(code=code, name=None, name_in_english=None)
    return Industry(code=code, name=found.name, name_in_english=found.name_in_english)


CONVERSIONS[str, District] = _district
CONVERSIONS[str, Industry] = industry_of


def load_subdistricts(context: Context, codes: Sequence[str], _wanted: frozenset[str]) -> dict[str, Subdistrict]:
    """Subdistricts of some codes."""
    names = _names(context, codes)
    return {code: Subdistrict(code=code, name=names.get(code)) for code in codes}


def load_units(context: Context, ids: Sequence[str], _wanted: frozenset[str]) -> dict[str, Unit]:
    """Units of some ids."""
    names = _names(context, ids)
    return {identity: Unit(id=id_of("organisation", identity), name=names.get(identity)) for identity in ids}


def _names(context: Context, ids: Sequence[str]) -> dict[str, str]:
    """Names as they are today: what a firm belonged to then is its row's to say."""
    rows = organisations_by_id((context.present or context).snapshot, ids) if ids else {}
    return {identity: row.name for identity, row in rows.items()}
