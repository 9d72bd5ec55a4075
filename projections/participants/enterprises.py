"""Enterprises read model 企业: enterprises as they stand now, found by place, name or code. plan P1."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, FromClause, MetaData, Select, String, Table, case, func, or_, select, union
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Is, Scope
from domain.kernel import without_invisible
from domain.participants.enterprises import organisation_code, plain
from journal import Entry
from projections.engine.columns import chosen
from projections.engine.filters import is_so, one_of, recorded_within, sought
from projections.engine.pages import BY_ID, Page
from projections.engine.places import ENTERPRISES, EnterpriseRow
from projections.engine.read_model import Tables, data, key
from projections.engine.scope import Columns, to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.consents import has_consent
from projections.participants.people import has_contact
from standards.edition.mapping import SizeClass

META = MetaData()

BIGRAMS = Table(
    "enterprise_bigrams",
    META,
    Column("bigram", String, primary_key=True),
    Column("enterprise", String, primary_key=True),
)


LONGEST_CODE = len("91310000132260250X")
"""Of a whole USCC; a text of another length is no code."""


MOST_BIGRAMS = 5
"""Each is one more table that is joined, which the database plans anew for each number of them."""


def bigrams(text: str) -> frozenset[str]:
    """Every two neighbouring characters of a text 双字: finds two-character words, which trigrams miss."""
    letters = plain(text)
    return frozenset(letters[start : start + 2] for start in range(len(letters) - 1)) or frozenset({letters})


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Enterprises as rosters state them; whoever is there keeps its latest diagnosis, which the cases give it."""
    enterprises, words = tables[ENTERPRISES], tables[BIGRAMS]
    enterprises.load((key(e),) for e in entries)
    for entry in entries:
        before = enterprises.get(key(entry))
        firm = data(entry)["firm"]
        if before is not None and before["name"] != firm["name"]:
            for word in bigrams(before["name"]) - bigrams(firm["name"]):
                words.remove(word, key(entry))
        if before is None or before["name"] != firm["name"]:
            for word in bigrams(firm["name"]):
                words.put({"bigram": word, "enterprise": key(entry)})
        latest = before["latest_diagnosis"] if before is not None else None
        beside = {"id": key(entry), "latest_diagnosis": latest, "sought": plain(firm["name"]), "changed_at": entry.at}
        enterprises.put({"reporting_unit": None, **beside, **firm})


@dataclass(frozen=True)
class EnterpriseFilter:
    """What to look for; what is left out is any, of a list any of its values · 筛选条件.

    text: full-width or not, with or without blanks. day: as ISO text, of which a firm has contacts.
    """

    district: list[str] | None = sought("Districts, GB/T 2260 codes · 区代码")
    industry: list[str] | None = sought("Beginnings of the industry code · 行业代码前缀")
    size_class: list[SizeClass] | None = sought("Size classes · 规模类型")
    text: str | None = sought("Part of the name, or a whole USCC · 名称片段或信用代码", shown_by="name")
    uscc: list[str] | None = sought("Credit codes, as a list of firms states them · 统一社会信用代码")
    subdistrict: list[str] | None = sought("Ids of subdistricts · 街镇", of="organisation")
    park: list[str] | None = sought("Ids of parks · 园区", of="organisation")
    reporting_unit: list[str] | None = sought("Ids of reporting units · 申报单位", of="organisation")
    group: list[str] | None = sought("Ids of groups · 企业集团", of=("organisation", "group"))
    above_scale: bool | None = sought("Whether above scale · 是否规模以上")
    provider: list[str] | None = sought(
        "Ids of providers, of a diagnosis that the caller sees · 服务商标识", of="organisation", shown_by="diagnosis"
    )
    diagnosed: bool | None = sought(
        "Whether a report is issued, of a diagnosis that the caller sees · 是否已诊断", shown_by="diagnosis"
    )
    has_contact: bool | None = sought("Whether it has a named contact today · 有无联络人", shown_by="contacts")
    changed_since: datetime | None = sought("Stated otherwise at this time or later · 变更起始时间", shown_by="changed_at")
    day: str | None = None


def as_stated(where: EnterpriseFilter, snapshot: Snapshot, stated: Table) -> Iterator[ColumnElement[bool]]:
    """Whether a firm is what a filter asks by what a roster stated of it, now or then."""
    for name in ("uscc", "district", "size_class", "subdistrict", "park", "reporting_unit", "group"):
        yield from one_of(snapshot, stated.c[name], getattr(where, name))
    if where.industry is not None:
        yield or_(*(stated.c.industry.startswith(begins, autoescape=True) for begins in where.industry))
    yield from is_so(stated.c.above_scale.is_(True), where.above_scale)
    yield from recorded_within(stated.c.changed_at, where.changed_since)


@dataclass(frozen=True)
class JudgedByCases:
    """What the cases of firms say of them 企业的诊断, given by the area of diagnoses, which comes after this one.

    columns: how a scope reads a firm by who works on its cases. conditions: whether a firm has the cases that a filter asks for.
    page_of_provider: ids of the firms of one page, by id, of all whose cases a provider has.
    """

    columns: Callable[[Snapshot], Columns]
    conditions: Callable[[Snapshot, Scope, EnterpriseFilter], Iterator[ColumnElement[bool]]]
    page_of_provider: Callable[[Snapshot, str, Page], Select[Any]]


BY_CASES: list[JudgedByCases] = []
"""Exactly one, connected by the list of read models (`projections.READ_MODELS`)."""


