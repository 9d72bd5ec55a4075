"""Stages of a call 征集阶段检查: what comes out of order is refused with the stage it is at and the one it takes. plan V1."""

from domain.kernel import Rule
from domain.providers.calls.state import Call, CallStage

CALL_OUT_OF_ORDER = Rule(
    "CALL_OUT_OF_ORDER",
    "plan V1",
    "{year} 年征集现处于“{stage}”，该操作须在“{expected}”时进行",
    "The call for {year} is at “{stage_in_english}”; this is done at “{expected_in_english}”",
)


def require_stage(call: Call, expected: CallStage) -> None:
    """Refuse a step out of order 顺序检查.

    Raises:
        Refused: CALL_OUT_OF_ORDER.
    """
    if call.stage is not expected:
        english, chinese = call.stage.description.split(" · ")
        wanted_in_english, wanted = expected.description.split(" · ")
        raise CALL_OUT_OF_ORDER.refuse(
            year=call.year,
            stage=chinese,
            stage_in_english=english,
            expected=wanted,
            expected_in_english=wanted_in_english,
        )
