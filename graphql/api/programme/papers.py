"""White papers and research briefs 刊物 in the schema: published ones open to all, drafts the city's. plan R1, R5."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.lists import Listed, listing
from api.kit.mutations import Payload
from api.kit.paging import AtLeast
from api.kit.parts import parts
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.kit.years import require_year
from domain.access import Nothing, Role, Scope
from domain.kernel import Cause, Command
from domain.masks import ANYONE, AUDIT
from domain.programme.papers.paper import PaperEdition, PaperFormat, PaperKind, PaperStatus, paper_key
from domain.programme.papers.tables import PaperCell as CellState
from domain.programme.papers.tables import PaperTable as TableState
from domain.programme.papers.tables import PaperTableName, Withheld
from projections.programme.papers import read_model as rows
from projections.programme.papers.read_model import PaperFilter, PaperRow

PAPER_DRAFTS = frozenset({Role.CITY, Role.AUDITOR})
"""Papers before they are published 刊物草稿; once published they are anyone's. plan R5."""
for _enum in (PaperFormat, PaperKind, PaperStatus, PaperTableName, Withheld):
    enum_type(_enum)


@published(ANYONE, placed=False)
class PaperCell:
    """Cell of a published table; what is null is not shown, and `withheld` says why · 单元格. plan R1"""

    row: str = field("Row: district (GB/T 2260), edition, measure or estimate; `total` = the sum · 行")
    column: str = field("Column: state, grade, division of industry or indicator; `total` = the sum · 列")
    firms: int | None = field("Firms behind it; null: withheld, or not counted in firms · 企业数")
    value: Decimal | None = field("Mean, estimate, target or percent; null: none is shown · 数值")
    low: Decimal | None = field("Lower end of its 90 percent interval; null: too few firms for one · 下限")
    high: Decimal | None = field("Upper end of the interval · 上限")
    withheld: Withheld | None = field("Why something of it is withheld; null: nothing is · 不公开原因")


@published(ANYONE, placed=False)
class PaperTable:
    """Table of a paper, as of the position that the paper states · 数据表. plan R1"""

    table: PaperTableName = field("Which table it is · 数据表")
    sha256: str = field("SHA-256 of its file · 摘要")
    path: str = field("Where its file is, as CSV · 下载路径")
    cells: list[PaperCell] = parts(PaperCell, "Its cells, in order · 单元格")


@published(ANYONE, placed=False)
class PaperFile:
    """File of a paper · 刊物文件. plan R5"""

    format: PaperFormat = field("Form in which it is set · 文件格式")
    path: str = field("Where it is · 下载路径")
    sha256: str | None = field("SHA-256 of its bytes; null: of a draft, set anew each time · 摘要")


@published(ANYONE, row=PaperRow, placed=False)
class Paper:
    """Edition of a white paper or research brief: computed at one position, and unchanged once it is published · 刊物. plan R5"""

    kind: PaperKind = field("What is published · 刊物类别")
    year: int = field("Year that it is of · 年度")
    edition: int = field("Number of the edition, from 1 · 版次")
    status: PaperStatus = field("How far it has come · 刊物状态")
    changed_at: datetime = field("When it was published; of a draft, asked for or computed, UTC · 变更时间")
    version: int | None = field(
        "Version of its stream; pass it as `expectedVersion` · 版本", roles=PAPER_DRAFTS, made=True
    )
    corrects: int | None = field("Edition that it corrects; null of the first · 所更正版次", made=True)
    reason: str | None = field("What that edition is corrected for · 更正理由", made=True)
    cut_off: date | None = field("Day as of which it was computed; null before · 数据截至日", made=True)
    position: int | None = field(
        "Place in the journal up to which facts were read, as its pages print it; null before · 日志位置", roles=AUDIT, made=True
    )
    method: str | None = field("Method and version; null before it is computed · 方法", made=True)
    input_digest: str | None = field("SHA-256 of what went in; null before · 输入摘要", made=True)
    uplift: Cause | None = field(
        "Request whose years and edition the uplift is of; null: none was asked for · 提升幅度依据", made=True
    )
    dictionary: str = field("Where the data dictionary of its tables is, in Chinese and English · 数据字典路径", made=True)
    files: list[PaperFile] = field("Its files, once it is computed · 文件", made=True)
    tables: list[PaperTable] = field("Its tables, once it is computed · 数据表", made=True)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _cell(one: CellState) -> PaperCell:
    return PaperCell(
        row=one.row,
        column=one.column,
        firms=one.firms,
        value=_decimal(one.value),
        low=_decimal(one.low),
        high=_decimal(one.high),
        withheld=one.withheld,
    )


