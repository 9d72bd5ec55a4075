"""Simulation of a policy 政策测算: how every firm it is for would stand, what it would cost, and who is paid twice. plan I2, I3."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from pydantic import TypeAdapter

from domain.kernel import Count, Label, Part
from domain.programme.policies.conditions import FirmFacts, PolicyVerdict, explain
from domain.programme.policies.terms import PolicyTerms

METHOD = "clauses-2"
"""Id and version of the method, as results cite it."""


class OtherPolicy(NamedTuple):
    """Another policy in force 其他现行政策."""

    policy: str
    district: str | None
    terms: PolicyTerms


class PolicyCount(Part):
    """How the firms of a district stand to a policy 分区测算.

    overlapping: of those that meet it, who meets another for the same purpose that it may not be taken beside.
    """

    district: Label
    meets: Count
    fails: Count
    evidence_missing: Count
    needs_expert: Count
    overlapping: Count


class SimulationInputs(NamedTuple):
    """What a simulation is worked out from 测算输入."""

    district: str | None
    terms: PolicyTerms
    others: Sequence[OtherPolicy]
    firms: Sequence[FirmFacts]
    day: date


class PolicySimulation(NamedTuple):
    """What a policy would come to 测算结果. fen: for who meets it. most_fen: if all that is open came out well."""

    districts: tuple[PolicyCount, ...]
    fen: int
    most_fen: int
    input_digest: str


SIMULATION: TypeAdapter[PolicySimulation] = TypeAdapter(PolicySimulation)
INPUTS: TypeAdapter[SimulationInputs] = TypeAdapter(SimulationInputs)


def overlaps(terms: PolicyTerms, others: Sequence[OtherPolicy], firm: FirmFacts, day: date) -> tuple[str, ...]:
    """Policies for the same purpose that a firm meets as well, where one of the two may not be taken beside another 重复补贴."""
    return tuple(
        one.policy
        for one in others
        if one.terms.purpose is terms.purpose
        and not (one.terms.combinable and terms.combinable)
        and one.terms.holds_on(day)
        and explain(one.terms.clauses_for(one.district), firm, day).verdict is PolicyVerdict.MEETS
    )


def simulate(inputs: SimulationInputs) -> PolicySimulation:
    """Every firm held against the policy on the day; the firms of other districts are none of a district's policy."""
    counts: dict[str, Counter[str]] = {}
    for firm in inputs.firms:
        if inputs.district not in (None, firm.district):
            continue
        found = counts.setdefault(firm.district, Counter())
        verdict = explain(inputs.terms.clauses_for(inputs.district), firm, inputs.day).verdict
        found[verdict.value] += 1
        if verdict is PolicyVerdict.MEETS:
            found["overlapping"] += bool(overlaps(inputs.terms, inputs.others, firm, inputs.day))
    names = [name for name in PolicyCount.model_fields if name != "district"]
    told = tuple(PolicyCount(district=one, **{name: counts[one][name] for name in names}) for one in sorted(counts))
    meets = sum(one.meets for one in told)
    open_still = sum(one.evidence_missing + one.needs_expert for one in told)
    fen = _within(meets * inputs.terms.fen, inputs.terms)
    most = _within((meets + open_still) * inputs.terms.fen, inputs.terms)
    return PolicySimulation(told, fen, most, digest_of(inputs))


def _within(fen: int, terms: PolicyTerms) -> int:
    return fen if terms.budget_fen is None else min(fen, terms.budget_fen)


def simulation_bytes(inputs: SimulationInputs) -> bytes:
    """`simulate` as JSON, for a process of its own."""
    return SIMULATION.dump_json(simulate(inputs))


def digest_of(inputs: SimulationInputs) -> str:
    """SHA-256 of what a simulation is worked out from, the firms in order of id, every mapping by its keys 输入摘要."""
    firms = [
        one._replace(dimensions=dict(sorted((one.dimensions or {}).items())), designations=dict(sorted(one.designations.items())))
        for one in sorted(inputs.firms, key=lambda firm: firm.enterprise)
    ]
    return sha256(INPUTS.dump_json(inputs._replace(firms=firms))).hexdigest()
