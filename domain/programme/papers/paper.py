"""White paper, research brief or case collection of a year 刊物: asked for, computed at one position, published. plan R1, R5.

One stream a kind and year. What is published never changes; a correction is an edition more, which names the one before it. A draft
is the city's alone, and may be asked for anew until it is published.
"""

from datetime import date
from typing import Annotated, ClassVar, Literal, NamedTuple, assert_never

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from domain.command_rights import CITY, require_right
from domain.governance.computations import RecordComputation
from domain.kernel import (
    NOT_FOUND,
    Capability,
    Cause,
    Command,
    Count,
    DecisionContext,
    Event,
    Facts,
    Label,
    Part,
    Rule,
    Sha256,
    Stream,
    Text,
    Unfinished,
    stream_of,
)
from domain.person_id_fields import PersonId
from domain.programme.case_studies.state import CaseStudy, CaseStudyStatus, case_study_stream
from domain.programme.papers.tables import PaperTable, PaperTableName
from standards.described import DescribedEnum

# Rules

PAPER_YEAR_AHEAD = Rule(
    "PAPER_YEAR_AHEAD",
    "plan R5",
    "{year} 年尚未开始，请填本年度或以前的年度",
    "{year} has not begun; name this year or one before",
)
PAPER_REASON_MISSING = Rule(
    "PAPER_REASON_MISSING",
    "plan R5",
    "该年度第 {edition} 版已公布，再编一版须写明更正理由",
    "Edition {edition} of this year is published; say why another one corrects it",
)
PAPER_UNDER_WAY = Rule(
    "PAPER_UNDER_WAY",
    "plan R5",
    "该年度的草稿正在计算，请待计算完成后再办理",
    "A draft of this year is being computed; act on it once that is done",
)
PAPER_NO_DRAFT = Rule(
    "PAPER_NO_DRAFT",
    "plan R5",
    "没有待公布的草稿，请先申请编制",
    "There is no draft to publish; request one first",
)
PAPER_CASE_WITHDRAWN = Rule(
    "PAPER_CASE_WITHDRAWN",
    "plan R5",
    "草稿收入的 {cases} 个案例已不再公开，请重新申请编制",
    "{cases} case studies of the draft are published no more; request it anew",
)

# Commands


class PaperKind(DescribedEnum):
    """What is published · 刊物类别."""

    WHITE_PAPER = "white_paper", "Yearly white paper · 白皮书"
    RESEARCH_BRIEF = "research_brief", "Yearly research brief · 研究简报"
    CASE_COLLECTION = "case_collection", "Yearly case collection · 案例集"


PAPER_YEARS = range(2023, 2101)
"""Years that a paper can be of 可编年度: since the programme began."""


class PaperCommand(Command):
    """A command about the paper of a year 刊物命令."""

    kind: PaperKind = Field(description="What is published · 刊物类别")
    year: Annotated[int, Field(ge=PAPER_YEARS[0], le=PAPER_YEARS[-1])] = Field(description="Year that it is of · 年度")


class RequestPaper(PaperCommand):
    """Ask for the paper of a year, which the program computes from what is on record; again in place of a draft · 申请编制."""

    roles: ClassVar = CITY

    reason: Text | None = Field(
        default=None, description="What a published edition is corrected for; none for the first · 更正理由"
    )


class RecordPaper(RecordComputation, PaperCommand):
    """Record what a paper came to 记录数据表.

    requested: version of the request. rule: as stream/version; None = the default on file. basis: hash of the file that keeps
    which firms stand behind each cell. uplift: fact that the uplift is taken from.
    """

    requested: Annotated[int, Field(ge=1)]
    rule: Cause | None
    tables: Annotated[tuple[PaperTable, ...], Field(max_length=20)]
    basis: Sha256
    uplift: Cause | None


class PublishPaper(PaperCommand):
    """Publish the draft of a year; anyone may read it from then on, and it never changes · 公布."""

    roles: ClassVar = CITY


