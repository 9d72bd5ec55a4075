"""Subjects and causes 所涉事项与起因: what a kind of proceeding is about, and which facts it may follow from. plan P5, P6, V4.

Looked up when a proceeding is opened, whoever opens it: a fact outside the opener's scope is refused as one that does not exist.
What only the thing knows, it says itself (`Contestable`): a rating that it is published, a draw that it found a job misgraded.
"""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from domain.access import Role
from domain.governance.proceedings.state import Opening, Proceeding, ProceedingKind, require_concluded
from domain.governance.standing import listing_stream
from domain.kernel import DecisionContext, Refused, Rule, Stream, cause_of, cited, key_of, kind_of
from domain.participants.enterprises import Firm, enterprise_stream
from domain.participants.organisations import organisation_stream
from domain.participants.people.state import Person, person_stream

CAUSE_UNKNOWN = Rule(
    "CAUSE_UNKNOWN",
    "plan P5",
    "所引起因 {cause} 不是已有的事实，请引用“流名/版本”形式的记录",
    "The cause {cause} is no fact on record; cite one by its stream and version",
)
CAUSE_UNFIT = Rule(
    "CAUSE_UNFIT",
    "plan P6",
    "“{title}”程序不能以这类事实为起因，可引用的为：{allowed}",
    "A proceeding of the kind {kind} does not follow from such a fact; it may cite: {allowed}",
)
SUBJECT_UNFIT = Rule(
    "SUBJECT_UNFIT",
    "plan P6",
    "“{title}”程序所涉事项须为该服务商（或该企业）已有的记录，类别为 {allowed}，评价须已公示；请核对后再提起",
    "A proceeding of the kind {kind} is about what is on record of this provider, or of this firm, of the kind {allowed}, a rating "
    "once it is published; check it and open again",
)

OF_THE_DIRECTORY = frozenset(
    {"application", "call", "diagnosis", "draw", "feedback", "listing", "marking", "proceeding", "rating", "rule"}
)
"""Kinds of facts that a move of the directory may cite 名录调整可引依据; a capability whose facts move it adds its own."""

SUBJECTS: Mapping[ProceedingKind, frozenset[str]] = {
    ProceedingKind.DIRECTORY_MOVE: frozenset({"listing"}),
    ProceedingKind.RED_LINE: frozenset({"certificate", "listing"}),
    ProceedingKind.RATING_OBJECTION: frozenset({"rating"}),
    ProceedingKind.MARK_OBJECTION: frozenset({"application"}),
    ProceedingKind.ITEM_OBJECTION: frozenset({"diagnosis"}),
    ProceedingKind.COMPLAINT: frozenset({"diagnosis", "feedback"}),
    ProceedingKind.SAMPLE_FINDING: frozenset({"diagnosis"}),
    ProceedingKind.CLAWBACK: frozenset({"subsidy"}),
}
"""Kind -> kinds of the thing that it is about 所涉事项类别: that on which its outcome, once upheld, lets another capability act."""
CAUSES: Mapping[ProceedingKind, frozenset[str]] = {
    ProceedingKind.DIRECTORY_MOVE: OF_THE_DIRECTORY | {"certificate", "organisation", "signal"},
    ProceedingKind.RED_LINE: frozenset(
        {"certificate", "diagnosis", "draw", "feedback", "listing", "organisation", "proceeding", "signal"}
    ),
    ProceedingKind.RATING_OBJECTION: frozenset({"rating"}),
    ProceedingKind.MARK_OBJECTION: frozenset({"application"}),
    ProceedingKind.ITEM_OBJECTION: frozenset({"diagnosis"}),
    ProceedingKind.COMPLAINT: frozenset({"diagnosis", "feedback"}),
    ProceedingKind.SAMPLE_FINDING: frozenset({"draw"}),
    ProceedingKind.CLAWBACK: frozenset({"proceeding"}),
}
"""Kind -> kinds of the facts that it may follow from 起因类别."""
CITED_BY_DISTRICTS = frozenset({"certificate", "diagnosis", "feedback", "listing", "organisation", "proceeding"})
"""What a district may cite, each of its own firms or of this provider 区级可引依据."""
ABOUT_ITSELF = frozenset({ProceedingKind.RATING_OBJECTION, ProceedingKind.MARK_OBJECTION, ProceedingKind.ITEM_OBJECTION})
"""Kinds whose cause is a fact of the very thing that they are about 起因即所涉事项."""


@runtime_checkable
class OfFirm(Protocol):
    """What is of a firm 企业事项: a diagnosis, a feedback, a signal, a proceeding; None = of none."""

    enterprise: str | None


