"""Code lists 代码表 that rosters are checked against: districts, industries, columns; dated data with source and mark. plan P1."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from standards.edition.reader import EditionMalformed, read_mapping
from standards.edition.text import SourceMark

HERE = Path(__file__).parent / "codes"

"""How sure a number is 可信标记: verified, seen second-hand, known, inferred, from memory, our proposal."""


class CodesMalformed(ValueError):  # noqa: N818 - what is wrong, with file and line or field
    """A code list cannot be taken 代码表有误; says file, line or field, and what is wrong."""


class CodeList(BaseModel):
    """Data of a code list's file, nothing unknown in it 代码表数据."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


L = TypeVar("L", bound=CodeList)


def read_codes(path: Path, model: type[L]) -> L:
    """A code list from its file 读取代码表.

    Raises:
        CodesMalformed: the file breaks strict YAML or the list's own shape.
    """
    try:
        return model.model_validate(read_mapping(path))
    except EditionMalformed as error:
        raise CodesMalformed(str(error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise CodesMalformed(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


# Districts


class DistrictCode(CodeList):
    """District 区: GB/T 2260 code and name, which a reader of English is told in pinyin."""

    code: Annotated[str, Field(pattern=r"^31\d{4}$")]
    name: str
    name_in_english: str


class RetiredDistrict(DistrictCode):
    """District that was merged or renamed 已撤并区划; now: the code of its successor."""

    now: str
    mark: SourceMark


class Districts(CodeList):
    """The city's districts 区划表. english_source, english_mark: of their English names."""

    source: str
    mark: SourceMark
    english_source: str
    english_mark: SourceMark
    districts: tuple[DistrictCode, ...]
    retired: tuple[RetiredDistrict, ...]


@cache
def districts() -> Districts:
    """The districts as authored 区划表."""
    return read_codes(HERE / "districts.yaml", Districts)


@cache
def district_codes() -> Mapping[str, DistrictCode]:
    """What a district is called in a file -> the district 区名对照.

    By its code, full name, name without its ending, and both names after the city's. Retired ones map to themselves; a
    name that is in use again means the present district.
    """
    found: dict[str, DistrictCode] = {}
    for district in (*districts().retired, *districts().districts):
        short = district.name.removesuffix("新区").removesuffix("区").removesuffix("县")
        for name in (district.name, short):
            found |= {name: district, f"上海市{name}": district, f"上海{name}": district}
        found[district.code] = district
    return found


# Subdistricts


class Subdistricts(CodeList):
    """Subdistricts 街镇表: district code -> last three digits of the statistical code -> name."""

    source: str
    mark: SourceMark
    districts: dict[
        Annotated[str, Field(pattern=r"^31\d{4}$")], dict[Annotated[str, Field(pattern=r"^\d{3}$")], str]
    ]


@cache
def subdistrict_codes() -> Mapping[str, tuple[str, ...]]:
    """What a subdistrict is called in a file -> the nine-digit codes it may mean 街镇名对照.

    By its code, full name, and name without 街道, 镇 or 乡; one name may stand in several districts.
    """
    found: dict[str, tuple[str, ...]] = {}
    for district, parts in read_codes(HERE / "subdistricts.yaml", Subdistricts).districts.items():
        for digits, name in parts.items():
            code = district + digits
            short = name.removesuffix("街道").removesuffix("镇").removesuffix("乡")
            for called in {code, name, short}:
                found[called] = (*found.get(called, ()), code)
    return found


# Industries


class Division(CodeList):
    """Division 行业大类 of GB/T 4754 section C: "C" and two digits, and its name in both languages."""

    code: Annotated[str, Field(pattern=r"^C\d\d$")]
    name: str
    name_in_english: str


class Industries(CodeList):
    """Divisions of manufacturing 制造业大类. english_source, english_mark: of their English names."""

    source: str
    since_year: int
    since_mark: SourceMark
    mark: SourceMark
    english_source: str
    english_mark: SourceMark
    divisions: tuple[Division, ...]


@cache
def industries() -> Mapping[str, Division]:
    """Code of a division -> the division, C13 to C43 制造业大类."""
    return {division.code: division for division in read_codes(HERE / "industries.yaml", Industries).divisions}


@cache
def names_of_codes() -> Mapping[str, str]:
    """Code of a district or an industry's division -> its name 代码名称对照."""
    named = {district.code: district.name for district in districts().districts}
    return named | {division.code: division.name for division in industries().values()}


# Columns of a roster


class RosterColumn(CodeList):
    """Column of a roster 名单列: the field it fills, and the headers it is known by, the recommended one first."""

    field: str
    required: bool
    headers: Annotated[tuple[str, ...], Field(min_length=1)]

    @property
    def name(self) -> str:
        """The recommended header."""
        return self.headers[0]


class RevenueUnit(CodeList):
    """Unit of a revenue column 金额单位; in_wan: one of it in ten thousand yuan."""

    unit: str
    in_wan: Annotated[Decimal, Field(gt=0)]


class LargestRevenue(CodeList):
    """Yearly revenue above which a person is asked 需确认的营业收入, in ten thousand yuan; its mark."""

    wan: Annotated[Decimal, Field(gt=0)]
    mark: SourceMark


class RosterColumns(CodeList):
    """Columns and units of roster files 名单列定义."""

    columns: tuple[RosterColumn, ...]
    largest_revenue: LargestRevenue
    revenue_units: tuple[RevenueUnit, ...]


@cache
def roster_columns() -> RosterColumns:
    """The columns as authored 名单列定义."""
    return read_codes(HERE / "roster_columns.yaml", RosterColumns)


# Results of others' assessments


class ResultColumns(CodeList):
    """Columns of files with others' assessments 外部评估结果列定义."""

    columns: tuple[RosterColumn, ...]


@cache
def result_columns() -> ResultColumns:
    """The columns as authored 外部评估结果列定义."""
    return read_codes(HERE / "result_columns.yaml", ResultColumns)
