"""Numbers of a screening 筛查数值: copied texts, evidence filed twice, straight lines, overlapping visits. Method k. plan V5.

A pure function of what is on record and the rule. What it finds of two cases is two findings, one for each: each is told by its own
half, and which case the other is stands apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from math import ceil
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter

from domain.diagnosis.state import diagnosis_stream
from domain.governance.rule_bodies.signals import SignalRule
from domain.kernel import Cause, Count, Identifier, Label, Part, cause_of
from methods.digests import digest_of_lines
from methods.near_duplicates import near_duplicates, tail_threshold
from methods.response_patterns import Stay, longest_run, overlaps
from methods.rounding import SCORE_PLACES, rounded
from methods.text_similarity import shingles, without_boilerplate
from standards.described import DescribedEnum

METHOD = "k/1"
"""Id and version of the method, as results cite it."""
MOST_FINDINGS = 2000
"""Findings that one screening raises at most; a further one raises the others."""
MOST_COUNTERPARTS = 20
MOST_EVIDENCE = 200


class SignalKind(DescribedEnum):
    """What a signal is about · 信号类别."""

    COPIED_ANSWERS = "copied_answers", "Answers of two firms that share their wording · 企业填报文本雷同"
    COPIED_FINDINGS = "copied_findings", "Findings of one provider at two firms that share their wording · 诊断记录文本雷同"
    REUSED_EVIDENCE = "reused_evidence", "One file as evidence of two firms · 佐证文件重复"
    STRAIGHT_LINE = "straight_line", "One answer through a long part of a self-assessment · 自评连续相同作答"
    OVERLAPPING_VISITS = "overlapping_visits", "Visits of one person that overlap in time · 到访时段重叠"


OF_THE_FIRM = frozenset({SignalKind.STRAIGHT_LINE})
"""Kinds that concern the firm itself; every other concerns the provider that diagnosed it."""


class CaseFacts(NamedTuple):
    """A case and its versions that something stands on 出处. group: None of a firm in none."""

    diagnosis: str
    enterprise: str
    group: str | None
    provider: str
    versions: tuple[int, ...]

    @property
    def owner(self) -> str:
        """The group that the firm is in, else the firm: within one owner the same papers are in order."""
        return self.group or self.enterprise

    @property
    def causes(self) -> tuple[str, ...]:
        """The facts that it stands on, as stream/version."""
        return tuple(cause_of(diagnosis_stream(self.diagnosis), one) for one in sorted(set(self.versions))[:MOST_EVIDENCE])


class TextOnRecord(NamedTuple):
    """Free text of a case in one section 文本. section: texts are compared within one."""

    of: CaseFacts
    kind: SignalKind
    section: str
    text: str


class FileOnRecord(NamedTuple):
    """A file of evidence 佐证文件."""

    of: CaseFacts
    sha256: str
    size: int


class AnswersOnRecord(NamedTuple):
    """Answers of a self-assessment in the order of its form 自评作答. peers: edition and industry that it is judged among."""

    of: CaseFacts
    peers: str
    answers: tuple[str, ...]


class StayOnRecord(NamedTuple):
    """A person's stay at a firm 到访. start, end: minutes of UTC."""

    of: CaseFacts
    person: str
    start: int
    end: int


class ScreeningInputs(NamedTuple):
    """What a screening looks at 筛查输入. standard: texts of the editions. verified_runs: peers -> longest verified runs.

    known: ids of signals that were raised before.
    """

    texts: tuple[TextOnRecord, ...]
    standard: tuple[str, ...]
    files: tuple[FileOnRecord, ...]
    answers: tuple[AnswersOnRecord, ...]
    verified_runs: Mapping[str, tuple[int, ...]]
    stays: tuple[StayOnRecord, ...]
    known: frozenset[str]


class SignalFinding(Part):
    """A finding of one case 筛查发现. value, threshold: similarity, firms, answers in a row or minutes, by kind.

    section: where in the case. evidence: its own facts; counterparts: those of the other cases, the nearest first.
    """

    signal: Identifier
    kind: SignalKind
    diagnosis: Identifier
    enterprise: Identifier
    provider: Identifier
    section: Label | None
    value: Decimal
    threshold: Decimal
    evidence: Annotated[tuple[Cause, ...], Field(min_length=1, max_length=MOST_EVIDENCE)]
    counterparts: Annotated[tuple[Cause, ...], Field(max_length=MOST_COUNTERPARTS)]


class Compared(Part):
    """How much a screening looked at · 筛查范围."""

    texts: Count = Field(description="Texts that were long enough to be compared · 文本数")
    files: Count = Field(description="Files that were large enough to be compared · 文件数")
    self_assessments: Count = Field(description="Self-assessments that could be judged · 自评数")
    not_judged: Count = Field(description="Self-assessments whose edition and industry have too few verified cases · 未判自评数")
    stays: Count = Field(description="Stays of a person at a firm · 到访数")


