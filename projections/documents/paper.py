"""Sheet of a white paper or research brief 刊物页面数据: its tables in words, with what is withheld marked. Pure. plan R1, R5."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from domain.governance.rule_bodies.paper_template import PaperPart, PaperTemplate, filled_in
from domain.governance.rule_bodies.publication import PublishedGroup
from domain.kernel import cause_of
from domain.programme.case_studies.state import CaseStudyText
from domain.programme.papers.paper import PaperComputed, PaperEdition, PaperKind, paper_stream
from domain.programme.papers.tables import ECOSYSTEM, TOTAL, Movement, PaperCell, PaperTable, PaperTableName, Withheld

MARKS: Mapping[Withheld, str] = MappingProxyType({Withheld.TOO_FEW: "*", Withheld.DIFFERENCE: "†", Withheld.PROTECTS: "‡"})
"""What stands in place of what is withheld."""
NOTES: Mapping[PaperTableName, str] = MappingProxyType(
    {
        PaperTableName.COVERAGE: "按年度名单，至年末已有诊断结果的企业计入“已诊断”。",
        PaperTableName.TARGETS: "目标值随来源标记列出；实际值由上表公布的数得出，上表不公开的，此处亦不公开。",
        PaperTableName.GRADES: "每家企业取至年末最近一次已出具的结果。图示各档占全市的比例。",
        PaperTableName.HEAT: "单元格依次为总分均值、百分之九十区间、企业数；企业不足十一家的不给区间。颜色越深，均值越高。",
        PaperTableName.INDICATORS: "各标准版本中均值最低的指标，附百分之九十区间；不同版本的指标不相比较。",
        PaperTableName.MOVEMENT: "同一企业本年末与上年末的档次相比；两次依不同版本的，不比较。",
        PaperTableName.MEMBERS: "按年度名单所载集团统计；几乎全部企业均属集团的单元格不公开。",
        PaperTableName.SUPPLIERS: "计算当日授权链主的企业；未授权的不在其列，不等于不供货。",
        PaperTableName.BUYERS: "与供给方达成的需求所属企业；只计成交，不计金额。",
        PaperTableName.UPLIFT: "同一版本下两次核验得分之差。前后之差含回归均值的影响，不得单独引用；"
        "后两个估计不一致的，视为未能确认。",
        PaperTableName.CASES: "各案例均经企业就所载文稿同意后公开，未署名的不写明企业；撤回同意的不收入以后各版。",
    }
)
"""What a reader has to know of each table 读法."""
GRADES = {"0": "未达一档", **{str(grade): f"{name}档" for grade, name in enumerate("一二三四五六七八九十", 1)}}
LISTS = frozenset({PaperTableName.TARGETS, PaperTableName.INDICATORS, PaperTableName.UPLIFT, PaperTableName.CASES})
"""Tables that are read line by line; the others have two sides."""
WORDS: Mapping[str, str] = MappingProxyType(
    {
        TOTAL: "合计",
        "diagnosed": "已诊断",
        "not_diagnosed": "未诊断",
        "reached": "实际",
        "enterprises_diagnosed": "已诊断企业数（家）",
        "share_diagnosed": "诊断覆盖率（%）",
        "before_after": "前后之差",
        "in_strata": "分层对照之差",
        "matched": "匹配对照之差",
        "verdict": "结论：",
        "established": "已确认",
        "not_established": "未能确认",
        **dict(zip(Movement._fields, ("上升", "持平", "下降", "版本不同", "新增"), strict=True)),
    }
)
MOVEMENT_ORDER = {name: place for place, name in enumerate(Movement._fields)}
SHADES = 8
UPRIGHT, TOGETHER, FEW_BARS = 10, 14, 6
"""Columns that an upright page takes; rows, and lines of a chart, that are held together on one."""
NONE = "—"


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell in words 单元格文字. below: interval and number of firms. shade: 0 = none, of a heat map."""

    text: str
    below: tuple[str, ...] = ()
    shade: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart 图形条目, 0–100. low, high: its interval; None = without."""

    label: str
    value: Decimal
    shown: str
    low: Decimal | None = None
    high: Decimal | None = None


class DrawnLink(NamedTuple):
    """A line of a map 图谱连线: from a row to a column of its table, each by number, and the firms that it stands for."""

    row: int
    column: int
    firms: int


@dataclass(frozen=True)
class ShownTable:
    """A table in words 数据表文字. bars, links: what its chart and its map draw. words: what the template says beside it.

    left_out: rows and columns of which every cell is withheld; they are named below it instead. grouped: what it counts together.
    said: why it shows no number, in Chinese; None = it does, or its marks say.
    """

    table: PaperTable
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[ShownCell, ...]], ...]
    bars: tuple[Bar, ...]
    links: tuple[DrawnLink, ...] = ()
    words: PaperPart | None = None
    left_out: tuple[str, ...] = ()
    grouped: tuple[str, ...] = ()
    said: str | None = None

    @property
    def title(self) -> str:
        """Its Chinese title."""
        own = self.words.title if self.words is not None else None
        return own or self.table.table.description.rpartition(" · ")[2]

    @property
    def is_large(self) -> bool:
        """Whether it takes a page on its side."""
        return len(self.heads) > UPRIGHT

    @property
    def is_small(self) -> bool:
        """Whether it is held together on one page, its heading with it."""
        return self.is_short and len(self.bars) <= FEW_BARS

    @property
    def is_short(self) -> bool:
        """Whether its lines are held together on one page, whatever stands above them."""
        return len(self.rows) <= TOGETHER

    @property
    def is_list(self) -> bool:
        """Whether it is read line by line."""
        return self.table.table in LISTS

    @property
    def note(self) -> str:
        """How it is to be read, in Chinese."""
        own = self.words.note if self.words is not None else None
        return own or NOTES[self.table.table]

    @property
    def english(self) -> str:
        """Its English title, and how the template says in English that it is to be read."""
        own = self.words.title_in_english if self.words is not None else None
        note = self.words.note_in_english if self.words is not None else None
        title = own or self.table.table.description.partition(" · ")[0]
        return f"{title}. {note}" if note else title

    @property
    def grouping(self) -> str | None:
        """What it counts together, by name, in Chinese; None = nothing."""
        return f"合并统计的有{'、'.join(self.grouped)}，各含哪些见“统计分组”。" if self.grouped else None

    @property
    def closing(self) -> str | None:
        """What it leaves out, in Chinese; None = nothing."""
        if not self.left_out:
            return None
        return f"以下各项的单元格全部不公开，不列入上表，公开数据文件中逐格注明：{'、'.join(self.left_out)}。"

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """Marks that it bears, with what they mean in Chinese."""
        borne = {one.withheld for one in self.table.cells}
        return tuple((mark, one.description.rpartition(" · ")[2]) for one, mark in MARKS.items() if one in borne)


class SetTemplate(NamedTuple):
    """The template that a paper is set by 所用模板. cause: how it is cited; None = the default."""

    body: PaperTemplate
    cause: str | None


@dataclass(frozen=True)
class PaperSheet:
    """A paper as it is set 刊物. draft: it is not published. demo: of synthetic data. cases: texts of a case collection.

    groups: name of what its tables count together -> what that is.
    """

    paper: PaperEdition
    computed: PaperComputed
    tables: tuple[ShownTable, ...]
    draft: bool
    demo: bool
    template: SetTemplate
    cases: tuple[CaseStudyText, ...] = ()
    groups: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Its title."""
        return self._chinese(self.template.body.title)

    @property
    def english(self) -> str:
        """Its English title."""
        return self._english(self.template.body.title_in_english)

    @property
    def introductions(self) -> tuple[tuple[str, str], ...]:
        """What it begins with, by the language's code, where the template says something."""
        body = self.template.body
        said = (("zh", body.introduction, self._chinese), ("en", body.introduction_in_english, self._english))
        return tuple((code, fill(text)) for code, text, fill in said if text is not None)

    def _chinese(self, text: str) -> str:
        kind = self.paper.kind.description.rpartition(" · ")[2]
        return filled_in(text, kind=kind, year=self.paper.year, edition=self.paper.edition)

    def _english(self, text: str) -> str:
        kind = self.paper.kind.description.partition(" · ")[0].lower()
        return filled_in(text, kind=kind, year=self.paper.year, edition=self.paper.edition)

    @property
    def cause(self) -> str:
        """The fact that asked for it, as it is cited."""
        return cause_of(paper_stream(self.paper.kind, self.paper.year), self.paper.requested)


