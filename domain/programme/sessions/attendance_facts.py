"""Facts of attendance 参会事实: one firm's part in one outreach session, from the invitation to whether it came. plan T2."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel import Event, Label, Part
from domain.programme.sessions.state import SESSION_READERS
from standards.described import DescribedEnum

People = Annotated[int, Field(ge=1, le=50)]
"""People whom a firm sends 人数."""


class AttendanceStatus(DescribedEnum):
    """How far a firm has come with an outreach session · 参会状态."""

    INVITED = "invited", "Invited; has not answered · 已邀请"
    SIGNED_UP = "signed_up", "Signed up, with who comes · 已报名"
    DECLINED = "declined", "Declined, with the reason · 已谢绝"
    CAME = "came", "Came, by its sign-in or the organiser's record · 已到会"
    STRUCK = "struck", "Recorded as having come, which the organiser took back · 已撤销到会"


class AttendeeGroup(Part):
    """People of one function whom a firm sends, without their names · 参会人员."""

    function: Label = Field(description="Function in the firm, such as production · 职能")
    people: People = Field(description="How many of them come · 人数")


class AttendanceInvited(Event):
    """A firm was invited to a session 企业已受邀参会."""

    type: Literal["attendance.invited.v1"] = "attendance.invited.v1"
    told_to: ClassVar = SESSION_READERS
    says: ClassVar = "邀请企业参加宣讲交流"
    says_in_english: ClassVar = "invited the firm to a session"
    session: str
    enterprise: str


class AttendanceSignedUp(Event):
    """A firm said who comes 企业已报名; anew, it takes the place of what was said before."""

    type: Literal["attendance.signed_up.v1"] = "attendance.signed_up.v1"
    told_to: ClassVar = SESSION_READERS
    says: ClassVar = "报名参会 {people} 人"
    says_in_english: ClassVar = "signed up for the session; people: {people}"
    people: int
    groups: tuple[AttendeeGroup, ...]


class AttendanceDeclined(Event):
    """A firm declined 企业已谢绝参会."""

    type: Literal["attendance.declined.v1"] = "attendance.declined.v1"
    told_to: ClassVar = SESSION_READERS
    says: ClassVar = "谢绝参会：{reason}"
    says_in_english: ClassVar = "declined the session: {reason}"
    reason: str


class SignInCodeMistaken(Event):
    """A wrong sign-in code was given 签到码有误; which one is not kept."""

    type: Literal["attendance.code_mistaken.v1"] = "attendance.code_mistaken.v1"
    told_to: ClassVar = SESSION_READERS
    says: ClassVar = "输入了有误的签到码"
    says_in_english: ClassVar = "gave a wrong sign-in code"


class FirmSignedIn(Event):
    """A firm signed in by the code shown in the room 企业已签到."""

    type: Literal["attendance.signed_in.v1"] = "attendance.signed_in.v1"
    told_to: ClassVar = SESSION_READERS
    says: ClassVar = "办理了签到，到会 {people} 人"
    says_in_english: ClassVar = "signed in at the session; people: {people}"
    people: int


class ArrivalRecorded(Event):
    """The organiser recorded from its list that a firm came 组织方已登记到会; invited before or not."""

    type: Literal["attendance.recorded.v1"] = "attendance.recorded.v1"
    told_to: ClassVar = SESSION_READERS
    says: ClassVar = "登记了企业到会"
    says_in_english: ClassVar = "recorded that the firm came"
    session: str
    enterprise: str


class AttendanceStruck(Event):
    """The organiser took back that a firm came 到会登记已撤销."""

    type: Literal["attendance.struck.v1"] = "attendance.struck.v1"
    told_to: ClassVar = SESSION_READERS
    says: ClassVar = "撤销到会登记：{reason}"
    says_in_english: ClassVar = "took back that the firm came: {reason}"
    reason: str


AttendanceEvent = (
    AttendanceInvited
    | AttendanceSignedUp
    | AttendanceDeclined
    | SignInCodeMistaken
    | FirmSignedIn
    | ArrivalRecorded
    | AttendanceStruck
)


STATUS_AFTER_ATTENDANCE: Mapping[type[Event], AttendanceStatus] = {
    AttendanceInvited: AttendanceStatus.INVITED,
    AttendanceSignedUp: AttendanceStatus.SIGNED_UP,
    AttendanceDeclined: AttendanceStatus.DECLINED,
    FirmSignedIn: AttendanceStatus.CAME,
    ArrivalRecorded: AttendanceStatus.CAME,
    AttendanceStruck: AttendanceStatus.STRUCK,
}
"""Event -> the status that it gives 事实后的状态; a wrong code leaves it."""


class Attendance(BaseModel):
    """A firm's part in a session 参会. groups: whom it sends. mistaken: wrong codes given."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    status: AttendanceStatus = AttendanceStatus.INVITED
    groups: tuple[AttendeeGroup, ...] = ()
    mistaken: int = 0

    @property
    def seats(self) -> int:
        """People signed up 报名人数."""
        return sum(one.people for one in self.groups)


def evolve(known: Attendance | None, event: AttendanceEvent) -> Attendance:
    """The part after one more fact."""
    part = known or Attendance()
    match event:
        case SignInCodeMistaken():
            return part.model_copy(update={"mistaken": part.mistaken + 1})
        case AttendanceSignedUp(groups=groups):
            return part.model_copy(update={"status": AttendanceStatus.SIGNED_UP, "groups": groups})
        case AttendanceDeclined():
            return part.model_copy(update={"status": AttendanceStatus.DECLINED, "groups": ()})
        case AttendanceInvited() | FirmSignedIn() | ArrivalRecorded() | AttendanceStruck():
            return part.model_copy(update={"status": STATUS_AFTER_ATTENDANCE[type(event)]})
        case never:
            assert_never(never)
