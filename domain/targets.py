"""Target 工作目标: the plan's yearly city targets as dated data with their clause and mark. plan G1–G4."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.language import Capability, Command, Event, Facts, Occasion
from domain.rights import require_right


class Measure(StrEnum):
    """What a target counts 目标口径."""

    ENTERPRISES_DIAGNOSED = "enterprises_diagnosed"
    SHARE_DIAGNOSED = "share_diagnosed"


class SetTarget(Command):
    """Set the city's target of a year 设定目标; enterprises for a count, percent (0–100) for a share."""

    year: Annotated[int, Field(ge=2023, le=2100)]
    measure: Measure
    at_least: Annotated[Decimal, Field(ge=0)]
    clause: str
    mark: str


class TargetSet(Event):
    """A target holds for a year 目标已设定."""

    type: Literal["target.set.v1"] = "target.set.v1"
    year: int
    measure: Measure
    at_least: Decimal
    clause: str
    mark: str


class Targets(BaseModel):
    """The targets in force 目标."""

    model_config = ConfigDict(frozen=True)

    by_year: dict[int, TargetSet] = {}


def decide(command: SetTarget, targets: Targets | None, occasion: Occasion) -> Facts:
    """Raises Refused: ROLE_NOT_ALLOWED."""
    require_right(command, occasion.role)
    wanted = TargetSet(**command.model_dump())
    if targets is not None and targets.by_year.get(command.year) == wanted:
        return ()
    return (wanted,)


def evolve(targets: Targets | None, event: TargetSet) -> Targets:
    """The targets after one more fact."""
    known = targets.by_year if targets is not None else {}
    return Targets(by_year={**known, event.year: event})


TARGETS: Capability[Any, Any, Any] = Capability(
    name="target",
    commands=(SetTarget,),
    events=(TargetSet,),
    stream=lambda _command: "target/city",
    reads=lambda _command, _targets: (),
    place=lambda _command, _targets, _read: None,
    decide=decide,
    evolve=evolve,
)
