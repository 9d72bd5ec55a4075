"""Movers 变动企业 in the schema: the firms that a draft of the standard would move, for city and auditor alone. plan S4, S5."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import strawberry

from api.kit.context import Context
from api.kit.ids import DiagnosisID, id_of, key_of
from api.kit.lists import Listed, listing
from api.kit.paging import below
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.participants.enterprises import Enterprise, load_enterprises
from domain.access import Mask
from domain.diagnosis.state import diagnosis_stream
from domain.masks import SHADOW_FIRMS
from domain.standard.revision.state import draft_scope
from projections.diagnosis import movers as mover_rows
from projections.diagnosis.movers import RunMovers
from projections.diagnosis.rescoring import Mover
from projections.standard import shadow as shadow_rows
from standards.shadow.rescore import Moved, MoveReason, MoveReasonKind


@published(SHADOW_FIRMS, row=MoveReason)
class ShadowReason:
    """Why a grade would be another · 变动原因. plan S5"""

    kind: MoveReasonKind = field("What moved it · 原因类别")
    subject: str = field("Code of the gate, or the indicator that moved most · 门槛或指标")
    sentence: str = field("The same as a line to read, in Chinese · 说明")
    sentence_in_english: str = field("What moved it as a line to read, in English · 英文说明")


@published(SHADOW_FIRMS, row=Moved)
class ShadowMover:
    """Diagnosis whose grade would be another · 变动企业. plan S4, S5"""

    diagnosis: DiagnosisID = field("Id of the diagnosis · 诊断")
    enterprise: Enterprise | None = field("Id of the enterprise · 企业")
    edition: str = field("Edition it was diagnosed under · 标准版本")
    before: int = field("Grade as issued, 0 = below grade 1 · 现档", mask=Mask.OUTCOME)
    after: int = field("Grade under the draft · 新档", mask=Mask.OUTCOME)
    total_before: Decimal = field("Total as it is · 现总分", mask=Mask.OUTCOME)
    total_after: Decimal = field("Total under the draft · 新总分", mask=Mask.OUTCOME)
    reasons: list[ShadowReason] = field("Why the grade would be another · 变动原因", mask=Mask.OUTCOME)
    sentence: str = field("The move as a line to read, in Chinese · 变动说明", mask=Mask.OUTCOME)
    sentence_in_english: str = field("The move as a line to read, in English · 英文变动说明", mask=Mask.OUTCOME)


def _movers(context: Context, rows: Sequence[Mover], wanted: frozenset[str]) -> list[ShadowMover]:
    context.disclosure_notes.note(
        context.disclosure_notes.masks("ShadowMover", wanted), ((row.enterprise, diagnosis_stream(row.diagnosis)) for row in rows)
    )
    firms: dict[str, Enterprise] = {}
    if "enterprise" in wanted:
        firms = load_enterprises(context, list(dict.fromkeys(row.enterprise for row in rows)), below(wanted, "enterprise"))
    return [
        ShadowMover(
            **shown(ShadowMover, row.moved),
            diagnosis=id_of("diagnosis", row.diagnosis),
            enterprise=firms.get(row.enterprise),
            edition=row.edition,
        )
        for row in rows
    ]


MOVERS: Listed[RunMovers, Mover, ShadowMover] = Listed(
    name="shadowMovers",
    node=ShadowMover,
    rows=mover_rows.movers,
    count=mover_rows.mover_count,
    order=mover_rows.BY_DIAGNOSIS,
    build=_movers,
    of=lambda where: str(where.run),
)
"""Out of the file that a run leaves behind."""


@strawberry.type
class MoverQueries:
    """Query fields: who a draft would move."""

    @listing(
        MOVERS,
        "Diagnoses that a draft would move, in order of id; of firms in the caller's scope, and empty until the run is "
        "completed · 变动企业. plan S5",
        roles=SHADOW_FIRMS,
    )
    def shadow_movers(
        self,
        info: strawberry.Info[Context, None],
        revision: Annotated[strawberry.ID, argument("Id of the revision · 修订标识")],
        number: Annotated[int | None, argument("Which run, from 1; none = the latest · 次数")] = None,
    ) -> RunMovers:
        """Who moves, and why."""
        revision = strawberry.ID(key_of(revision, "revision"))
        context = info.context
        row = shadow_rows.shadow(context.snapshot, draft_scope(context.role, context.scope), revision, number)
        lines = context.services.blobs.get(row.movers) if row is not None and row.movers is not None else None
        return RunMovers(row.number if row is not None else 0, lines or b"")


QUERIES = MoverQueries