def paper_sheet(
    paper: PaperEdition,
    names: Mapping[str, str],
    template: SetTemplate,
    *,
    draft: bool,
    demo: bool,
    cases: Sequence[CaseStudyText] = (),
    groups: Sequence[PublishedGroup] = (),
    matched_at_least: int | None = None,
) -> PaperSheet:
    """The sheet of an edition that was computed.

    Args:
        paper: it.
        names: code of a district or division, or "edition indicator" -> its name.
        template: in force on the day that it was computed.
        draft: whether it is not published.
        demo: whether the data is synthetic.
        cases: texts of the case studies that it holds.
        groups: what its tables count together.
        matched_at_least: matched firms without which its uplift shows no number; None = it has no uplift.
    """
    grouped = {one.id: one.name for one in groups}
    called = {**names, **grouped}
    computed = paper.computed
    assert computed is not None  # noqa: S101 - its caller has seen that it is
    known = {one.table: one for one in computed.tables}
    shown = [
        replace(
            _shown(known[PaperTableName(one.part)], called, grouped),
            words=one,
            said=_said_of_uplift(known[PaperTableName(one.part)], matched_at_least),
        )
        for one in _parts(paper.kind, template.body)
        if PaperTableName(one.part) in known
    ]
    if paper.kind is PaperKind.CASE_COLLECTION:
        shown = [_shown(table, called, grouped) for name, table in known.items() if name is PaperTableName.CASES]
    borne = {code for one in shown for cell in one.table.cells for code in (cell.row, cell.column)}
    told = tuple((one.name, "、".join(_name(each, names) for each in one.members)) for one in groups if one.id in borne)
    return PaperSheet(paper, computed, tuple(shown), draft, demo, template, tuple(cases), told)


