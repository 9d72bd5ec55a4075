"""Screening of the demo city 示例筛查: two visits told in the same words, one explained, one waiting for its answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from api.kit.services import Services
from domain.access import Everything, Role
from domain.diagnosis.opening import OpenDiagnosis
from domain.diagnosis.visits import CloseSiteVisit
from domain.instants import city_day
from domain.kernel import Command
from domain.providers.signals.screening import RequestScreening
from domain.providers.signals.signal import AnswerSignal, CloseSignal, SignalOutcome
from journal import Caller
from projections.engine.pages import BY_ID, Page
from projections.providers.signals import SignalFilter, signals
from zhenduan.demo.data import Ending
from zhenduan.demo.diagnosis_story import Act
from zhenduan.demo.people import People, draw_id

COPIED_AT = frozenset({Ending.VISITED, Ending.VERIFIED})
NOTES = (
    "上午到达厂区，先听取生产与信息化负责人介绍，再沿工艺路线查看下料、机加工、装配三个车间，逐台核对设备联网情况；"
    "下午在会议室调阅排产、质量追溯与设备维修记录，抽取近三个月的工单二十份，与系统导出数据逐份比对，口径一致。"
    "机房与备份记录已查看，网络安全制度有成文版本，最近一次演练有签到与照片。未覆盖的工序已在各指标中写明。（示例）"
)
"""What the team wrote of both visits: longer than the signal rule asks of a text that is compared."""
STATEMENT = "两家企业同属一条产线的上下游，由同一小组依同一现场提纲记录，提纲文字相同；各家的工单与照片附后（示例）"
REASON = "已核对两家的工单与现场照片，各不相同；记录文字今后须分别撰写（示例）"


@dataclass(frozen=True)
class OnSignal:
    """What is said of the signal that a screening raised of a case 对信号的答复或办结."""

    diagnosis: str
    says: Callable[[str], Command]

    def command(self, services: Services, _who: Caller, _at: datetime) -> Command:
        """The command, of the signal as it was raised."""
        services.models.catch_up()
        with services.models.reading() as snapshot:
            raised = signals(snapshot, Everything(), SignalFilter(), Page(100, BY_ID))
        return self.says(next(one.id for one in raised if one.diagnosis == self.diagnosis))


def told_alike(ending: Ending, acts: Sequence[Act]) -> list[Act]:
    """The acts of a case; where it ends as two do, its visit is told in the words of the other."""
    if ending not in COPIED_AT:
        return list(acts)
    return [
        replace(act, what=act.what.model_copy(update={"notes": NOTES})) if isinstance(act.what, CloseSiteVisit) else act
        for act in acts
    ]


Step = tuple[Caller, Command | OnSignal]


def screened(people: People, shown: Mapping[Role, str], played: Sequence[tuple[datetime, object]]) -> Iterator[Step]:
    """The city screens the year of two visits that are told alike: one is answered and closed, the other waits for its answer."""
    opened = {what.diagnosis: city_day(at).year for at, what in played if isinstance(what, OpenDiagnosis)}
    alike = [what.diagnosis for _, what in played if isinstance(what, CloseSiteVisit) and what.notes == NOTES]
    years = {opened[one] for one in alike}
    if len(alike) != len(COPIED_AT) or len(years) != 1:
        return
    city, provider = (people.callers[role, shown[role]] for role in (Role.CITY, Role.PROVIDER))
    yield city, RequestScreening(screening=draw_id(people.chance), year=years.pop())
    first = alike[0]
    yield provider, OnSignal(first, lambda signal: AnswerSignal(signal=signal, statement=STATEMENT))
    closing = {"outcome": SignalOutcome.EXPLAINED, "reason": REASON}
    yield city, OnSignal(first, lambda signal: CloseSignal(signal=signal, **closing))

