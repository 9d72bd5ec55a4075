"""Refusals (plan P3, P7, S4) name who may, what is missing by its name, and who must do what first."""

import importlib
import pkgutil
import re
from decimal import Decimal

import pytest

import domain
from domain.access import ROLE_NAMES, Role
from domain.command_rights import CITY, GOVERNMENT, not_allowed
from domain.diagnosis.answers import ANSWER_RULES, NAMED
from domain.diagnosis.report import ConfirmReport
from domain.diagnosis.scoring import ScoreDiagnosis
from domain.diagnosis.sections import SECTION_NOT_YOURS
from domain.diagnosis.self_assessment import PledgeTruth, SubmitSelfAssessment
from domain.diagnosis.state import WRONG_STATUS, Status
from domain.kernel import Refused, Rule
from interop.rosters.rules import INDUSTRY_NOT_MANUFACTURING, NUMBER_NEGATIVE
from standards import Answer, Form, Indicator
from standards.shadow.rescore import RescoringObstacle
from standards.shadow.tally import ShadowTally, Subject
from tests.rules.cases import filled, firm, opened, provider, save, uniform, verified
from tests.rules.firms import EDITION
from tests.rules.test_completeness import rules
from zhenduan.cli.shadow import _result_lines


def _refused(outcome: object) -> Refused:
    assert isinstance(outcome, Refused)
    return outcome


@pytest.mark.parametrize("role", Role)
def test_a_role_without_the_right_is_called_by_its_name_and_told_who_may(role: Role) -> None:
    refused = not_allowed(GOVERNMENT, role)
    for language, said in enumerate((refused.says, refused.says_in_english)):
        assert all(ROLE_NAMES[one][language] in said for one in GOVERNMENT)
    assert f"“{role.value}”" not in refused.says
    assert ("请先登录" in refused.says) == (role is Role.PUBLIC)
    assert (ROLE_NAMES[role][0] in refused.says) == (role is not Role.PUBLIC)


def test_the_system_is_not_offered_where_people_may() -> None:
    both = not_allowed(CITY | {Role.SYSTEM}, "bank")
    assert ROLE_NAMES[Role.SYSTEM][1] not in both.says_in_english


def test_what_is_unanswered_is_named_dimension_by_dimension() -> None:
    answers = uniform(3)
    del answers["Z01"], answers["F08"]
    case = firm(filled(answers), PledgeTruth(diagnosis="d1"))
    said = _refused(firm(case, SubmitSelfAssessment(diagnosis="d1")).outcome).says
    for name in ("Z01", "F08"):
        item = EDITION.by_id[name]
        dimension = next(one.name for one in EDITION.dimensions if one.id == item.dimension)
        assert f"{name} {item.name}" in said
        assert dimension in said


def test_what_is_unverified_is_named_and_many_are_counted() -> None:
    found = uniform(3)
    del found["F08"]
    said = _refused(provider(verified(found), ScoreDiagnosis(diagnosis="d1")).outcome).says
    assert f"F08 {EDITION.by_id['F08'].name}" in said
    form = EDITION.of(Form.BRIEF)
    counts = [sum(item.dimension == dimension.id for item in form) for dimension in EDITION.dimensions]
    said = _refused(firm(opened(), SubmitSelfAssessment(diagnosis="d1")).outcome).says
    assert all(f"等 {count} 项" in said for count in counts if count > NAMED)
    assert max(counts) > NAMED


def test_a_step_too_early_says_who_does_what_first_and_one_too_late_that_it_is_past() -> None:
    early = _refused(provider(opened(), ScoreDiagnosis(diagnosis="d1")).outcome)
    assert early.rule is WRONG_STATUS
    assert "须先由企业" in early.says
    assert "“诊断中”、“已评分”" in early.says
    assert "first the enterprise" in early.says_in_english
    late = _refused(firm(verified(), PledgeTruth(diagnosis="d1")).outcome)
    assert "已经过去" in late.says
    assert "须先由服务商" in _refused(firm(verified(), ConfirmReport(diagnosis="d1")).outcome).says