def _said_of_uplift(table: PaperTable, least: int | None) -> str | None:
    """Why a paper's uplift shows no number; None where it shows its three, or of another table."""
    if table.table is not PaperTableName.UPLIFT:
        return None
    if not table.cells:
        return "本年度没有申请测算提升幅度，故无数值。"
    for cell in table.cells:
        if cell.withheld is not None:
            return (
                f"先后诊断两次且可匹配的企业少于公开统计规则所定的 {least} 家、不足以估计误差，"
                "或与已公布刊物所计的企业相差过少：三项数值均不公布。"
            )
    return None


def _parts(kind: PaperKind, template: PaperTemplate) -> Sequence[PaperPart]:
    """Parts of a kind of paper; a case collection has its cases alone."""
    parts = {PaperKind.WHITE_PAPER: template.white_paper, PaperKind.RESEARCH_BRIEF: template.research_brief}
    return parts.get(kind, ())


def _shown(table: PaperTable, names: Mapping[str, str], grouped: Mapping[str, str]) -> ShownTable:
    if table.table is PaperTableName.CASES:
        rows = tuple((one.row, (ShownCell(one.column),)) for one in table.cells)
        return ShownTable(table, ("案例标识", "文稿摘要（SHA-256）"), rows, ())
    return _list(table, names) if table.table in LISTS else _matrix(table, names, grouped)


def _list(table: PaperTable, names: Mapping[str, str]) -> ShownTable:
    rows, bars = [], []
    for one in table.cells:
        label = names.get(f"{one.row} {one.column}", f"{_name(one.row, names)} {_name(one.column, names)}".strip())
        if one.row == "verdict" and one.withheld is not None:
            label = "结论：不公布"
        interval = f"{one.low} 至 {one.high}" if one.low is not None else NONE
        firms = NONE if one.firms is None else str(one.firms)
        cells = (ShownCell(firms), ShownCell(one.value or _withheld(one)), ShownCell(interval))
        rows.append((label, cells))
        if one.value is not None and table.table is PaperTableName.INDICATORS:
            low, high = (None if each is None else Decimal(each) for each in (one.low, one.high))
            bars.append(Bar(label, Decimal(one.value), one.value, low, high))
    return ShownTable(table, ("", "企业数", "数值", "百分之九十区间"), tuple(rows), tuple(bars))