class PaperOutcome(NamedTuple):
    """What a paper came to, by names of the command that records it 计算结果."""

    position: int
    input_digest: str
    tables: tuple[PaperTable, ...]
    basis: str


PAPER_OUTCOME: TypeAdapter[PaperOutcome] = TypeAdapter(PaperOutcome)

AnyPaperCommand = RequestPaper | RecordPaper | PublishPaper

# Events


class PaperFormat(DescribedEnum):
    """Form in which a paper is set · 文件格式."""

    PDF = "pdf", "PDF file · 便携文档"
    HTML = "html", "HTML, whole in one file · 网页"
    MARKDOWN = "md", "Markdown · 纯文本"


class PaperFile(Part):
    """A file of a published paper 刊物文件, by the hash of its bytes."""

    format: PaperFormat
    sha256: Sha256
    size: Count


class PaperRequested(Event):
    """A paper was asked for 刊物已申请. edition: from 1; reason: what the edition before is corrected for."""

    type: Literal["paper.requested.v1"] = "paper.requested.v1"
    says: ClassVar = "申请编制 {year} 年度{kind:term}第 {edition} 版"
    says_in_english: ClassVar = "asked for edition {edition} of a paper ({kind:term}) on {year}"
    kind: PaperKind
    year: int
    edition: int
    reason: str | None
    requested_by: PersonId


class PaperComputed(Event):
    """The tables of a paper were worked out 刊物已计算. position: of the journal, up to which facts were read. day: of the city."""

    type: Literal["paper.computed.v2"] = "paper.computed.v2"
    says: ClassVar = "按方法 {method} 得出 {tables:count} 张数据表"
    says_in_english: ClassVar = "computed tables by method {method}: {tables:count}"
    method: Label
    rule: str | None
    position: int
    input_digest: str
    day: date
    tables: tuple[PaperTable, ...]
    basis: str
    uplift: str | None


class PaperPublished(Event):
    """A paper was published 刊物已公布. files: as they were set then, and stay."""

    type: Literal["paper.published.v1"] = "paper.published.v1"
    says: ClassVar = "公布了刊物第 {edition} 版"
    says_in_english: ClassVar = "published edition {edition} of the paper"
    edition: int
    day: date
    files: tuple[PaperFile, ...]
    published_by: PersonId


PaperEvent = PaperRequested | PaperComputed | PaperPublished

# State


class PaperStatus(DescribedEnum):
    """How far an edition has come · 刊物状态."""

    REQUESTED = "requested", "Asked for; the program computes it · 计算中"
    DRAFTED = "drafted", "Computed; the city's alone · 草稿"
    PUBLISHED = "published", "Published · 已公布"


class PaperEdition(BaseModel):
    """An edition of a paper 一版. requested: version of the fact that asked for it. corrects: the edition before it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    kind: PaperKind
    year: int
    edition: int
    requested: int
    reason: str | None = None
    computed: PaperComputed | None = None
    published: PaperPublished | None = None

    @property
    def status(self) -> PaperStatus:
        """How far it has come."""
        if self.published is not None:
            return PaperStatus.PUBLISHED
        return PaperStatus.DRAFTED if self.computed is not None else PaperStatus.REQUESTED

    @property
    def corrects(self) -> int | None:
        """The edition that it corrects; None of the first."""
        return self.edition - 1 if self.edition > 1 else None

    @property
    def cases(self) -> dict[str, str]:
        """Id -> digest of its text, of the case studies that it holds 所收案例; a paper of another kind has none."""
        tables = self.computed.tables if self.computed is not None else ()
        return {cell.row: cell.column for one in tables if one.table is PaperTableName.CASES for cell in one.cells}


class Paper(BaseModel):
    """The paper of a year 年度刊物: its editions in order, the last of them perhaps a draft."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    version: int
    editions: tuple[PaperEdition, ...]

    @property
    def latest(self) -> PaperEdition:
        """The edition asked for last."""
        return self.editions[-1]


# Decide: what may happen


