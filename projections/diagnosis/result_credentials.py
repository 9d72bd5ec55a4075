"""Result credentials read model 结果凭证台: which credential was issued to which bank, and what it is worth. plan R4.

Until when it holds is read off the consent as it is now: one that is taken back ends every credential that rests on it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Index, MetaData, Select, Table, and_, func, select
from sqlalchemy.sql import ColumnElement

from domain.access import Attribute, Scope
from domain.diagnosis.result_credentials import (
    CredentialStatus,
    ResultCredentialIssued,
    ResultCredentialRevoked,
    credential_status,
)
from journal import Entry
from projections.engine.columns import Long, columns
from projections.engine.pages import By, Order, Page
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel, Tables, data, event_of, key
from projections.engine.scope import to_sql
from projections.engine.snapshot import Snapshot
from projections.participants.consents import CONSENTS, has_consent
from projections.participants.enterprises import enterprise_columns

META = MetaData()


class IssuedRow(NamedTuple):
    """A credential as it was issued 凭证签发. until: ISO day. issued_at, revoked_at: microseconds of UTC. position: of the fact."""

    number: str
    enterprise: str
    diagnosis: str
    report: int
    consent: str
    bank: str
    until: str
    issued_at: Long
    revoked_at: Long | None
    position: Long


RESULT_CREDENTIALS = Table("result_credentials", META, *columns(IssuedRow, "number"), Index("ix_credential_firm", "enterprise"))


def fold(tables: Tables, entries: Sequence[Entry]) -> None:
    """Each credential as it was issued, and when it was taken back."""
    table = tables[RESULT_CREDENTIALS]
    for entry in entries:
        found = data(entry)
        if event_of(entry) is ResultCredentialIssued:
            times = {"issued_at": entry.at, "revoked_at": None, "position": entry.position}
            names = ("number", "diagnosis", "report", "consent", "bank", "until")
            table.put({"enterprise": key(entry), **{name: found[name] for name in names}, **times})
        else:
            table.change(found["number"], revoked_at=entry.at)


RESULT_CREDENTIAL_READ_MODEL = ReadModel(
    "result_credentials", (RESULT_CREDENTIALS,), fold, frozenset({ResultCredentialIssued, ResultCredentialRevoked})
)


class HeldCredential(NamedTuple):
    """A credential with the consent that it rests on 结果凭证. consented_until: ISO day, earlier where it was taken back."""

    number: str
    enterprise: str
    diagnosis: str
    report: int
    consent: str
    bank: str
    until: str
    issued_at: int
    revoked_at: int | None
    position: int
    purpose: str
    consented_until: str

    def status_on(self, day: date) -> CredentialStatus:
        """What it is worth on a day."""
        return credential_status(
            revoked=self.revoked_at is not None,
            until=date.fromisoformat(self.until),
            consented_until=date.fromisoformat(self.consented_until),
            day=day,
        )


@dataclass(frozen=True)
class CredentialFilter:
    """What is looked for 凭证筛选; None = any. number: as issued."""

    number: str | None = None


LATEST_FIRST: Order = (By("issued_at", descending=True), By("number"))


def _held(snapshot: Snapshot) -> Select[Any]:
    table, terms = snapshot[RESULT_CREDENTIALS], snapshot[CONSENTS].alias()  # apart from those that a scope looks into
    rests_on = and_(terms.c.enterprise == table.c.enterprise, terms.c.id == table.c.consent)
    chosen = [*(table.c[name] for name in IssuedRow._fields), terms.c.purpose, terms.c.until.label("consented_until")]
    return select(*chosen).join_from(table, terms, rests_on)


def _firm(snapshot: Snapshot) -> ColumnElement[bool]:
    return snapshot[ENTERPRISES].c.id == snapshot[RESULT_CREDENTIALS].c.enterprise


def _matching(snapshot: Snapshot, scope: Scope, where: CredentialFilter) -> Iterator[ColumnElement[bool]]:
    """Those of a firm within the scope; a bank's own alone, while the firm consents."""
    table, firms = snapshot[RESULT_CREDENTIALS], snapshot[ENTERPRISES]
    own = {Attribute.CONSENT: lambda bank, day: and_(table.c.bank == bank, has_consent(snapshot, firms.c.id, bank, day))}
    yield to_sql(scope, {**enterprise_columns(snapshot), **own})
    if where.number is not None:
        yield table.c.number == where.number


def result_credentials(snapshot: Snapshot, scope: Scope, where: CredentialFilter, page: Page) -> list[HeldCredential]:
    """A page of credentials within a scope 结果凭证列表."""

    def query() -> Select[Any]:
        whole = _held(snapshot).join(snapshot[ENTERPRISES], _firm(snapshot)).where(*_matching(snapshot, scope, where))
        return page.of(whole, snapshot[RESULT_CREDENTIALS].c.__getitem__)

    return [HeldCredential._make(row) for row in snapshot.prepared(None, query, **page.values)]


def credential_count(snapshot: Snapshot, scope: Scope, where: CredentialFilter) -> int:
    """How many credentials a scope admits 结果凭证数."""
    joined = snapshot[RESULT_CREDENTIALS].join(snapshot[ENTERPRISES], _firm(snapshot))
    query = select(func.count()).select_from(joined).where(*_matching(snapshot, scope, where))
    return int(snapshot.rows(query)[0][0])


def verifiable(snapshot: Snapshot, number: str) -> HeldCredential | None:
    """The credential of a number 凭证核验, whoever asks; what is told of it is its status alone."""
    found = snapshot.rows(_held(snapshot).where(snapshot[RESULT_CREDENTIALS].c.number == number))
    return HeldCredential._make(found[0]) if found else None


def place_of(snapshot: Snapshot, one: HeldCredential) -> int:
    """Its place among all credentials in the order they were issued, from 0 状态序号."""
    table = snapshot[RESULT_CREDENTIALS]
    return int(snapshot.rows(select(func.count()).select_from(table).where(table.c.position < one.position))[0][0])


def in_order(snapshot: Snapshot) -> list[HeldCredential]:
    """Every credential in the order they were issued, whoever asks: its status alone is told 状态清单."""
    return [HeldCredential._make(row) for row in snapshot.rows(_held(snapshot).order_by(snapshot[RESULT_CREDENTIALS].c.position))]
