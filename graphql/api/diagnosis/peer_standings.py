"""Peer standings 同类位次 in the schema: in which band of firms like it a firm's latest report stands. plan P4, R1.

What guards the other firms is decision 0101: whole batches, bands, and the position that the report rests on.
"""

from datetime import date
from typing import Annotated

import strawberry

from api.diagnosis.diagnoses import HOLDS
from api.kit.context import Context
from api.kit.enums import enum_type
from api.kit.ids import DiagnosisID, id_of, key_of
from api.kit.paging import AtLeast
from api.kit.published import argument, field, published
from api.kit.row_mapping import shown
from api.participants.places import Industry, industry_of
from api.standard.editions import editions_of
from domain.access import Mask
from domain.diagnosis.peers import PeerBasis, peer_standing
from domain.governance.rule_bodies.body import RuleKind
from domain.governance.rule_bodies.publication import PublicationRule
from domain.masks import REPORTS
from methods.peer_standing import PeerBand as Band
from projections.diagnosis import diagnoses
from projections.diagnosis.peer_results import peers_of, reported_case
from projections.governance.dated_rules import rule_on
from standards import Form
from standards.edition.mapping import SizeClass
from standards.edition.text import SourceMark

MASKS: frozenset[str] = frozenset({Mask.RESULT_AND_REPORT})

enum_type(PeerBasis)


@published(REPORTS, mask=Mask.RESULT_AND_REPORT, row=Band)
class PeerBand:
    """Share of the peers that lie below, as a band · 同类区间. plan P4"""

    from_percent: int = field("Percent of the peers below, at least · 下限")
    to_percent: int = field("Percent of the peers below, at most · 上限")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class DimensionBand:
    """Band of one dimension among the peers · 维度区间. plan P4"""

    id: strawberry.ID = field("Dimension id · 维度编号")
    name: str = field("Dimension · 维度名称")
    band: PeerBand = field("Where its verified score stands · 区间")


@published(REPORTS, mask=Mask.RESULT_AND_REPORT)
class PeerStanding:
    """Where the latest report stands among firms like it, as of the record that it rests on · 同类位次. plan P4, R1"""

    diagnosis: DiagnosisID = field("The diagnosis · 诊断标识")
    basis: PeerBasis = field("Whether a standing is given, and why not · 依据")
    year: int = field("Year of the first report, that of the peers too · 年度")
    edition: str = field("Key of the edition of all of them · 标准版本")
    form: Form = field("Form of all of them · 问卷版式")
    industry: Industry = field("Industry division of all of them · 行业大类")
    size_class: SizeClass = field("Size class of all of them · 规模类型")
    firms_at_least: int | None = field("Peers, at least; null where none is given · 同类企业至少家数")
    total: PeerBand | None = field("Band of the verified total; null where none is given · 总分区间")
    dimensions: list[DimensionBand] | None = field("Band of each dimension; null where none is given · 维度区间")
    owners_at_least: int = field("Owners of a batch, and without whom no standing is given · 每批最少互不隶属企业数")
    rule_since: date = field("First day of the rule that says so · 规则起始日")
    mark: SourceMark = field("Mark of the rule's source · 来源标记")


@strawberry.type
class PeerStandingQueries:
    """Query fields: where a report stands among firms like it."""

    @field(
        "Where an issued report stands among firms like it; later reports of others do not move it. Null when there is no such "
        "report to the caller · 同类位次. plan P4, R1",
        roles=REPORTS,
    )
    def peer_standing(
        self,
        info: strawberry.Info[Context, None],
        diagnosis: Annotated[strawberry.ID, argument("Id of the diagnosis · 诊断标识")],
        at_least: AtLeast = None,
    ) -> PeerStanding | None:
        """The band of the total and of each dimension, or why none is told."""
        context = info.context
        snapshot, key = context.at_least(at_least), key_of(diagnosis, "diagnosis")
        row = diagnoses.diagnoses_by_id(snapshot, context.scope, [key]).get(key)
        if row is None or row.issued_version is None:
            return None
        everyone = snapshot.whole()
        case = reported_case(everyone, key)
        assert case is not None  # noqa: S101 - a report is issued
        known = rule_on(snapshot, RuleKind.PUBLICATION, case.first_day)
        rule = known.rule.body
        assert isinstance(rule, PublicationRule)  # noqa: S101 - of its kind
        context.disclosure_notes.note(MASKS, HOLDS.held([row]))
        least = rule.firms_at_least
        found = peer_standing(
            case.total,
            case.dimensions,
            case.owner,
            peers_of(everyone, case.group),
            position=case.rests_on,
            at_least=least,
        )
        names = {one.id: one.name for one in editions_of(context, [row.edition])[row.edition].dimensions}
        return PeerStanding(
            diagnosis=id_of("diagnosis", key),
            edition=case.group.edition,
            form=case.group.form,
            year=case.group.year,
            industry=industry_of(case.group.division),
            size_class=case.group.size_class,
            basis=found.basis,
            firms_at_least=found.firms_at_least,
            total=_band(found.total) if found.total is not None else None,
            dimensions=[
                DimensionBand(id=strawberry.ID(name), name=names[name], band=_band(band))
                for name, band in found.dimensions
            ]
            or None,
            owners_at_least=least,
            rule_since=known.rule.since,
            mark=known.rule.source.mark,
        )


def _band(band: Band) -> PeerBand:
    return PeerBand(**shown(PeerBand, band))


QUERIES = PeerStandingQueries