def decide(command: AnyPaperCommand, paper: Paper | None, context: DecisionContext) -> Facts:
    """Raises Refused: any rule above."""
    require_right(command, context.role)
    if isinstance(command, RequestPaper):
        return (_requested(command, paper, context),)
    if paper is None:
        raise NOT_FOUND.refuse()
    latest = paper.latest
    match command:
        case RecordPaper():
            if latest.status is not PaperStatus.REQUESTED or latest.requested != command.requested:
                return ()
            told = command.model_dump(exclude={"kind", "year", "requested", "tables"})
            return (PaperComputed(**told, tables=command.tables, day=context.day),)
        case PublishPaper():
            if latest.status is PaperStatus.REQUESTED:
                raise PAPER_UNDER_WAY.refuse()
            if latest.status is PaperStatus.PUBLISHED:
                raise PAPER_NO_DRAFT.refuse()
            _require_cases(latest, context)
            stated = {"edition": latest.edition, "day": context.day, "published_by": context.by}
            return (Unfinished(PaperPublished, stated),)
        case never:
            assert_never(never)


def _requested(command: RequestPaper, paper: Paper | None, context: DecisionContext) -> PaperRequested:
    if command.year > context.day.year:
        raise PAPER_YEAR_AHEAD.refuse(path="year", year=command.year)
    published = 0
    if paper is not None:
        if paper.latest.status is PaperStatus.REQUESTED:
            raise PAPER_UNDER_WAY.refuse()
        published = sum(one.status is PaperStatus.PUBLISHED for one in paper.editions)
        if published and command.reason is None:
            raise PAPER_REASON_MISSING.refuse(path="reason", edition=published)
    told = command.model_dump(exclude={"reason"})
    reason = command.reason if published else None
    return PaperRequested(**told, edition=published + 1, reason=reason, requested_by=context.by)


def _require_cases(edition: PaperEdition, context: DecisionContext) -> None:
    """Refuse a draft with a case study that is published no more, or with another text."""
    gone = 0
    for identity, text in edition.cases.items():
        known: CaseStudy | None = context.read.get(case_study_stream(identity))
        shown = known is not None and known.status is CaseStudyStatus.PUBLISHED and known.text.sha256 == text
        gone += not shown
    if gone:
        raise PAPER_CASE_WITHDRAWN.refuse(cases=gone)


# Evolve: what has happened


def evolve(paper: Paper | None, event: PaperEvent) -> Paper:
    """The paper of a year after one more fact."""
    version, editions = (1, ()) if paper is None else (paper.version + 1, paper.editions)
    if isinstance(event, PaperRequested):
        told = event.model_dump(include={"kind", "year", "edition", "reason"})
        kept = tuple(one for one in editions if one.status is PaperStatus.PUBLISHED)
        return Paper(version=version, editions=(*kept, PaperEdition(**told, requested=version)))
    *before, last = editions
    match event:
        case PaperComputed():
            last = last.model_copy(update={"computed": event})
        case PaperPublished():
            last = last.model_copy(update={"published": event})
        case never:
            assert_never(never)
    return Paper(version=version, editions=(*before, last))


# What the decider reads, and where its subject lies


def paper_key(kind: PaperKind, year: int) -> str:
    """Key of the paper of a year 刊物键."""
    return f"{kind.value}.{year}"


def paper_stream(kind: PaperKind, year: int) -> Stream:
    """Stream of the paper of a year."""
    return stream_of("paper", paper_key(kind, year))


def _reads(command: AnyPaperCommand, paper: Paper | None) -> tuple[Stream, ...]:
    """The case studies of a draft that is to be published."""
    return tuple(map(case_study_stream, paper.latest.cases)) if isinstance(command, PublishPaper) and paper is not None else ()


PAPERS = Capability(
    name="paper",
    commands=tuple(AnyPaperCommand.__args__),
    events=tuple(PaperEvent.__args__),
    stream=lambda command: paper_stream(command.kind, command.year),
    reads=_reads,
    decide=decide,
    evolve=evolve,
)
