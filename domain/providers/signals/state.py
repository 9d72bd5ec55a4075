"""State of a signal 信号现状: whom it concerns, on what it rests, until when it may be answered, how it ended. plan V5."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.access import Role
from domain.governance.working_calendar import Deadline
from domain.kernel import Command, Identifier, IdOf, Rule, Stream, stream_of
from domain.providers.signals.numbers import OF_THE_FIRM, SignalKind
from standards.described import DescribedEnum

SIGNAL_READERS = frozenset({Role.CITY, Role.DISTRICT, Role.PROVIDER, Role.ENTERPRISE, Role.CONFIRMER, Role.AUDITOR})
"""Who may know of a signal 信号知情角色: city, district of the firm, the one concerned, auditor, each within its scope."""

SignalRef = Annotated[Identifier, IdOf("signal")]


class SignalStatus(DescribedEnum):
    """How far a signal has come · 信号状态."""

    RAISED = "raised", "Waits for the answer of the one concerned · 待答复"
    ANSWERED = "answered", "Answered; waits to be closed · 已答复"
    EXPLAINED = "explained", "Closed: it is explained · 已说明"
    UPHELD = "upheld", "Closed: it is upheld; nothing follows by itself · 已认定"


NEXT_STEPS: Mapping[SignalStatus, tuple[str, str]] = {
    SignalStatus.RAISED: ("须由对方在期限内答复", "the one concerned answers in time"),
    SignalStatus.ANSWERED: ("须由市级或区级部门办结", "the city or the district closes it"),
    SignalStatus.EXPLAINED: ("该信号已办结，不再更改", "it is closed and stays"),
    SignalStatus.UPHELD: ("该信号已办结，不再更改", "it is closed and stays"),
}


# Rules

SIGNAL_STATUS = Rule(
    "SIGNAL_STATUS",
    "plan V5",
    "该信号目前为“{status_name}”，此时不能办理这一步；{next_step}",
    "The signal is {status}; this step does not follow from there; {next_step_in_english}",
)
SIGNAL_ANSWER_LATE = Rule(
    "SIGNAL_ANSWER_LATE",
    "plan V5",
    "答复期限已于 {latest} 届满；尚有说明的，请直接告知经办的市级或区级部门",
    "The time to answer ended on {latest}; tell the department in charge what is still to be said",
)
SIGNAL_ANSWER_AWAITED = Rule(
    "SIGNAL_ANSWER_AWAITED",
    "plan V5",
    "对方可在 {latest} 前答复；答复后或期满后方可认定",
    "The one concerned may answer until {latest}; uphold it after the answer or after that day",
)

# Commands


class SignalCommand(Command):
    """A command about one signal 信号命令."""

    signal: SignalRef = Field(description="Signal, by its id · 信号标识")


# State


class Signal(BaseModel):
    """A signal as it stands 信号. provider: that of the case; version: of its stream."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    kind: SignalKind
    status: SignalStatus = SignalStatus.RAISED
    version: int = 1
    enterprise: str
    provider: str
    answer_by: Deadline

    @property
    def concerns_firm(self) -> bool:
        """Whether the firm itself is to answer; else the provider 是否由企业答复."""
        return self.kind in OF_THE_FIRM


def signal_stream(signal: str) -> Stream:
    """Stream of one signal."""
    return stream_of("signal", signal)