def enterprise_columns(snapshot: Snapshot) -> Columns:
    """How a scope reads an enterprise's row; providers and experts see the enterprises whose diagnoses they work on."""
    firms = snapshot[ENTERPRISES]
    (by_cases,) = BY_CASES
    return {
        Attribute.ENTERPRISE: lambda value: firms.c.id == value,
        Attribute.DISTRICT: lambda value: firms.c.district == value,
        Attribute.SUBDISTRICT: lambda value: firms.c.subdistrict == value,
        Attribute.PARK: lambda value: firms.c.park == value,
        Attribute.REPORTING_UNIT: lambda value: firms.c.reporting_unit == value,
        Attribute.GROUP: lambda value: firms.c.group == value,
        Attribute.CONSENT: lambda bank, day: has_consent(snapshot, firms.c.id, bank, day),
        **by_cases.columns(snapshot),
    }


def _matching(
    snapshot: Snapshot, scope: Scope, where: EnterpriseFilter, postings: Sequence[tuple[str, FromClause]]
) -> Iterator[ColumnElement[bool]]:
    firms = snapshot[ENTERPRISES]
    yield to_sql(scope, enterprise_columns(snapshot))
    yield from as_stated(where, snapshot, firms)
    (by_cases,) = BY_CASES
    yield from by_cases.conditions(snapshot, scope, where)
    if where.has_contact is not None and where.day is not None:
        yield from is_so(has_contact(snapshot, firms.c.id, where.day), where.has_contact)
    if sought := _sought(where):
        named = firms.c.sought.contains(sought, autoescape=True)
        having = [one.c.bigram == word for word, one in postings]
        if len(sought) == LONGEST_CODE:  # a whole code, or a name that is as long
            code, (_, first), same = firms.alias(), postings[0], [one.c.enterprise for _, one in postings[1:]]
            by_name = select(first.c.enterprise).where(*having, *(first.c.enterprise == one for one in same))
            yield firms.c.id.in_(union(select(code.c.id).where(code.c.uscc == sought.upper()), by_name))
            yield named | (firms.c.uscc == sought.upper())
        else:
            yield named
            yield from having
            yield from (one.c.enterprise == firms.c.id for _, one in postings)


def _sought(where: EnterpriseFilter) -> str:
    """The text that is looked for, as names are searched; empty = none."""
    return plain(without_invisible(where.text or ""))


def _postings(snapshot: Snapshot, where: EnterpriseFilter) -> list[tuple[str, FromClause]]:
    """Bigrams by which firms are found before their names are looked at, each with its own postings; of a single letter none."""
    sought = _sought(where)
    found = sorted(bigrams(sought)) if len(sought) > 1 else []
    few = found[:: -(-len(found) // MOST_BIGRAMS)] if found else []
    return [(word, snapshot[BIGRAMS].alias()) for word in few]


def enterprises(snapshot: Snapshot, scope: Scope, where: EnterpriseFilter, page: Page) -> list[EnterpriseRow]:
    """A page of enterprises within a scope 企业列表."""
    firms = snapshot[ENTERPRISES]
    (by_cases,) = BY_CASES

    def query() -> Select[Any]:
        postings = _postings(snapshot, where)
        whole = select(*chosen(firms, EnterpriseRow)).where(*_matching(snapshot, scope, where, postings))
        if isinstance(scope, Is) and scope.attribute is Attribute.PROVIDER and page.order == BY_ID and where == EnterpriseFilter():
            whole = whole.where(firms.c.id.in_(by_cases.page_of_provider(snapshot, scope.value, page)))
        if postings and len(_sought(where)) != LONGEST_CODE:  # they hold the firms in the order of the page
            return page.of(whole, lambda name: postings[0][1].c.enterprise if name == "id" else firms.c[name])
        return page.of(whole, firms.c.__getitem__)

    name = ("enterprises", scope, page.shape) if where == EnterpriseFilter() else None
    return [EnterpriseRow._make(row) for row in snapshot.prepared(name, query, **page.values)]


def count(snapshot: Snapshot, scope: Scope, where: EnterpriseFilter) -> int:
    """How many enterprises a scope admits 企业数."""
    matching = _matching(snapshot, scope, where, _postings(snapshot, where))
    query = select(func.count()).select_from(snapshot[ENTERPRISES]).where(*matching)
    return int(snapshot.rows(query)[0][0])


def enterprises_by_id(snapshot: Snapshot, scope: Scope, ids: Sequence[str]) -> dict[str, EnterpriseRow]:
    """Enterprises of many ids within a scope; those outside are absent."""
    firms = snapshot[ENTERPRISES]

    def query() -> Select[Any]:
        within = to_sql(scope, enterprise_columns(snapshot))
        return select(*chosen(firms, EnterpriseRow)).where(within, snapshot.listed(firms.c.id, "ids"))

    rows = snapshot.prepared(("enterprises_by_id", scope), query, ids=list(ids))
    return {row[0]: EnterpriseRow._make(row) for row in rows}


def registered_codes(snapshot: Snapshot, scope: Scope, organisations: Collection[str]) -> dict[str, dict[str, str]]:
    """Organisation code -> USCC under which it is on record in the city -> that code as the scope may be told it 已登记代码.

    The snapshot is the program's own. Of a firm outside the scope the registrar's division stays hidden; the rest of its code
    is the organisation's.
    """
    firms = snapshot[ENTERPRISES]
    inside = case((to_sql(scope, enterprise_columns(snapshot)), 1), else_=0)
    found: dict[str, dict[str, str]] = {}
    for uscc, is_inside in snapshot.rows(select(firms.c.uscc, inside)):
        if (code := organisation_code(uscc)) in organisations:
            found.setdefault(code, {})[uscc] = uscc if is_inside else f"{uscc[:2]}******{uscc[8:]}"
    return found