@runtime_checkable
class Contestable(Protocol):
    """A thing that says itself whether a proceeding may be opened about it, or for one of its facts 可提程序的事项."""

    def require_contestable(self, opening: Opening, context: DecisionContext) -> None:
        """Raises Refused: what stands against it."""


def subject_reads(opening: Opening) -> tuple[Stream, ...]:
    """The thing and the cause, and whose they are."""
    streams = [Stream(opening.about), cited(opening.cause)[0]]
    people = [person_stream(key_of(one)) for one in streams if kind_of(one) == "certificate"]
    return (*streams, *people)


def subject_reads_further(opening: Opening, read: Mapping[str, Any]) -> tuple[Stream, ...]:
    """The firms of what is cited, by which it lies in a district."""
    firms = (_firm_of(read.get(stream)) for stream in subject_reads(opening))
    return tuple(enterprise_stream(firm) for firm in firms if firm is not None)


def require_subject(opening: Opening, context: DecisionContext) -> None:
    """What it is about and follows from fits its kind, is on record, and lies within the opener's scope 核对事项与起因.

    Raises:
        Refused: SUBJECT_UNFIT (plan P6), CAUSE_UNFIT (plan P6), CAUSE_UNKNOWN (plan P5), PROCEEDING_NOT_CONCLUDED (plan V4), or
            what the thing itself says.
    """
    kind, stream, about = opening.kind, cited(opening.cause)[0], Stream(opening.about)
    allowed = CAUSES[kind] & CITED_BY_DISTRICTS if context.role == Role.DISTRICT else CAUSES[kind]
    on_record = kind_of(about) == "listing" or context.has(cause_of(about, 1))
    if kind_of(about) not in SUBJECTS[kind] or not on_record or not _is_theirs(about, opening, context):
        raise subject_unfit(kind)
    if kind_of(stream) not in allowed or (kind in ABOUT_ITSELF and stream != opening.about):
        raise CAUSE_UNFIT.refuse(path="cause", allowed="、".join(sorted(allowed)), **_named(kind))
    _require_contestable(about, opening, context)
    require_cause(opening.cause, context, within=_is_theirs(stream, opening, context))
    _require_contestable(stream, opening, context)
    if kind is ProceedingKind.CLAWBACK:
        _require_finding(stream, opening, context)


def subject_unfit(kind: ProceedingKind) -> Refused:
    """The refusal of a thing that no such proceeding is about 所涉事项不符; the same of one that is not to be known of."""
    return SUBJECT_UNFIT.refuse(path="about", allowed="、".join(sorted(SUBJECTS[kind])), **_named(kind))


def _named(kind: ProceedingKind) -> dict[str, str]:
    return {"kind": kind.value, "title": kind.description.rpartition(" · ")[2]}


def require_cause(cause: str, context: DecisionContext, *, within: bool = True) -> None:
    """Raises Refused: CAUSE_UNKNOWN (plan P5); what is not within the scope of who cites it is refused alike."""
    if not (within and context.has(cause)):
        raise CAUSE_UNKNOWN.refuse(path="cause", cause=cause)


def _require_contestable(stream: str, opening: Opening, context: DecisionContext) -> None:
    thing = context.read.get(stream)
    if isinstance(thing, Contestable):
        thing.require_contestable(opening, context)


def _require_finding(stream: Stream, opening: Opening, context: DecisionContext) -> None:
    """Money is asked back only after a finding about a job of this provider was upheld and is final."""
    known: Proceeding | None = context.read.get(stream)
    finding = require_concluded(known, ProceedingKind.SAMPLE_FINDING, known.about if known is not None else "")
    if finding.provider != opening.provider:
        raise CAUSE_UNKNOWN.refuse(path="cause", cause=opening.cause)


def _is_theirs(stream: Stream, opening: Opening, context: DecisionContext) -> bool:
    """Whether a thing is of the provider, or of the firm that complains; of a district, also whether it lies there."""
    kind = kind_of(stream)
    if kind in ("listing", "organisation"):
        return stream in (listing_stream(opening.provider), organisation_stream(opening.provider))
    if kind == "certificate":
        person: Person | None = context.read.get(person_stream(key_of(stream)))
        held = person.memberships.values() if person is not None else ()
        return any(one.organisation == opening.provider for one in held)
    firm = _firm_of(context.read.get(stream))
    if opening.enterprise is not None:
        return firm == opening.enterprise
    if context.role == Role.DISTRICT:
        known = context.read.get(stream)
        if isinstance(known, Proceeding) and firm is None:
            return known.district == context.organisation
        lies: Firm | None = context.read.get(enterprise_stream(firm)) if firm is not None else None
        return lies is not None and lies.district == context.organisation
    return True


def _firm_of(thing: object) -> str | None:
    return thing.enterprise if isinstance(thing, OfFirm) else None
