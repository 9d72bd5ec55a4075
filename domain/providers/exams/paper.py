"""Paper of an examination 试卷: drawn from the question bank by a seed that was committed to beforehand, and marked. plan T1.

A ticket of a question is SHA-256(seed, line feed, id); within each difficulty the questions are taken by ticket, module by module
in turn. Whoever knows seed and bank draws the same paper again.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256

from domain.governance.rule_bodies.exam import ExamRule
from domain.kernel import Rule
from methods.agreement import weighted_kappa
from methods.rounding import rounded
from standards import Difficulty, GoldCase, Question, TrainingText

# Rules

BANK_TOO_SMALL = Rule(
    "BANK_TOO_SMALL",
    "plan T1",
    "题库的{name}只有 {found} 题，一份试卷需 {wanted} 题；请补充题库或调整考试规则",
    "The bank has {found} questions of “{name_in_english}”, and a paper needs {wanted}; add some or change the rule",
)

STEPS = ("0", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5")
"""The ten steps that an indicator's level is given in."""
POINTS = Decimal("0.01")
AGREEMENT_PLACES = 4


def commitment_of(seed: str) -> str:
    """What is published of a seed beforehand 承诺: its SHA-256."""
    return sha256(seed.encode()).hexdigest()


def _ticket(seed: str, identity: str) -> str:
    return sha256(f"{seed}\n{identity}".encode()).hexdigest()


def shares(rule: ExamRule) -> Mapping[Difficulty, int]:
    """Questions of each difficulty on a paper 各难度题数: by largest remainder, of equal ones the easier first."""
    percents = [(one, getattr(rule.difficulty, one.value)) for one in Difficulty]
    whole = {one: rule.questions * percent // 100 for one, percent in percents}
    left = rule.questions - sum(whole.values())
    order = sorted(percents, key=lambda one: -(rule.questions * one[1] % 100))
    return whole | {one: whole[one] + 1 for one, _ in order[:left]}


def drawn(text: TrainingText, rule: ExamRule, seed: str) -> tuple[str, ...]:
    """Ids of a paper's questions 抽题, in the order they are asked.

    Raises:
        Refused: BANK_TOO_SMALL (plan T1).
    """
    paper: list[str] = []
    for difficulty, wanted in shares(rule).items():
        of_it = [question for question in text.questions if question.difficulty is difficulty]
        if len(of_it) < wanted:
            english, _, chinese = difficulty.description.partition(" · ")
            raise BANK_TOO_SMALL.refuse(name=chinese, name_in_english=english, found=len(of_it), wanted=wanted)
        paper += _in_turn(of_it, seed)[:wanted]
    return tuple(sorted(paper, key=lambda one: _ticket(seed, f"order {one}")))


def _in_turn(questions: Sequence[Question], seed: str) -> list[str]:
    """Questions module by module in turn, within each by ticket; so no module is left out by chance."""
    by_ticket = sorted((_ticket(seed, one.id), one.module, one.id) for one in questions)
    place: dict[str, int] = {}
    turns = []
    for ticket, module, identity in by_ticket:
        place[module] = place.get(module, -1) + 1
        turns.append((place[module], ticket, identity))
    return [identity for _, _, identity in sorted(turns)]


def case_drawn(text: TrainingText, seed: str) -> str:
    """Id of the gold case of the practical part 抽取案例."""
    return min((one.id for one in text.gold_cases), key=lambda one: _ticket(seed, one))


def correct(text: TrainingText, paper: Sequence[str], answers: Mapping[str, Sequence[str]]) -> int:
    """How many questions are answered right 答对题数: all right options and no other; what is not answered is not right."""
    return sum(set(answers.get(one, ())) == set(text.by_id[one].answer) for one in paper)


def points_of(right: int, questions: int) -> Decimal:
    """Points of one hundred, two decimals, rounded half up 得分; whether it is passed is decided on the exact share."""
    return (Decimal(100 * right) / questions).quantize(POINTS, ROUND_HALF_UP)


def agreement_with(case: GoldCase, levels: Mapping[str, str]) -> Decimal | None:
    """Weighted kappa with a gold case, four decimals 与标准案例的一致性; None where there is nothing to agree in. Method f."""
    kappa = weighted_kappa([(levels[one], gold) for one, gold in sorted(case.levels.items())], STEPS)
    return rounded(kappa, AGREEMENT_PLACES) if kappa is not None else None