def _matrix(table: PaperTable, names: Mapping[str, str], grouped: Mapping[str, str]) -> ShownTable:
    """Districts down, and the other side across; industries down, for there are more of them."""
    heat = table.table is PaperTableName.HEAT
    across = heat or table.table in ECOSYSTEM
    sides = [((one.column, one.row) if across else (one.row, one.column), one) for one in table.cells]
    cells = dict(sides)
    telling = [place for place, one in cells.items() if one.firms is not None or one.value is not None]
    every = [sorted({place[side] for place in cells}, key=_order) for side in (0, 1)]
    lines, columns = (
        [one for one in every[side] if one == TOTAL or any(one == place[side] for place in telling)] for side in (0, 1)
    )
    left_out = tuple(_name(one, names) for side, kept in enumerate((lines, columns)) for one in every[side] if one not in kept)
    rows = tuple(
        (_name(line, names), tuple(_cell(cells[line, column], heat=heat) for column in columns)) for line in lines
    )
    heads = ("", *(_name(column, names) for column in columns))
    drawn = _links(cells, lines, columns) if table.table in ECOSYSTEM else ()
    told = tuple(grouped[one] for one in (*lines, *columns) if one in grouped)
    bars = tuple(_bars(table, cells, columns, names))
    return ShownTable(table, heads, rows, bars, drawn, left_out=left_out, grouped=told)


def _links(
    cells: Mapping[tuple[str, str], PaperCell], lines: Sequence[str], columns: Sequence[str]
) -> tuple[DrawnLink, ...]:
    """What a map draws: every cell but the sums that shows firms; what is withheld is no line."""
    places = ((row, column) for row, line in enumerate(lines) for column, other in enumerate(columns) if TOTAL not in (line, other))
    return tuple(
        DrawnLink(row, column, firms) for row, column in places if (firms := cells[lines[row], columns[column]].firms)
    )


def _bars(
    table: PaperTable, cells: Mapping[tuple[str, str], PaperCell], columns: Sequence[str], names: Mapping[str, str]
) -> list[Bar]:
    """What a table's chart shows: the share of each column in the sum of all, or of the diagnosed in each district."""
    found = []
    if table.table is PaperTableName.COVERAGE:
        places = [(line, (line, "diagnosed"), (line, TOTAL)) for line in sorted({place[0] for place in cells}, key=_order)]
    elif table.table in (PaperTableName.HEAT, *ECOSYSTEM) or not cells:
        places = []
    else:
        places = [(column, (TOTAL, column), (TOTAL, TOTAL)) for column in columns if column != TOTAL]
    for label, part, whole in places:
        some, every = cells[part].firms if part in cells else None, cells[whole].firms
        if some is not None and every:
            share = Decimal(some * 1000 // every).scaleb(-1)
            found.append(Bar(_name(label, names), share, f"{some} 家，{share}%"))
    return found


def _cell(one: PaperCell, *, heat: bool) -> ShownCell:
    if one.firms is None:
        return ShownCell(_withheld(one))
    if not heat or not one.firms:
        return ShownCell(str(one.firms))
    below = ((f"{one.low}–{one.high}",) if one.low is not None else ()) + (f"{one.firms} 家",)
    if one.value is None:
        return ShownCell(_withheld(one), below)
    return ShownCell(one.value, below, min(int(Decimal(one.value)) * SHADES // 100 + 1, SHADES))


def _withheld(one: PaperCell) -> str:
    return MARKS[one.withheld] if one.withheld is not None else NONE


def _name(code: str, names: Mapping[str, str]) -> str:
    if code in GRADES:
        return GRADES[code]
    if code.startswith("target_"):
        return f"目标（标记 {code.removeprefix('target_')}）"
    return names.get(code) or WORDS.get(code, code)


def _order(code: str) -> tuple[bool, int, str]:
    """Sums last, movements in their order, grades by number."""
    return code == TOTAL, MOVEMENT_ORDER.get(code, int(code) if code.isdecimal() else 0), code
