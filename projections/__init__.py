"""Read models 读模型: folds of the journal into tables, one file a read model, read through a scope.

The one list of them is here; a new one is added to it, and nothing else has to know.
"""

from collections.abc import Sequence

from journal import Journal
from projections.as_of.validity import VALIDITY
from projections.diagnosis.assignments import TERMS
from projections.diagnosis.campaign_limits import CAMPAIGN_LIMITS_READ_MODEL
from projections.diagnosis.campaign_targets import CAMPAIGN_TARGET_READ_MODEL
from projections.diagnosis.campaigns import CAMPAIGN_READ_MODEL
from projections.diagnosis.diagnoses_fold import DIAGNOSIS_READ_MODEL
from projections.diagnosis.equatings import EQUATING_READ_MODEL
from projections.diagnosis.external_results import EXTERNAL_RESULT_READ_MODEL
from projections.diagnosis.filling import FILLING_READ_MODEL
from projections.diagnosis.firms import ENTERPRISE_READ_MODEL, FIRMS_BY_CASES
from projections.diagnosis.groups import GROUP_READ_MODEL
from projections.diagnosis.passages import PASSAGE_READ_MODEL
from projections.diagnosis.peer_results import PEER_RESULT_READ_MODEL
from projections.diagnosis.result_batches import RESULT_BATCH_READ_MODEL
from projections.diagnosis.result_credentials import RESULT_CREDENTIAL_READ_MODEL
from projections.engine import runner
from projections.engine.places import ENTERPRISES
from projections.engine.read_model import ReadModel
from projections.engine.runner import ReadModels
from projections.engine.snapshot import Snapshot
from projections.governance.contact_reminders import CONTACT_REMINDER_READ_MODEL
from projections.governance.dated_rules import DATED_RULE_READ_MODEL
from projections.governance.proceedings import PROCEEDING_READ_MODEL
from projections.governance.ties import TIE_READ_MODEL
from projections.governance.working_calendar import WORKING_CALENDAR_READ_MODEL
from projections.participants.endpoints import ENDPOINT_READ_MODEL
from projections.participants.enterprises import BY_CASES
from projections.participants.headquarters import HEADQUARTERS_READ_MODEL
from projections.participants.organisations import ORGANISATION_READ_MODEL
from projections.participants.partner_contracts import PARTNER_CONTRACT_READ_MODEL
from projections.participants.people import PEOPLE_READ_MODEL
from projections.participants.rosters import ROSTER_READ_MODEL
from projections.programme.case_studies.read_model import CASE_STUDY_READ_MODEL
from projections.programme.coverage import COVERAGE
from projections.programme.demands.read_model import DEMAND_READ_MODEL
from projections.programme.duties import DUTY_READ_MODEL
from projections.programme.implementations import IMPLEMENTATION_READ_MODEL
from projections.programme.outreach_sessions import OUTREACH_READ_MODEL
from projections.programme.packages import PACKAGE_READ_MODEL
from projections.programme.papers.read_model import PAPER_READ_MODEL
from projections.programme.policies import POLICY_READ_MODEL
from projections.programme.unit_targets import UNIT_TARGET_READ_MODEL
from projections.programme.uplifts.read_model import UPLIFT_READ_MODEL
from projections.providers.agreement import AGREEMENT_READ_MODEL
from projections.providers.calibrations import CALIBRATION_READ_MODEL
from projections.providers.certificates import CERTIFICATE_READ_MODEL
from projections.providers.directory import DIRECTORY_READ_MODEL
from projections.providers.exams import EXAM_READ_MODEL
from projections.providers.feedback import FEEDBACK_READ_MODEL
from projections.providers.matchings import MATCHING_READ_MODEL
from projections.providers.overstatements import OVERSTATEMENT_READ_MODEL
from projections.providers.ratings import RATING_READ_MODEL
from projections.providers.sampling import SAMPLING_READ_MODEL
from projections.providers.selection import APPLICATION_READ_MODEL, CALL_READ_MODEL, MARKING_READ_MODEL
from projections.providers.signals import SIGNAL_READ_MODEL
from projections.providers.subsidies import SUBSIDY_READ_MODEL
from projections.providers.training import TRAINING_READ_MODEL
from projections.record.audit_trail import AUDIT_TRAIL
from projections.standard.crosswalks import CROSSWALK_READ_MODEL
from projections.standard.edition_mapping import EDITION_MAPPING_READ_MODEL
from projections.standard.editions import EDITIONS_READ_MODEL
from projections.standard.improvement_costs import IMPROVEMENT_COST_READ_MODEL
from projections.standard.revisions_fold import REVISIONS_READ_MODEL
from projections.standard.shadow import SHADOW_READ_MODEL

