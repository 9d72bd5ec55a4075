"""Numbers of a rule's simulation 规则测算指标: by what codes they are recorded, and what each counts. plan V5, I1."""

from standards.described import DescribedEnum


class SimulatedNumber(DescribedEnum):
    """What a simulation of a rule counts · 测算指标."""

    EXPECTED_A = "expected_A", "Providers expected in tier A, by their probabilities · 预期甲档家数"
    EXPECTED_B = "expected_B", "Providers expected in tier B, by their probabilities · 预期乙档家数"
    EXPECTED_C = "expected_C", "Providers expected in tier C, by their probabilities · 预期丙档家数"
    EXPECTED_D = "expected_D", "Providers expected in tier D, by their probabilities · 预期丁档家数"
    TIER_A = "tier_A", "Providers put in tier A · 评为甲档家数"
    TIER_B = "tier_B", "Providers put in tier B · 评为乙档家数"
    TIER_C = "tier_C", "Providers put in tier C · 评为丙档家数"
    TIER_D = "tier_D", "Providers put in tier D · 评为丁档家数"
    UNRATED = "unrated", "Providers without a tier · 未评档家数"
    RANKED = "ranked", "Providers that are ranked · 参与排名家数"
    BETTER = "better", "Providers in a better tier than by the rule in force · 较现行规则升档家数"
    WORSE = "worse", "Providers in a worse tier than by the rule in force · 较现行规则降档家数"
    DUE_FEN = "due_fen", "Due to all providers after the cap, in fen · 应付总额（分）"
    PAID_FEN = "paid_fen", "Paid to all providers within the budget, in fen · 实付总额（分）"
    PAID_SHARE = "paid_share", "Share of what is due that the budget pays, 0 to 1 · 兑付比例"
    PAID_A_FEN = "paid_A_fen", "Paid to providers of tier A, in fen · 甲档实付（分）"
    PAID_B_FEN = "paid_B_fen", "Paid to providers of tier B, in fen · 乙档实付（分）"
    PAID_C_FEN = "paid_C_fen", "Paid to providers of tier C, in fen · 丙档实付（分）"
    PAID_D_FEN = "paid_D_fen", "Paid to providers of tier D, in fen · 丁档实付（分）"
    PAID_UNRATED_FEN = "paid_unrated_fen", "Paid to providers without a tier, in fen · 未评档实付（分）"
    CAPPED = "capped", "Providers that the cap cuts · 达上限家数"


def title_of_number(code: str) -> tuple[str, str]:
    """What a recorded number counts, in Chinese and English 指标名称; a name that is no code says so itself."""
    known = {one.value: one for one in SimulatedNumber}
    return known[code].names if code in known else (code, code)
