"""Events 事件: the one registry of published event names, and of the capabilities that own them."""

from collections.abc import Mapping

from domain.access import Role
from domain.diagnosis.assignments import ASSIGNMENTS
from domain.diagnosis.campaign_limits import CAMPAIGN_LIMITS
from domain.diagnosis.campaign_targets import CAMPAIGN_TARGETS
from domain.diagnosis.campaigns import CAMPAIGNS
from domain.diagnosis.case import DIAGNOSES
from domain.diagnosis.equatings.equating import EQUATINGS
from domain.diagnosis.external.batch import BATCHES
from domain.diagnosis.external.result import EXTERNAL_RESULTS
from domain.diagnosis.filing import FILING_REGISTERS
from domain.diagnosis.follow_up import FOLLOW_UPS
from domain.diagnosis.participations import PARTICIPATIONS
from domain.diagnosis.result_credentials import RESULT_CREDENTIALS
from domain.diagnosis.stages import STAGES
from domain.governance.contact_reminders import CONTACT_REMINDERS
from domain.governance.dated_rules import DATED_RULES
from domain.governance.proceedings.docket import DOCKETS
from domain.governance.proceedings.proceeding import PROCEEDINGS
from domain.governance.ties import TIES
from domain.governance.working_calendar import WORKING_CALENDAR
from domain.kernel import Capabilities, Event, name_of
from domain.participants.consents import CONSENTS
from domain.participants.endpoints.endpoint import ENDPOINTS
from domain.participants.endpoints.open_endpoints import OPEN_ENDPOINTS
from domain.participants.enterprises import ENTERPRISES
from domain.participants.firm_ids import IDENTIFIERS
from domain.participants.headquarters import HEADQUARTERS
from domain.participants.organisations import ORGANISATIONS
from domain.participants.partner_contracts import PARTNER_CONTRACTS
from domain.participants.partner_keys import PARTNER_KEYS
from domain.participants.people.person import PEOPLE
from domain.participants.rosters.roster import ROSTERS
from domain.programme.case_studies.case_study import CASE_STUDIES
from domain.programme.demands.demand import DEMANDS
from domain.programme.demands.gap_consent import GAP_CONSENTS
from domain.programme.demands.offer import OFFERS
from domain.programme.demands.register import SUPPLY_DEMAND_REGISTERS
from domain.programme.demands.service_list import SERVICE_LISTS
from domain.programme.demands.solution import SOLUTIONS
from domain.programme.designations import DESIGNATIONS
from domain.programme.duties.duty import DUTIES
from domain.programme.duties.strengths import STRENGTHS
from domain.programme.implementations import IMPLEMENTATIONS
from domain.programme.packages.package import PACKAGES
from domain.programme.papers.paper import PAPERS
from domain.programme.policies.policy import POLICIES
from domain.programme.sessions.attendance import ATTENDANCES
from domain.programme.sessions.question import QUESTIONS
from domain.programme.sessions.schedule import OUTREACH_SCHEDULES
from domain.programme.sessions.session import SESSIONS
from domain.programme.targets import TARGETS
from domain.programme.unit_targets import UNIT_TARGETS
from domain.programme.uplifts.uplift import UPLIFTS
from domain.providers.agreement.study import AGREEMENTS
from domain.providers.applications.application import APPLICATIONS
from domain.providers.calibration import CALIBRATIONS
from domain.providers.calls.call import CALLS
from domain.providers.certificates import CERTIFICATES
from domain.providers.exams.exam import EXAMS
from domain.providers.feedback.feedback import FEEDBACKS, QUOTAS
from domain.providers.listings.listing import DIRECTORIES, LISTINGS
from domain.providers.marking.marking import MARKINGS
from domain.providers.matching.matching import MATCHINGS
from domain.providers.overstatements.overstatement import OVERSTATEMENTS
from domain.providers.ratings.rating import RATINGS
from domain.providers.sampling.draw import DRAWS
from domain.providers.sampling.reassessment import REASSESSMENTS
from domain.providers.signals.screening import SCREENINGS
from domain.providers.signals.signal import SIGNALS
from domain.providers.subsidies.subsidy import SUBSIDIES
from domain.providers.training import TRAININGS
from domain.reservations import RESERVATIONS
from domain.standard.crosswalks.crosswalk import CROSSWALKS
from domain.standard.edition_mapping import EDITION_MAPPINGS
from domain.standard.editions import EDITIONS
from domain.standard.improvement_costs import IMPROVEMENT_COSTS
from domain.standard.revision.revision import REVISIONS
from domain.standard.shadow import SHADOWS

CAPABILITIES = Capabilities(
    AGREEMENTS,
    APPLICATIONS,
    ASSIGNMENTS,
    BATCHES,
    ATTENDANCES,
    CALIBRATIONS,
    CAMPAIGNS,
    CAMPAIGN_LIMITS,
    CAMPAIGN_TARGETS,
    CASE_STUDIES,
    CERTIFICATES,
    CALLS,
    CONSENTS,
    CONTACT_REMINDERS,
    DATED_RULES,
    DEMANDS,
    DESIGNATIONS,
    DIAGNOSES,
    DIRECTORIES,
    DOCKETS,
    FILING_REGISTERS,
    FOLLOW_UPS,
    DRAWS,
    DUTIES,
    EDITIONS,
    EDITION_MAPPINGS,
    ENDPOINTS,
    OPEN_ENDPOINTS,
    ENTERPRISES,
    EQUATINGS,
    EXAMS,
    EXTERNAL_RESULTS,
    FEEDBACKS,
    GAP_CONSENTS,
    HEADQUARTERS,
    IDENTIFIERS,
    IMPLEMENTATIONS,
    CROSSWALKS,
    IMPROVEMENT_COSTS,
    LISTINGS,
    MARKINGS,
    MATCHINGS,
    OFFERS,
    ORGANISATIONS,
    OVERSTATEMENTS,
    OUTREACH_SCHEDULES,
    PACKAGES,
    PAPERS,
    PARTICIPATIONS,
    PARTNER_CONTRACTS,
    PARTNER_KEYS,
    PEOPLE,
    POLICIES,
    PROCEEDINGS,
    QUESTIONS,
    QUOTAS,
    RATINGS,
    REASSESSMENTS,
    RESULT_CREDENTIALS,
    REVISIONS,
    ROSTERS,
    SCREENINGS,
    SERVICE_LISTS,
    SESSIONS,
    SHADOWS,
    SIGNALS,
    SOLUTIONS,
    STAGES,
    STRENGTHS,
    RESERVATIONS,
    SUBSIDIES,
    SUPPLY_DEMAND_REGISTERS,
    TARGETS,
    UNIT_TARGETS,
    TIES,
    WORKING_CALENDAR,
    TRAININGS,
    UPLIFTS,
)
"""Kind of a stream (the part before "/") -> its capability."""

EVENTS: Mapping[str, type[Event]] = {
    name_of(event): event for capability in CAPABILITIES.values() for event in capability.events
}
"""Published name -> the model its stored bytes are read with."""

COMMANDS: Mapping[str, frozenset[Role]] = {
    command.__name__: command.roles for capability in CAPABILITIES.values() for command in capability.commands
}
"""Name of a command -> who may send it 命令权利, as each command says beside itself. plan P7."""
