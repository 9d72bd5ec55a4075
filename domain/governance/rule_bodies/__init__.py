"""Every kind of dated rule 各类规则正文. A new kind is one class in a file of its own, a value of `RuleKind` and a line here."""

from collections.abc import Mapping
from typing import Annotated, get_args

from pydantic import Field

from domain.governance.rule_bodies.agreement import AgreementRule
from domain.governance.rule_bodies.body import RuleBody, RuleKind
from domain.governance.rule_bodies.delivery import DeliveryRule
from domain.governance.rule_bodies.equating import EquatingRule
from domain.governance.rule_bodies.exam import ExamRule
from domain.governance.rule_bodies.feedback import FeedbackRule
from domain.governance.rule_bodies.ladder import LadderRule
from domain.governance.rule_bodies.liaison import LiaisonRule
from domain.governance.rule_bodies.matching import MatchingRule
from domain.governance.rule_bodies.outreach import OutreachRule
from domain.governance.rule_bodies.pace import PaceRule
from domain.governance.rule_bodies.paper_template import PaperTemplate
from domain.governance.rule_bodies.procedure import ProcedureRule
from domain.governance.rule_bodies.process import ProcessRule
from domain.governance.rule_bodies.publication import PublicationRule
from domain.governance.rule_bodies.rating import RatingRule
from domain.governance.rule_bodies.report_template import ReportTemplate
from domain.governance.rule_bodies.sampling import SamplingPlan
from domain.governance.rule_bodies.selection import SelectionRule
from domain.governance.rule_bodies.signals import SignalRule
from domain.governance.rule_bodies.stages import StageLimits
from domain.governance.rule_bodies.subsidy import SubsidyRule
from domain.governance.rule_bodies.transformation import TransformationRule

EveryBody = (
    SelectionRule
    | LadderRule
    | ProcedureRule
    | StageLimits
    | RatingRule
    | SubsidyRule
    | ExamRule
    | SamplingPlan
    | FeedbackRule
    | MatchingRule
    | ProcessRule
    | PaceRule
    | TransformationRule
    | DeliveryRule
    | SignalRule
    | AgreementRule
    | EquatingRule
    | LiaisonRule
    | OutreachRule
    | PublicationRule
    | PaperTemplate
    | ReportTemplate
)
AnyRuleBody = Annotated[EveryBody, Field(discriminator="kind")]
"""A body of any kind, told apart by `kind`."""

BODIES: Mapping[RuleKind, type[RuleBody]] = {body.model_fields["kind"].default: body for body in get_args(EveryBody)}
"""Kind -> the class of its bodies."""
