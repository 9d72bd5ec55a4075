"""Archive over read models 查档: how a report finds a firm's cases, its certificates and its peers without reading every one."""

from collections.abc import Sequence

from domain.access import Role, scope_of
from domain.diagnosis.peers import PeerGroup, PeerResult
from journal import Journal
from projections import ReadModels
from projections.diagnosis import diagnoses
from projections.diagnosis.external_results import LATEST_FIRST, ExternalResultFilter, external_results
from projections.diagnosis.peer_results import peers_of
from projections.engine.pages import Page
from projections.report import Archive

MOST_CASES = 1_000
"""Diagnoses or certificates of one firm that are looked through for a report: more than a firm has in a lifetime."""


def archive_over(journal: Journal, models: ReadModels) -> Archive:
    """Looks up what a report needs: listed by read models as far as these have come, and beyond that by the journal."""

    def cases_of(enterprise: str) -> tuple[Sequence[str], int]:
        scope, where = scope_of(Role.ENTERPRISE, enterprise), diagnoses.DiagnosisFilter(enterprise=[enterprise])
        with models.reading() as snapshot:
            rows = diagnoses.diagnoses(snapshot, scope, where, Page(MOST_CASES))
            return [row.id for row in rows], snapshot.position

    def results_of(enterprise: str) -> tuple[Sequence[str], int]:
        scope, where = scope_of(Role.ENTERPRISE, enterprise), ExternalResultFilter(enterprise=enterprise)
        with models.reading() as snapshot:
            rows = external_results(snapshot, scope, where, Page(MOST_CASES, LATEST_FIRST))
            return [row.id for row in rows], snapshot.position

    def peers_known(group: PeerGroup) -> tuple[Sequence[PeerResult], int]:
        with models.reading() as snapshot:
            return peers_of(snapshot, group), snapshot.position

    return Archive(journal, cases_of, results_of, peers_known)
