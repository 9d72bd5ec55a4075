"""Moves within the year in the demo city 示例名录调整: up and down, an appeal won, one lost, a red line that suspends. plan V4."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.governance.proceedings.decision import AppealDecision, DecideAppeal, DecideProceeding, EndTimeToAppeal
from domain.governance.proceedings.hearing import GiveStatement, RecordHearing, SetHearing
from domain.governance.proceedings.opening import OpenProceeding, ServeNotice
from domain.governance.proceedings.state import ProceedingKind, ProceedingOutcome, Side, proceeding_stream
from domain.governance.standing import listing_stream
from domain.kernel import cause_of
from domain.providers.listings.listing import (
    ConfirmCorrection,
    GainTag,
    LoseTag,
    RemoveProvider,
    RestoreProvider,
    SuspendProvider,
    WarnProvider,
)
from zhenduan.demo.proceedings import SYSTEM, VENUE, Played
from zhenduan.demo.selected_people import SelectedProvider, SelectionOffice

NOTICE, STATEMENT, HEARING_SET, HEARD, DECIDED, APPEALED, FINAL = 1, 8, 9, 21, 22, 35, 42
"""Days after the opening, which is a Monday."""
ADDED = ("C34", "C35", "C38", "C39")
"""Industries of which a provider may earn one more: the first that it has not; nobody serves more than three."""
LISTED = 1
"""Version of a listing's first fact."""


@dataclass(frozen=True)
class Contested:
    """A proceeding against a provider 针对服务商的程序. appeal: how it ends; None = nobody appealed."""

    id: str
    kind: ProceedingKind
    opened: date
    asked: str
    grounds: str
    reasons: str
    appeal: ProceedingOutcome | None
    appeal_reasons: str = ""

    @property
    def final(self) -> date:
        """The day on which it is final."""
        return self.opened + timedelta(days=FINAL)

    @property
    def cause(self) -> str:
        """Its opening, to be cited while it is pending."""
        return cause_of(proceeding_stream(self.id), 1)

    @property
    def conclusion(self) -> str:
        """Its last fact, to be cited once it is final: the eighth where it was appealed against, else the seventh."""
        return cause_of(proceeding_stream(self.id), 8 if self.appeal is not None else 7)


REMOVAL = Contested(
    "directory-move-2024-1", ProceedingKind.DIRECTORY_MOVE, date(2024, 7, 1), "移出名录（示例）", "到期未补正（示例）",
    "整改未完成，移出名录（示例）", ProceedingOutcome.UPHELD, "逾期事实清楚，维持原决定（示例）",
)  # fmt: skip
TAG = Contested(
    "directory-move-2024-2", ProceedingKind.DIRECTORY_MOVE, date(2024, 8, 5), "取消行业标签（示例）", "该行业人员已离职（示例）",
    "人员变动属实（示例）", None,
)  # fmt: skip
CLEARED = Contested(
    "red-line-2024-2", ProceedingKind.RED_LINE, date(2024, 10, 21), "认定代填自评并暂停（示例）", "两家企业的自评文字相同（示例）",
    "相同文字出自该服务商（示例）", ProceedingOutcome.DISMISSED, "相同文字出自公开范本，不构成代填（示例）",
)  # fmt: skip
RED_LINE = Contested(
    "red-line-2025-1", ProceedingKind.RED_LINE, date(2025, 6, 9), "认定虚报现场并暂停（示例）", "签到记录与门禁记录不符（示例）",
    "虚报现场诊断属实，触及红线（示例）", None,
)  # fmt: skip


def moves(office: SelectionOffice, listed: Sequence[SelectedProvider]) -> Iterator[Played]:
    """What happened to six of the listed providers 年内调整; each act with its day.

    listed: six that are in both directories, none of which has work.
    """
    warned, removed, tagged, cleared, suspended, gaining = listed
    city = office.clerk
    for one, reason in ((warned, "报告逾期两次（示例）"), (removed, "三份报告逾期未补正（示例）")):
        stated = {"provider": one.id, "causes": (_first(one),), "reason": reason}
        yield date(2024, 5, 6), city, WarnProvider(due=date(2024, 6, 14), **stated)
    done = ConfirmCorrection(provider=warned.id, causes=(_first(warned),), reason="整改完成（示例）")
    yield date(2024, 6, 12), city, done
    yield from _contested(office, removed, REMOVAL)
    gone = {"causes": (REMOVAL.conclusion,), "reason": "整改未完成，经听证和申诉移出名录（示例）"}
    yield REMOVAL.final, city, RemoveProvider(provider=removed.id, **gone)
    yield from _contested(office, tagged, TAG)
    lost = {"causes": (TAG.conclusion,), "reason": "已无熟悉该行业的人员（示例）"}
    yield TAG.final, city, LoseTag(provider=tagged.id, industry=tagged.industries[0], **lost)
    yield from _suspended(office, cleared, CLEARED)
    back = {"causes": (CLEARED.conclusion,), "reason": "申诉成立，恢复（示例）"}
    yield CLEARED.final, city, RestoreProvider(provider=cleared.id, **back)
    more = {"causes": (_first(gaining),), "reason": "新增人员与案例达到标签要求（示例）"}
    another = next(one for one in ADDED if one not in gaining.industries)
    yield date(2025, 4, 14), city, GainTag(provider=gaining.id, industry=another, **more)
    yield from _suspended(office, suspended, RED_LINE)


def _first(one: SelectedProvider) -> str:
    return cause_of(listing_stream(one.id), LISTED)


def _suspended(office: SelectionOffice, one: SelectedProvider, case: Contested) -> Iterator[Played]:
    """At once, pending the hearing."""
    acts = list(_contested(office, one, case))
    yield acts[0]
    stopped = SuspendProvider(provider=one.id, causes=(case.cause,), reason="涉嫌触及红线，听证前先行暂停（示例）")
    yield case.opened, office.clerk, stopped
    yield from acts[1:]


def _contested(office: SelectionOffice, one: SelectedProvider, case: Contested) -> Iterator[Played]:
    of, about = {"proceeding": case.id}, listing_stream(one.id)

    def on(days: int) -> date:
        return case.opened + timedelta(days=days)

    opening = OpenProceeding(
        **of, kind=case.kind, provider=one.id, about=about, cause=_first(one), asked=case.asked, grounds=case.grounds
    )
    yield case.opened, office.clerk, opening
    yield on(NOTICE), office.clerk, ServeNotice(**of)
    yield on(STATEMENT), one.manager, GiveStatement(**of, text="情况与通知所述不完全一致，请求听证（示例）", asks_hearing=True)
    yield on(HEARING_SET), office.clerk, SetHearing(**of, day=on(HEARD), venue=VENUE)
    yield on(HEARD), office.clerk, RecordHearing(**of, attended=tuple(Side), minutes="双方陈述并质证（示例）")
    yield on(DECIDED), office.chief, DecideProceeding(**of, outcome=ProceedingOutcome.UPHELD, reasons=case.reasons)
    if case.appeal is None:
        yield on(FINAL), SYSTEM, EndTimeToAppeal(**of)
        return
    yield on(APPEALED), one.manager, AppealDecision(**of, grounds="决定未采信本机构提交的材料（示例）")
    yield on(FINAL), office.director, DecideAppeal(**of, outcome=case.appeal, reasons=case.appeal_reasons)
