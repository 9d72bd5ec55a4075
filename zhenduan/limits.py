"""Limits 限额 of one serving process: what clients may hold open and ask for, each with the reason for its value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.server.admission import LONGEST_LAG_SECONDS, AdmissionLimits

KIB = 1024
LOCAL = frozenset({"127.0.0.1", "::1"})

CONNECTIONS = "ZHENDUAN_CONNECTIONS"
CONNECTIONS_PER_SOURCE = "ZHENDUAN_CONNECTIONS_PER_SOURCE"
PROXIES = "ZHENDUAN_PROXIES"
AT_ONCE = "ZHENDUAN_AT_ONCE"
WAITING = "ZHENDUAN_WAITING"
OF_SESSION = "ZHENDUAN_OF_SESSION"
DEADLINE = "ZHENDUAN_DEADLINE"
LAG = "ZHENDUAN_LAG"
KEPT_ANSWERS = "ZHENDUAN_KEPT_ANSWERS"
KEPT_ANSWERS_MIB = 16
"""As `api.server.answer_cache.MOST_BYTES`, which whoever only opens an installation need not load."""


class LimitUnusable(ValueError):  # noqa: N818 - says which one
    """A limit was set to what is no positive number 限额无效."""


@dataclass(frozen=True)
class ConnectionLimits:
    """What one process lets clients hold open 连接限额. 2026-11-28, from the hostile trial of that month.

    head_bytes, headers: of the request line and headers together; a GET may carry a query of 32 Ki characters. 192 MiB of
        headers had delayed every answer by 12.7 s.
    head_seconds: from a connection, or the first byte after an answer, to the end of the headers.
    idle_seconds: between an answer and the next request.
    lingering_seconds: what a client gets to take the last answer, or to stop sending what nobody wants.
    stalled_seconds: how long a client may not take what is sent to it.
    connections: open at a time; 4,000 half-sent requests had stayed open for a minute.
    per_source: of one address, unless it is a proxy's. An office behind one address has a few for each person.
    proxies: addresses that pass others' requests on; what they say of the client's address is believed.
    """

    head_bytes: int = 64 * KIB
    headers: int = 100
    head_seconds: float = 10.0
    idle_seconds: int = 5
    lingering_seconds: float = 5.0
    stalled_seconds: float = 60.0
    connections: int = 2_048
    per_source: int = 256
    proxies: frozenset[str] = LOCAL


@dataclass(frozen=True)
class ServerLimits:
    """All limits of a serving process 服务限额.

    lag_seconds: how far the read models may be behind before it is not ready. kept_answers: MiB of answers that it keeps, 0 = none.
    """

    connections: ConnectionLimits = field(default_factory=ConnectionLimits)
    admission: AdmissionLimits = field(default_factory=AdmissionLimits)
    lag_seconds: float = LONGEST_LAG_SECONDS
    kept_answers: int = KEPT_ANSWERS_MIB


def usual_values() -> Mapping[str, str]:
    """Setting -> its usual value, as an operator would write it 默认限额."""
    usual = ServerLimits()
    return {
        CONNECTIONS: str(usual.connections.connections),
        CONNECTIONS_PER_SOURCE: str(usual.connections.per_source),
        PROXIES: ",".join(sorted(usual.connections.proxies)),
        AT_ONCE: str(usual.admission.people),
        WAITING: str(usual.admission.waiting),
        OF_SESSION: str(usual.admission.of_caller),
        DEADLINE: str(int(usual.admission.deadline_seconds)),
        LAG: str(int(usual.lag_seconds)),
        KEPT_ANSWERS: str(usual.kept_answers),
    }


def limits_of(environment: Mapping[str, str]) -> ServerLimits:
    """The limits as the environment sets them 读取限额; what it does not name keeps its usual value.

    Raises:
        LimitUnusable: a value that is no positive whole number.
    """
    usual, admission = ConnectionLimits(), AdmissionLimits()
    named = frozenset(filter(None, map(str.strip, environment.get(PROXIES, "").split(","))))
    return ServerLimits(
        connections=ConnectionLimits(
            connections=_positive(environment, CONNECTIONS, usual.connections),
            per_source=_positive(environment, CONNECTIONS_PER_SOURCE, usual.per_source),
            proxies=named or usual.proxies,
        ),
        admission=AdmissionLimits(
            people=_positive(environment, AT_ONCE, admission.people),
            waiting=_positive(environment, WAITING, admission.waiting),
            of_caller=_positive(environment, OF_SESSION, admission.of_caller),
            deadline_seconds=float(_positive(environment, DEADLINE, int(admission.deadline_seconds))),
        ),
        lag_seconds=float(_positive(environment, LAG, int(LONGEST_LAG_SECONDS))),
        kept_answers=0 if environment.get(KEPT_ANSWERS) == "0" else _positive(environment, KEPT_ANSWERS, KEPT_ANSWERS_MIB),
    )


def _positive(environment: Mapping[str, str], name: str, usual: int) -> int:
    given = environment.get(name, "")
    if not given:
        return usual
    if not (given.isascii() and given.isdigit() and int(given)):
        raise LimitUnusable(f"{name}: 须为正整数 must be a whole number above 0: {given}")
    return int(given)
