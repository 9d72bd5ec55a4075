"""Calibrations 校准 in the schema: cases to give levels to, and how lenient or strict each one is. plan T1."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import strawberry

from api.kit.context import Context
from api.kit.ids import PersonID, id_of
from api.kit.mutations import Payload, ServerFields
from api.kit.parts import parts
from api.kit.published import field, published
from api.providers.exams import PracticalCase
from domain.access import Role
from domain.kernel import Command
from domain.masks import CERTIFICATES, OWN_CERTIFICATES
from domain.providers.calibration import AssessorSeverity, GiveCaseLevels
from domain.providers.calibration import Calibration as CalibrationState
from projections.providers import calibrations as rows
from projections.providers import training as trainings

KEEPERS = frozenset({Role.CITY, Role.AUDITOR})
"""Who reads the severity of others 宽严度知情角色: everybody else reads one's own."""


@published(OWN_CERTIFICATES)
class CalibrationCase:
    """Case of a quarter, as whoever gives levels to it sees it · 校准案例. plan T1"""

    id: strawberry.ID = field("Id of the case · 案例编号")
    case: PracticalCase = field("What is described, and the indicators to give levels to · 案例内容")
    given: bool = field("Whether one gave levels to it already · 是否已评定")


@published(CERTIFICATES)
class Severity:
    """How lenient, above 0, or strict somebody is: points of one hundred; no issued score changes by it · 宽严度. plan T1"""

    person: PersonID = field("Whose it is · 人员标识")
    cases: int = field("Cases that it rests on · 案例数")
    severity: Decimal = field("Points, shrunk to the mean of all · 宽严度")
    error: Decimal = field("Standard error, in points · 标准误")


@published(CERTIFICATES, placed=False)
class Calibration:
    """Calibration of diagnosticians in one quarter · 校准. plan T1"""

    quarter: str = field("Quarter, such as 2025Q1 · 季度")
    edition: str = field("Edition whose training the cases are of · 标准版本")
    closes: date = field("Last day · 截止日")
    taking_part: int = field("How many gave levels to a case · 参加人数")
    own_cases: list[CalibrationCase] | None = field(
        "The cases, for whoever gives levels to them; none once it is closed · 待评案例", roles=OWN_CERTIFICATES
    )
    method: str | None = field("Method and version that severities were worked out by; null before · 方法")
    severities: list[Severity] = parts(
        Severity, "Severity of everyone for the city and the auditor, else one's own · 宽严度"
    )


def build_calibration(context: Context, quarter: str, known: CalibrationState) -> Calibration:
    """A quarter's calibration, for who asks."""
    me, computed = context.caller.actor, known.computed
    shown = [one for one in computed.severities if context.role in KEEPERS or one.person == me] if computed is not None else []
    return Calibration(
        quarter=quarter,
        edition=known.training,
        closes=known.closes,
        taking_part=len(known.given),
        own_cases=_cases(context, known) if context.role in OWN_CERTIFICATES and computed is None else [],
        method=computed.method if computed is not None else None,
        severities=list(map(_severity, shown)),
    )


def _cases(context: Context, known: CalibrationState) -> list[CalibrationCase]:
    text = trainings.training(context.snapshot, known.training)
    given = known.given.get(context.caller.actor, {})
    found = []
    for identity in known.cases if text is not None else ():
        case = text.texts[known.digest].gold_case(identity)  # type: ignore[union-attr] # there are none without a text
        described = PracticalCase(title=case.title, text=case.text, indicators=sorted(case.levels))
        found.append(CalibrationCase(id=strawberry.ID(identity), case=described, given=identity in given))
    return found


def _severity(one: AssessorSeverity) -> Severity:
    return Severity(person=id_of("person", one.person), cases=one.cases, severity=one.severity, error=one.error)


@strawberry.type
class CalibrationQueries:
    """Query fields: calibration."""

    @field("Calibration of diagnosticians, the latest quarter first · 校准. plan T1", roles=CERTIFICATES)
    def calibrations(self, info: strawberry.Info[Context, None]) -> list[Calibration]:
        """Every quarter."""
        context = info.context
        return [build_calibration(context, quarter, known) for quarter, known in rows.calibrations(context.snapshot).items()]


def _find_calibration(context: Context, key: str, _command: Command, _wanted: frozenset[str]) -> Calibration | None:
    known = rows.calibrations(context.snapshot).get(key)
    return build_calibration(context, key, known) if known is not None else None


QUERIES = CalibrationQueries
SERVER_FIELDS: Mapping[type[Command], ServerFields] = {
    GiveCaseLevels: ServerFields(frozenset(), shows_version=False),
}
"""What the server completes 服务端补全; every other command is sent as it is."""
PAYLOADS: Mapping[str, Payload] = {"calibration": Payload("calibration", Calibration, _find_calibration)}
"""Capability -> what its payloads carry 返回对象."""
