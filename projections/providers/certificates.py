"""Certificates read model 证书台: every certificate under its number, and what its holder holds, as the rules fold it. plan T1."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, func, select

from domain.access import Scope
from domain.governance.qualification import Certificate, CertificateTerm
from domain.providers.certificates import CERTIFICATES, CertificateEvent, CertificateGranted
from journal import Entry
from journal.codec import decode
from projections.engine.columns import Long, chosen, columns
from projections.engine.pages import By, Order, Page
from projections.engine.read_model import ReadModel, Tables, key
from projections.engine.snapshot import Snapshot
from projections.participants.people import PEOPLE, serving

META = MetaData()


class CertificateRow(NamedTuple):
    """A certificate by its number 证书. granted_at: microseconds of UTC; position: of the fact, by which they stand in order."""

    number: str
    person: str
    granted_at: Long
    position: Long


class HolderRow(NamedTuple):
    """Who holds certificates 持证人. body: JSON of `Certificate`, the folded state."""

    person: str
    body: str


NUMBERS = Table("certificates", META, *columns(CertificateRow, "number"), Index("ix_certificates_person", "person"))
HOLDERS = Table("certificate_holders", META, *columns(HolderRow, "person"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """What each holder holds, by the rules' own fold, and each number with its holder."""
    for entry in entries:
        person, event = key(entry), decode(CERTIFICATES, entry.type, entry.state)
        row = tables[HOLDERS].get(person)
        held = Certificate.model_validate_json(row["body"]) if row is not None else None
        tables[HOLDERS].put({"person": person, "body": CERTIFICATES.evolve(held, event).model_dump_json()})
        if isinstance(event, CertificateGranted):
            tables[NUMBERS].put({"number": event.number, "person": person, "granted_at": entry.at, "position": entry.position})


CERTIFICATE_READ_MODEL = ReadModel("certificates_desk", (NUMBERS, HOLDERS), fold, frozenset(CertificateEvent.__args__))


class HeldCertificate(NamedTuple):
    """A certificate with its holder 证书: the row of its number, what the holder holds, and which of it this is."""

    number: str
    person: str
    granted_at: int
    position: int
    held: Certificate
    term: CertificateTerm


def _certificates(snapshot: Snapshot) -> Select[tuple[str, str, int, int, str]]:
    numbers, holders = snapshot[NUMBERS], snapshot[HOLDERS]
    joined = numbers.join(holders, holders.c.person == numbers.c.person)
    return select(*chosen(numbers, CertificateRow), holders.c.body).select_from(joined)


def _found(rows: Sequence[Sequence[Any]]) -> list[HeldCertificate]:
    found = []
    for number, person, granted_at, position, body in rows:
        held = Certificate.model_validate_json(body)
        term = next(term for term in held.terms if term.number == number)
        found.append(HeldCertificate(number, person, granted_at, position, held, term))
    return found


BY_NUMBER: Order = (By("number"),)


def certificates(snapshot: Snapshot, scope: Scope, day: str, page: Page) -> list[HeldCertificate]:
    """A page of the certificates 证书列表 of who serves a unit within a scope on a day (ISO text)."""
    numbers = snapshot[NUMBERS]

    def query() -> Select[Any]:
        return page.of(_certificates(snapshot).where(serving(snapshot, scope, numbers.c.person, day)), numbers.c.__getitem__)

    return _found(snapshot.prepared(None, query, **page.values))


def certificate_count(snapshot: Snapshot, scope: Scope, day: str) -> int:
    """How many certificates a scope admits 证书数."""
    numbers = snapshot[NUMBERS]
    query = select(func.count()).select_from(numbers).where(serving(snapshot, scope, numbers.c.person, day))
    return int(snapshot.rows(query)[0][0])


def certificates_of(snapshot: Snapshot, person: str) -> list[HeldCertificate]:
    """The certificates of one person 本人证书, in the order they were granted; the caller has judged the person."""
    numbers = snapshot[NUMBERS]
    found = _found(snapshot.rows(_certificates(snapshot).where(numbers.c.person == person)))
    return sorted(found, key=lambda one: one.term.version)


def held_by(snapshot: Snapshot, people: Sequence[str]) -> dict[str, Certificate]:
    """What each of some people holds 持证情况, whoever asks; the caller tells counts alone. Who holds nothing is absent."""
    holders = snapshot[HOLDERS]
    rows = snapshot.rows(select(*chosen(holders, HolderRow)).where(snapshot.among(holders.c.person, list(people))))
    return {row[0]: Certificate.model_validate_json(row[1]) for row in rows}


class VerifiableRow(NamedTuple):
    """A certificate as anyone may verify it 可核验证书. sealed_name: of its holder, to be shown as the holder agreed.

    place: its place among all certificates in the order they were granted, from 0.
    """

    certificate: HeldCertificate
    sealed_name: str | None
    place: int


def verifiable(snapshot: Snapshot, number: str) -> VerifiableRow | None:
    """The certificate of a number 证书核验, whoever asks; None where there is none, or its holder's data is erased."""
    numbers, people = snapshot[NUMBERS], snapshot[PEOPLE]
    found = _found(snapshot.rows(_certificates(snapshot).where(numbers.c.number == number)))
    if not found:
        return None
    query = select(people.c.sealed_name).where(people.c.id == found[0].person, people.c.erased.is_(False))
    names = snapshot.rows(query)
    before = select(func.count()).select_from(numbers).where(numbers.c.position < found[0].position)
    return VerifiableRow(found[0], names[0][0], snapshot.rows(before)[0][0]) if names else None


def in_order(snapshot: Snapshot) -> list[HeldCertificate]:
    """Every certificate in the order they were granted, whoever asks: its status alone is told 状态清单."""
    return _found(snapshot.rows(_certificates(snapshot).order_by(snapshot[NUMBERS].c.position)))


def certified_people(snapshot: Snapshot, scope: Scope, day: str) -> dict[str, Certificate]:
    """What everyone holds who serves a unit within a scope on a day 持证人员: person -> certificates, those run out included."""
    holders = snapshot[HOLDERS]
    query = select(*chosen(holders, HolderRow)).where(serving(snapshot, scope, holders.c.person, day))
    return {person: Certificate.model_validate_json(body) for person, body in snapshot.rows(query.order_by(holders.c.person))}