class ScreeningOutcome(NamedTuple):
    """What a screening comes to 筛查结果. findings: the new ones. known: found again. left_out: above the most of one screening."""

    findings: tuple[SignalFinding, ...]
    compared: Compared
    known: int
    left_out: int
    input_digest: str


SCREENING_OUTCOME: TypeAdapter[ScreeningOutcome] = TypeAdapter(ScreeningOutcome)


def screening_bytes(inputs: ScreeningInputs, rule: SignalRule) -> bytes:
    """`screen` as JSON, for a process of its own."""
    return SCREENING_OUTCOME.dump_json(screen(inputs, rule))


def screen(inputs: ScreeningInputs, rule: SignalRule) -> ScreeningOutcome:
    """All findings in order of kind and id, those that were raised before left out."""
    files = [one for one in inputs.files if one.size >= rule.file_bytes_at_least and one.sha256 not in rule.issued_forms]
    judged = [one for one in inputs.answers if len(inputs.verified_runs.get(one.peers, ())) >= rule.verified_runs_at_least]
    long = _long_enough(inputs, rule)
    found = [
        *_copied(long, rule),
        *_reused(files),
        *_straight(judged, inputs.verified_runs, rule),
        *_overlapping(inputs.stays, rule.overlap_minutes),
    ]
    found.sort(key=lambda one: (list(SignalKind).index(one.kind), one.signal))
    new = [one for one in found if one.signal not in inputs.known]
    compared = Compared(
        texts=len(long),
        files=len(files),
        self_assessments=len(judged),
        not_judged=len(inputs.answers) - len(judged),
        stays=len(inputs.stays),
    )
    left_out = max(0, len(new) - MOST_FINDINGS)
    return ScreeningOutcome(tuple(new[:MOST_FINDINGS]), compared, len(found) - len(new), left_out, digest_of(inputs))


def signal_id(kind: SignalKind, of: CaseFacts, section: str | None) -> str:
    """Id of a signal: of the case's own half alone, so that a finding is raised once and its id tells of no other case."""
    return sha256("\n".join((kind.value, section or "", *of.causes)).encode()).hexdigest()[:32]


def _finding(
    kind: SignalKind, of: CaseFacts, section: str | None, value: Decimal, threshold: Decimal, others: Iterable[CaseFacts]
) -> SignalFinding:
    counterparts = tuple(dict.fromkeys(one.causes[0] for one in others))
    return SignalFinding(
        signal=signal_id(kind, of, section),
        kind=kind,
        diagnosis=of.diagnosis,
        enterprise=of.enterprise,
        provider=of.provider,
        section=section,
        value=value,
        threshold=threshold,
        evidence=of.causes,
        counterparts=counterparts[:MOST_COUNTERPARTS],
    )


# Copied texts


def _long_enough(inputs: ScreeningInputs, rule: SignalRule) -> Mapping[TextOnRecord, frozenset[str]]:
    """Texts with enough wording of their own left, by section: without the standard's and what many texts share."""
    standard = frozenset[str]().union(*map(shingles, inputs.standard))
    sections: defaultdict[tuple[SignalKind, str], dict[str, TextOnRecord]] = defaultdict(dict)
    for one in inputs.texts:
        sections[(one.kind, one.section)][one.of.diagnosis] = one
    found: dict[TextOnRecord, frozenset[str]] = {}
    for texts in sections.values():
        wording = {name: shingles(one.text) for name, one in texts.items()}
        own = without_boilerplate(wording, standard, Fraction(rule.common_share), rule.common_texts_at_least)
        found |= {texts[name]: left for name, left in own.items() if len(left) >= rule.shingles_at_least}
    return found


def _copied(texts: Mapping[TextOnRecord, frozenset[str]], rule: SignalRule) -> Iterator[SignalFinding]:
    sections: defaultdict[tuple[SignalKind, str], dict[str, TextOnRecord]] = defaultdict(dict)
    for one in texts:
        sections[(one.kind, one.section)][one.of.diagnosis] = one
    for (kind, section), by_case in sections.items():
        yield from _copied_in(kind, section, by_case, texts, rule)


def _copied_in(
    kind: SignalKind,
    section: str,
    by_case: Mapping[str, TextOnRecord],
    wording: Mapping[TextOnRecord, frozenset[str]],
    rule: SignalRule,
) -> Iterator[SignalFinding]:
    """Of one section: pairs of different firms; findings are compared within a provider, which is to write its own each time."""
    of = {name: one.of for name, one in by_case.items()}
    least = Fraction(rule.similarity_at_least)
    pairs = [
        pair
        for pair in near_duplicates({name: wording[one] for name, one in by_case.items()}, least)
        if of[pair.one].owner != of[pair.other].owner
    ]
    apart = [pair.similarity for pair in pairs if of[pair.one].provider != of[pair.other].provider]
    sizes = Counter(one.provider for one in of.values())
    between = _pairs(len(of)) - sum(map(_pairs, sizes.values()))
    threshold = tail_threshold(apart, between, Fraction(rule.tail_share), least)
    near: defaultdict[str, list[tuple[Fraction, str]]] = defaultdict(list)
    for pair in pairs:
        alike = kind is SignalKind.COPIED_ANSWERS or of[pair.one].provider == of[pair.other].provider
        if alike and rounded(pair.similarity, SCORE_PLACES) >= rounded(threshold, SCORE_PLACES):
            near[pair.one].append((pair.similarity, pair.other))
            near[pair.other].append((pair.similarity, pair.one))
    for name, others in sorted(near.items()):
        others.sort(key=lambda one: (-one[0], one[1]))
        value = rounded(others[0][0], SCORE_PLACES)
        where = section or None
        yield _finding(kind, of[name], where, value, rounded(threshold, SCORE_PLACES), [of[other] for _, other in others])


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