def _table(folder: str, one: TableState) -> PaperTable:
    return PaperTable(
        table=one.table, sha256=one.digest, path=f"{folder}/{one.table.value}.csv", cells=[_cell(cell) for cell in one.cells]
    )


def _files(folder: str, state: PaperEdition) -> list[PaperFile]:
    kept = {one.format: one.sha256 for one in state.published.files} if state.published is not None else {}
    forms = PaperFormat if state.computed is not None else ()
    return [PaperFile(format=form, path=f"{folder}/paper.{form.value}", sha256=kept.get(form)) for form in forms]


def _paper(context: Context, row: PaperRow) -> Paper:
    state, folder = row.state(), f"/papers/{row.id}"
    computed = state.computed
    return Paper(
        **shown(Paper, row),
        version=row.version if context.role in PAPER_DRAFTS else None,
        corrects=state.corrects,
        reason=state.reason,
        cut_off=computed.day if computed is not None else None,
        position=computed.position if computed is not None and context.role in AUDIT else None,
        method=computed.method if computed is not None else None,
        input_digest=computed.input_digest if computed is not None else None,
        uplift=computed.uplift if computed is not None else None,
        dictionary=f"{folder}/dictionary.csv",
        files=_files(folder, state),
        tables=[_table(folder, one) for one in computed.tables] if computed is not None else [],
    )


def _build(context: Context, found: Sequence[PaperRow], _wanted: frozenset[str]) -> list[Paper]:
    return [_paper(context, row) for row in found]


def drafting(role: str, scope: Scope) -> Scope:
    """Whose drafts there are for a caller: the whole city's, for those who read drafts at all 草稿可见范围."""
    return scope if role in PAPER_DRAFTS else Nothing()


PAPERS: Listed[PaperFilter, PaperRow, Paper] = Listed(
    name="papers",
    node=Paper,
    order=rows.NEWEST_FIRST,
    rows=rows.papers,
    count=rows.paper_count,
    by_id=rows.papers_by_id,
    build=_build,
    scope=lambda context: drafting(context.role, context.scope),
)

Year = Annotated[int, argument("Year that it is of · 年度")]


@strawberry.type
class PaperQueries:
    """Query fields: papers."""

    @field(
        "An edition of a paper, open to all once it is published, without signing in; null where there is none · 刊物. plan R5",
        roles=ANYONE,
    )
    def paper(
        self,
        info: strawberry.Info[Context, None],
        year: Year,
        kind: Annotated[PaperKind | None, argument("What is published; none = the white paper · 刊物类别")] = None,
        edition: Annotated[int | None, argument("Number of the edition; none = the latest · 版次")] = None,
        at_least: AtLeast = None,
    ) -> Paper | None:
        """One edition.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        context = info.context
        snapshot, scope = context.at_least(at_least), PAPERS.scope(context)
        key = paper_key(kind or PaperKind.WHITE_PAPER, year)
        row = rows.latest_of(snapshot, scope, key)
        if edition is not None:
            row = rows.papers_by_id(snapshot, scope, [f"{key}.{edition}"]).get(f"{key}.{edition}")
        return _paper(context, row) if row is not None else None

    @listing(
        PAPERS,
        "Editions of papers, the latest first: open to all once published, without signing in; drafts to city and auditor "
        "· 刊物列表. plan R5",
        roles=ANYONE,
    )
    def papers(
        self,
        kind: Annotated[PaperKind | None, argument("What is published; none = any · 刊物类别")] = None,
        year: Annotated[int | None, argument("Year; none = any · 年度")] = None,
    ) -> PaperFilter:
        """A page of papers.

        Raises:
            Refused: YEAR_OUT_OF_RANGE.
        """
        require_year(year)
        return PaperFilter(kind, year)


def _find_paper(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> Paper | None:
    row = rows.latest_of(context.snapshot, PAPERS.scope(context), key)
    return _paper(context, row) if row is not None else None


QUERIES = PaperQueries
PAYLOADS: Mapping[str, Payload] = {"paper": Payload("paper", Paper, _find_paper)}
"""Capability, or a command whose payload carries something else -> what its payloads carry 返回对象."""
