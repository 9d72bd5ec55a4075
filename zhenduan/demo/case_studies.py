"""Case study of the demo city 示例案例: of the firm that was followed up, published with its consent, and collected. plan R5."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.access import Role
from domain.diagnosis.filing import FileReport
from domain.diagnosis.follow_up import ReportFollowUp
from domain.instants import city_day
from domain.kernel import Command
from domain.programme.case_studies.commands import (
    ApproveCaseStudy,
    ConsentToCaseStudy,
    DraftCaseStudy,
    PublishCaseStudy,
)
from domain.programme.case_studies.state import CaseStudyChange, CaseStudyText
from domain.programme.papers.paper import PaperKind, PublishPaper, RequestPaper
from journal import Caller
from zhenduan.demo.office_hours import later, office_time
from zhenduan.demo.people import People, draw_id

Step = tuple[datetime, Caller, Command]
MINUTE = 500
TEXT = {
    "title": "两个厂区系统接到同一平台（示例）",
    "situation": "两个厂区各用各的系统，产量和设备状态靠电话核对（示例）。",
    "done": "第二厂区的设备接入同一平台，预算列入次年计划（示例）。",
    "brought": "设备联网率提高一倍左右，日报由人工汇总改为自动生成（示例）。",
}


def case_studies(people: People, played: Sequence[Step]) -> Iterator[Step]:
    """Who filed the report writes, the city reviews and publishes, the firm consents; the year's collection holds it."""
    city = people.callers[Role.CITY, people.data.organisations.city.id]
    reported = next(((at, who, command) for at, who, command in played if isinstance(command, ReportFollowUp)), None)
    if reported is None:
        return
    at, firm, report = reported
    assert isinstance(report, ReportFollowUp)  # noqa: S101 - as it was chosen
    of = report.diagnosis
    author = next(who for _, who, command in played if isinstance(command, FileReport) and command.diagnosis == of)
    [brought] = report.changes
    change = CaseStudyChange(name=brought.name, unit=brought.unit, before=brought.before, after=brought.after)
    text = {"case_study": draw_id(people.chance)} | {
        "text_sha256": CaseStudyText(**TEXT, changes=(change,), totals=None, uplift=None, firm=None).sha256
    }
    study = {"case_study": text["case_study"]}
    days = [later(city_day(at), working_days) for working_days in (5, 8, 12, 15, 20)]
    draft = DraftCaseStudy(**study, **TEXT, enterprise=firm.organisation, diagnosis=of, changes=(1,))
    yield office_time(days[0], MINUTE), author, draft
    yield office_time(days[1], MINUTE), city, ApproveCaseStudy(**text)
    yield office_time(days[2], MINUTE), firm, ConsentToCaseStudy(**text)
    yield office_time(days[3], MINUTE), city, PublishCaseStudy(**study)
    collection = {"kind": PaperKind.CASE_COLLECTION, "year": days[3].year}
    yield office_time(days[4], MINUTE), city, RequestPaper(**collection)
    yield office_time(days[4], MINUTE + 1), city, PublishPaper(**collection)