__all__ = ["READ_MODELS", "ReadModels", "Snapshot", "open_read_models"]

READ_MODELS: tuple[ReadModel, ...] = (
    ENTERPRISE_READ_MODEL,
    ORGANISATION_READ_MODEL,
    DIAGNOSIS_READ_MODEL,
    PASSAGE_READ_MODEL,
    PEER_RESULT_READ_MODEL,
    FILLING_READ_MODEL,
    CAMPAIGN_READ_MODEL,
    CAMPAIGN_LIMITS_READ_MODEL,
    CAMPAIGN_TARGET_READ_MODEL,
    TERMS,
    RESULT_CREDENTIAL_READ_MODEL,
    RESULT_BATCH_READ_MODEL,
    EXTERNAL_RESULT_READ_MODEL,
    EQUATING_READ_MODEL,
    OVERSTATEMENT_READ_MODEL,
    ROSTER_READ_MODEL,
    COVERAGE,
    UNIT_TARGET_READ_MODEL,
    DEMAND_READ_MODEL,
    IMPLEMENTATION_READ_MODEL,
    OUTREACH_READ_MODEL,
    POLICY_READ_MODEL,
    AGREEMENT_READ_MODEL,
    PACKAGE_READ_MODEL,
    DUTY_READ_MODEL,
    CASE_STUDY_READ_MODEL,
    PAPER_READ_MODEL,
    UPLIFT_READ_MODEL,
    CERTIFICATE_READ_MODEL,
    CALIBRATION_READ_MODEL,
    EXAM_READ_MODEL,
    TRAINING_READ_MODEL,
    FEEDBACK_READ_MODEL,
    MATCHING_READ_MODEL,
    RATING_READ_MODEL,
    SAMPLING_READ_MODEL,
    SIGNAL_READ_MODEL,
    SUBSIDY_READ_MODEL,
    PEOPLE_READ_MODEL,
    EDITIONS_READ_MODEL,
    EDITION_MAPPING_READ_MODEL,
    CROSSWALK_READ_MODEL,
    HEADQUARTERS_READ_MODEL,
    GROUP_READ_MODEL,
    IMPROVEMENT_COST_READ_MODEL,
    REVISIONS_READ_MODEL,
    SHADOW_READ_MODEL,
    DATED_RULE_READ_MODEL,
    CONTACT_REMINDER_READ_MODEL,
    WORKING_CALENDAR_READ_MODEL,
    PROCEEDING_READ_MODEL,
    TIE_READ_MODEL,
    CALL_READ_MODEL,
    APPLICATION_READ_MODEL,
    MARKING_READ_MODEL,
    DIRECTORY_READ_MODEL,
    ENDPOINT_READ_MODEL,
    PARTNER_CONTRACT_READ_MODEL,
    AUDIT_TRAIL,
    VALIDITY,
)
"""Every read model of the house."""

BY_CASES.append(FIRMS_BY_CASES)

assert ENTERPRISES in ENTERPRISE_READ_MODEL.tables  # noqa: S101 - every scope is judged against these rows


def open_read_models(url: str, journal: Journal | None, read_models: Sequence[ReadModel] = READ_MODELS) -> ReadModels:
    """The read models at an address 打开读模型: "sqlite:///PATH", a file of their own, or a PostgreSQL address.

    journal: that they are folded from; None = they are read alone.
    """
    return runner.open_read_models(url, journal, read_models)