def test_an_indicator_outside_the_form_is_at_fault_itself_not_its_answer() -> None:
    refused = _refused(firm(opened(), save("D1", {"Z02": Answer(level=Decimal(2))})).outcome)
    assert refused.rule is ANSWER_RULES["INDICATOR_NOT_IN_FORM"]
    assert refused.facts["path"] == "answers.Z02.indicator"


def test_a_section_of_another_is_called_by_its_name() -> None:
    case = opened().when(
        save("D1", {"Z01": Answer(level=Decimal(2))}), "department_filler", "e1", sections=frozenset({"D2"})
    )
    refused = _refused(case.outcome)
    assert refused.rule is SECTION_NOT_YOURS
    assert EDITION.dimensions[0].name in refused.says


@pytest.mark.parametrize("item", [one for one in EDITION.indicators if one.kind == "outcome"], ids=lambda one: one.id)
def test_an_outcome_that_is_no_better_says_which_way_is(item: Indicator) -> None:
    before, after = (number.name for number in item.numbers)
    worse = (Decimal(10), Decimal(9)) if item.better == "higher" else (Decimal(9), Decimal(10))
    problem = EDITION.unshown(item.id, Answer(level=Decimal(3), numbers=dict(zip((before, after), worse, strict=True))))
    assert problem is not None
    assert ("越高越好" if item.better == "higher" else "越低越好") in problem.detail
    assert f"{item.better} is better" in problem.detail_in_english


@pytest.mark.parametrize("rule", [NUMBER_NEGATIVE, INDUSTRY_NOT_MANUFACTURING], ids=lambda rule: rule.code)
def test_a_refused_cell_says_how_to_put_it_right(rule: Rule) -> None:
    assert "请" in rule.says
    assert re.search("enter|correct", rule.says_in_english)


def test_a_slice_of_a_shadow_run_is_told_by_name() -> None:
    tally = ShadowTally()
    tally.add(Subject("310117", "large", "2023", "C34"), 3, (RescoringObstacle(kind="newly_asked", subject="Z01"),), reworded=False)
    told = "\n".join(_result_lines(tally.result(), {EDITION.key: EDITION}))
    assert all(name in told for name in ("区 松江区", "规模 大型", "行业大类 通用设备制造业"))
    assert "310117" not in told


def test_no_rule_says_that_a_step_does_not_follow_without_saying_what_does() -> None:
    """Of every rule of every module: what is refused for where a thing stands ends with who does what next."""
    modules = [importlib.import_module(one.name) for one in pkgutil.walk_packages(domain.__path__, "domain.")]
    rules = {one.code: one for module in modules for one in vars(module).values() if isinstance(one, Rule)}
    of_a_status = [one for one in rules.values() if "不能办理这一步" in one.says]
    assert len(of_a_status) > 8
    silent = [one.code for one in of_a_status if "请" not in one.says and "{next_step" not in one.says + one.says_in_english]
    assert silent == []
    steps = [module.NEXT_STEPS for module in modules if hasattr(module, "NEXT_STEPS")]
    assert len(steps) >= 8
    for one in steps:
        known = set(type(next(iter(one))))
        assert known - set(one) <= {Status.CONFIRMED, Status.WITHDRAWN}, known - set(one)


SAYS_MORE = re.compile("请|须|应|可|先|届时|不再|不能|不得|无须|只|最|补齐|没有需要|不产生变化|next_step|instead|detail|{since} 起")
"""What a sentence has that tells what to do, when or by whom it can be done, or that it stands as it is."""
TELLS_NOTHING = {"NOT_FOUND", "ENDPOINT_HANDSHAKE"}
"""What is not there and what lies out of scope are one; a handshake is the program's own."""


@pytest.mark.parametrize("rule", {rule.code: rule for rule in rules()}.values(), ids=lambda rule: rule.code)
def test_a_refusal_says_what_to_do_next_or_that_the_thing_stands(rule: Rule) -> None:
    assert (rule.code in TELLS_NOTHING) == (SAYS_MORE.search(rule.says) is None), rule.says
    assert not re.search("[a-z]+[A-Z]", re.sub("{[^}]*}", "", rule.says)), "the name of a command is no word of a sentence"
