"""Findings of an arbitration 仲裁认定: what most arbiters find of each item, and what stands of it in the end. plan P6, V5."""

from collections.abc import Iterable, Sequence

from domain.diagnosis.state import ArbiterFinding, ArbitrationInHand
from domain.governance.proceedings.state import ProceedingOutcome
from standards import Answer


def found_by_most(indicator: str, opinions: Iterable[Sequence[ArbiterFinding]]) -> ArbiterFinding:
    """More than half must uphold it: for the firm the answer that counts among theirs, else what was found against it."""
    given = [one for opinion in opinions for one in opinion if one.indicator == indicator]
    for_firm = [one for one in given if one.upheld]
    if len(for_firm) * 2 <= len(given):
        return next(one for one in given if not one.upheld)
    return _median(for_firm) or _named_most(for_firm)


def _median(found: Sequence[ArbiterFinding]) -> ArbiterFinding | None:
    """The finding at the middle of levels that differ, of two middles the lower 居中等级; None where answers are no mere levels."""
    levels = [one.answer.level for one in found if one.answer is not None and one.answer == Answer(level=one.answer.level)]
    known = [level for level in levels if level is not None]
    if len(known) < len(found):
        return None
    middle = sorted(known)[(len(known) - 1) // 2]
    return next(one for one in found if one.answer is not None and one.answer.level == middle)


def _named_most(found: Sequence[ArbiterFinding]) -> ArbiterFinding:
    """The answer that most of them name; of several the one named first."""
    answers = [one.answer for one in found]
    return max(found, key=lambda one: answers.count(one.answer))


def outcome_of(findings: Sequence[ArbiterFinding]) -> ProceedingOutcome:
    """Upheld where every item is, dismissed where none is 整体结论."""
    upheld = sum(one.upheld for one in findings)
    if upheld == len(findings):
        return ProceedingOutcome.UPHELD
    return ProceedingOutcome.PARTLY if upheld else ProceedingOutcome.DISMISSED


def findings_at_end(arbitration: ArbitrationInHand, outcome: ProceedingOutcome | None) -> tuple[ArbiterFinding, ...]:
    """What was decided where the outcome stood; where the appeal turned it, all items go with the appeal."""
    stood = {one.indicator: one for one in arbitration.decided}
    if arbitration.decided and outcome is outcome_of(arbitration.decided):
        return arbitration.decided
    for_firm = outcome in (ProceedingOutcome.UPHELD, ProceedingOutcome.PARTLY)
    found = []
    for indicator in arbitration.items:
        one = stood.get(indicator)
        if for_firm and (one is None or not one.upheld):
            one = ArbiterFinding(indicator=indicator, upheld=True, reason="按申诉决定重新核验")
        elif not for_firm and (one is None or one.upheld):
            one = ArbiterFinding(indicator=indicator, upheld=False, reason="申请撤回或按申诉决定维持")
        found.append(one)
    return tuple(one for one in found if one is not None)