# Evidence, straight lines, visits


def _reused(files: Sequence[FileOnRecord]) -> Iterator[SignalFinding]:
    """One signal a case and file, however often it was filed there. value: firms that filed it."""
    holders: defaultdict[str, dict[str, CaseFacts]] = defaultdict(dict)
    for one in files:
        before = holders[one.sha256].get(one.of.diagnosis)
        versions = (*before.versions, *one.of.versions) if before is not None else one.of.versions
        holders[one.sha256][one.of.diagnosis] = one.of._replace(versions=versions)
    for _, by_case in sorted(holders.items()):
        owners = {one.owner for one in by_case.values()}
        firms = Decimal(len({one.enterprise for one in by_case.values()}))
        for case in by_case.values() if len(owners) > 1 else ():
            others = [by_case[name] for name in sorted(by_case) if by_case[name].owner != case.owner]
            yield _finding(SignalKind.REUSED_EVIDENCE, case, None, firms, Decimal(2), others)


def _straight(
    judged: Sequence[AnswersOnRecord], verified: Mapping[str, Sequence[int]], rule: SignalRule
) -> Iterator[SignalFinding]:
    """Longer than nearly all verified runs of its edition and industry, and than the least. threshold: the shortest that counts."""
    for one in judged:
        runs = sorted(verified[one.peers])
        above = runs[ceil(Fraction(rule.run_quantile) * len(runs)) - 1] + 1
        threshold, length = max(above, rule.run_at_least), longest_run(one.answers)
        if length >= threshold:
            yield _finding(SignalKind.STRAIGHT_LINE, one.of, None, Decimal(length), Decimal(threshold), ())


def _overlapping(stays: Sequence[StayOnRecord], tolerance: int) -> Iterator[SignalFinding]:
    """Of one person at firms of different owners. value: minutes of the longest overlap; threshold: the shortest that counts."""
    by_person: defaultdict[str, dict[str, StayOnRecord]] = defaultdict(dict)
    for one in stays:
        by_person[one.person][one.of.causes[0]] = one
    for _, named in sorted(by_person.items()):
        pairs = overlaps([Stay(name, one.start, one.end) for name, one in named.items()], tolerance)
        near: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for a, b in pairs:
            if named[a].of.owner != named[b].of.owner:
                minutes = min(named[a].end, named[b].end) - max(named[a].start, named[b].start)
                near[a].append((minutes, b))
                near[b].append((minutes, a))
        for name, others in sorted(near.items()):
            others.sort(key=lambda one: (-one[0], one[1]))
            of, value, least = named[name].of, Decimal(others[0][0]), Decimal(tolerance + 1)
            yield _finding(SignalKind.OVERLAPPING_VISITS, of, None, value, least, [named[other].of for _, other in others])


def digest_of(inputs: ScreeningInputs) -> str:
    """SHA-256 of what a screening looked at 输入摘要: a line each, sorted; texts by their own hash."""
    return digest_of_lines(sorted(_lines(inputs)))


def _lines(inputs: ScreeningInputs) -> Iterator[str]:
    def hashed(text: str) -> str:
        return sha256(text.encode()).hexdigest()

    for text in inputs.texts:
        yield " ".join(("text", *_said(text.of), text.kind.value, text.section, hashed(text.text)))
    yield from (f"standard {hashed(text)}" for text in inputs.standard)
    for file in inputs.files:
        yield " ".join(("file", *_said(file.of), file.sha256, str(file.size)))
    for answers in inputs.answers:
        yield " ".join(("answers", *_said(answers.of), answers.peers, hashed("\n".join(answers.answers))))
    yield from (f"verified {peers} {' '.join(map(str, sorted(runs)))}" for peers, runs in inputs.verified_runs.items())
    for stay in inputs.stays:
        yield " ".join(("stay", *_said(stay.of), hashed(stay.person), str(stay.start), str(stay.end)))
    yield from (f"known {signal}" for signal in inputs.known)


def _said(of: CaseFacts) -> tuple[str, ...]:
    return (of.diagnosis, of.enterprise, of.group or "-", of.provider, ",".join(map(str, sorted(of.versions))))
