"""Dossiers that are asked for 卷宗请求: which subject a path names, which jobs a rating's dossier holds. plan P5, V4, V5, I1."""

import re
from dataclasses import dataclass

from api.kit.ids import key_of
from domain.diagnosis.state import diagnosis_stream
from domain.governance.standing import listing_stream
from domain.kernel import NOT_FOUND, Stream, stream_of
from domain.providers.subsidies.state import subsidy_stream
from projections import Snapshot
from projections.providers.named_in_cases import cases_of_provider

OF_A_YEAR = re.compile(r"(20[0-9]{2})(?:/(.+))?")


@dataclass(frozen=True)
class AskedDossier:
    """A dossier that is asked for. provider: whose it is; None = of all. jobs: streams of diagnoses that it may hold."""

    subject: Stream
    provider: str | None
    jobs: tuple[str, ...] = ()


def asked_of(snapshot: Snapshot, kind: str, path: str) -> AskedDossier:
    """What a path below /dossiers/{kind} asks for, over HTTP as at the command line.

    Raises:
        Refused: NOT_FOUND where the path names nothing of that kind.
    """
    if kind == "grade":
        return AskedDossier(diagnosis_stream(key_of(path, "diagnosis")), None)
    if kind == "move":
        provider = key_of(path, "organisation")
        return AskedDossier(listing_stream(provider), provider)
    found = OF_A_YEAR.fullmatch(path)
    if found is None or (kind == "subsidy") != (found[2] is None):
        raise NOT_FOUND.refuse()
    year = int(found[1])
    if kind == "subsidy":
        return AskedDossier(subsidy_stream(year), None)
    provider = key_of(found[2], "organisation")
    return AskedDossier(stream_of("rating", f"{year}.{provider}"), provider, cases_of_provider(snapshot, provider))
