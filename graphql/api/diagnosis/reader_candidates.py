"""Reader candidates 候选解读专家 in the schema: which experts may read a report with its firm. plan R2.

Whom `appointReader` takes: who holds the role today, never held one for the firm or its provider and holds none for another
provider. Who is assigned to what is not told.
"""

from datetime import date
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.ids import DiagnosisID, PersonID, id_of, key_of
from api.kit.published import argument, field, published
from api.participants.people import opened_name
from domain.command_rights import GOVERNMENT
from domain.instants import city_day
from projections.diagnosis.diagnoses import diagnoses_by_id
from projections.participants.people import free_readers


@published(GOVERNMENT)
class ReaderCandidate:
    """Expert who may be appointed to read a report with its firm · 候选解读专家. plan R2"""

    expert: PersonID = field("Id of the person · 人员标识")
    name: str = field("Name · 姓名")
    since: date = field("First day of the role · 任职起始日")
    until: date | None = field("Last day of the role; null = open-ended · 任职截止日")


@strawberry.type
class ReaderCandidateQueries:
    """Query fields: reader candidates."""

    @field(
        "Experts who are readers today, never held a role for the firm or its provider and hold none for another provider; "
        "null of a diagnosis that is not in the scope · 候选解读专家. plan R2",
        roles=GOVERNMENT,
    )
    def reader_candidates(
        self,
        info: strawberry.Info[Context, None],
        diagnosis: Annotated[DiagnosisID, argument("Diagnosis whose report is to be read · 诊断标识")],
    ) -> list[ReaderCandidate] | None:
        """All of them, in order of id: the city has a few."""
        context, identity = info.context, key_of(diagnosis, "diagnosis")
        case = diagnoses_by_id(context.snapshot, context.scope, [identity]).get(identity)
        if case is None:
            return None
        sides = [one for one in (case.enterprise, case.provider) if one is not None]
        rows = free_readers(context.whole, city_day(context.services.clock()).isoformat(), sides)
        return [
            ReaderCandidate(
                expert=id_of("person", row.person),
                name=opened_name(context, row.person, row.sealed_name),
                since=date.fromisoformat(row.since),
                until=date.fromisoformat(row.until) if row.until is not None else None,
            )
            for row in rows
        ]


QUERIES = ReaderCandidateQueries
