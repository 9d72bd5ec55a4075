"""Sessions 会话 in the schema: who asks, signing in and out, acting in another role, and permission to upload. plan P7."""

from datetime import datetime

import strawberry

from api.kit import mutations
from api.kit.context import Context
from api.kit.ids import key_of
from api.kit.paging import below, wanted_fields
from api.kit.payloads import OwnPayload
from api.kit.ports import SIGN_ON_PATH, UploadKind
from api.kit.published import field, mutation, published, published_input
from api.kit.second_factors import SecondStep as Step
from api.participants.people import Membership, build_memberships
from api.participants.second_factors import SecondFactors, SecondStep, Session, second_factors_of
from api.server.request_ids import client_address
from domain.access import Everything, Role, sentence
from domain.command_rights import MAY_APPOINT
from domain.events import COMMANDS
from domain.kernel import NOT_FOUND, Refused, Rule
from domain.masks import ANYONE, NAMES, SIGNED_IN
from domain.participants.people.registration import JOINED_ALREADY, JoinProgramme
from projections.participants import people
from projections.participants.scope_names import names_in

UPLOADERS = COMMANDS["AttachEvidence"] | COMMANDS["ImportRoster"] - {Role.SYSTEM} | COMMANDS["SendResultBatch"]
SIGN_IN_FAILED = Rule("SIGN_IN_FAILED", "plan P7", "登录名或密码不正确", "Wrong login or password")
INVITATION_INVALID = Rule(
    "INVITATION_INVALID", "plan P7", "邀请无效或已过期，请向邀请人索取新的邀请", "The invitation is unknown, used or expired"
)
MEMBERSHIP_NOT_HELD = Rule(
    "MEMBERSHIP_NOT_HELD", "plan P7", "您目前没有该任职", "You do not hold this membership today"
)


def _id(known: str) -> strawberry.ID | None:
    return strawberry.ID(known) if known else None


@published(ANYONE, placed=False)
class Viewer:
    """Who asks, and why they see what they see · 当前用户. plan P7"""

    actor: strawberry.ID | None = field("Id of the person or machine · 操作人标识")
    role: Role = field("Role acted in · 当前角色")
    organisation: strawberry.ID | None = field("Organisation it is held for · 单位标识")
    membership: strawberry.ID | None = field("Membership acted in · 当前任职")
    scope: str = field("What the caller sees · 可见范围")
    scope_in_english: str = field("What the caller sees, in English · 可见范围（英文）")
    memberships: list[Membership] = field("Roles that may be acted in today · 今日有效任职")
    synthetic: bool = field("Everything shown is of a demo city · 示例数据")

    @field("Path at which a browser signs in with the city's identity provider; null where none is set up · 单点登录地址")
    def single_sign_on(self, info: strawberry.Info[Context, None]) -> str | None:
        """As the installation is set up."""
        return SIGN_ON_PATH if info.context.services.sign_on is not None else None

    @field("The caller's second factors; null for the public and for machines · 第二因素")
    def second_factors(self, info: strawberry.Info[Context, None]) -> SecondFactors | None:
        """Read where it is asked for."""
        return second_factors_of(info.context)


@published(UPLOADERS)
class UploadTicket:
    """Permission for one upload: PUT the bytes to `url` before it expires · 上传凭证"""

    url: str = field("Path to PUT the bytes to; the answer names their sha256 · 上传地址")
    expires_at: datetime = field("When it expires, UTC · 到期时间")


@published(ANYONE)
class SignInPayload(OwnPayload):
    """Result of signing in · 登录结果"""

    session: Session | None = field("Session · 会话", default=None)
    second_step: SecondStep | None = field("In place of a session, where a second factor is asked for · 第二步", default=None)


@published(ANYONE)
class SignOutPayload(OwnPayload):
    """Result of signing out · 退出结果"""


@published(SIGNED_IN)
class ActAsPayload(OwnPayload):
    """Result of acting in another role · 切换结果"""


@published(NAMES)
class Invitation:
    """Invitation: a ticket for a login of the person's own; it is shown once · 邀请. plan P7"""

    ticket: str = field("Pass it to `acceptInvitation` · 邀请码")
    expires_at: datetime = field("When it expires, UTC · 到期时间")


@published(NAMES)
class IssueInvitationPayload(OwnPayload):
    """Result of issuing an invitation · 签发邀请结果"""

    invitation: Invitation | None = field("Invitation · 邀请", default=None)


@published(ANYONE)
class AcceptInvitationPayload(OwnPayload):
    """Result of accepting an invitation; sign in afterwards · 接受邀请结果"""


@published(UPLOADERS)
class RequestUploadPayload(OwnPayload):
    """Result of asking for an upload · 申请上传结果"""

    ticket: UploadTicket | None = field("Permission for the upload · 上传凭证", default=None)


@published_input
class SignInInput:
    """Login and password · 登录"""

    login: str = strawberry.field(description="Login · 登录名")
    password: str = strawberry.field(description="Password · 密码")


@published_input
class ActAsInput:
    """Membership to act in from now on · 切换角色"""

    membership: strawberry.ID = strawberry.field(description="Id of the membership · 任职标识")


@published_input
class IssueInvitationInput:
    """Whom to invite · 签发邀请"""

    person: strawberry.ID = strawberry.field(description="Id of the person · 人员标识")


@published_input
class AcceptInvitationInput:
    """Ticket, and the login that it is used up for · 接受邀请

    The login and password are the person's own choice.
    """

    ticket: str = strawberry.field(description="Ticket of the invitation · 邀请码")
    login: str = strawberry.field(description="Login · 登录名")
    password: str = strawberry.field(description="Password · 密码")


@published_input
class RequestUploadInput:
    """What will be uploaded · 申请上传"""

    kind: UploadKind = strawberry.field(description="What it is for · 用途")
    filename: str = strawberry.field(description="File name, with its ending · 文件名")


@strawberry.type
class SessionQueries:
    """Query fields: oneself."""

    @field("Who asks; the public when nobody is signed in · 当前用户. plan P7", roles=ANYONE)
    def viewer(self, info: strawberry.Info[Context, None]) -> Viewer:
        """The caller and why things are seen."""
        context = info.context
        identified = context.identified
        chinese, english = sentence(context.scope, names_in(context.snapshot, context.scope, [context.scope]))
        rows = []
        if identified is not None and identified.membership:
            today = context.today.isoformat()
            rows = people.memberships_of(context.snapshot, context.caller.actor, today)
        return Viewer(
            actor=_id(context.caller.actor),
            role=Role(context.role),
            organisation=_id(context.caller.organisation),
            membership=_id(identified.membership) if identified is not None else None,
            scope=chinese,
            scope_in_english=english,
            memberships=build_memberships(context, rows, below(wanted_fields(info), "memberships")),
            synthetic=context.demo,
        )


@strawberry.type
class SessionMutations:
    """Hand-written beside the derived ones: they change secrets or tickets, never the journal."""

    @mutation("Sign in with a local account · 登录. plan P7", roles=ANYONE)
    def sign_in(self, info: strawberry.Info[Context, None], input: SignInInput) -> SignInPayload:  # noqa: A002 - the argument's published name
        """A session, or one answer for every wrong pair."""
        try:
            opened = info.context.services.accounts.sign_in(input.login, input.password, client_address.get())
        except Refused as refused:
            return SignInPayload.refused(refused)
        if opened is None:
            return SignInPayload.refused(SIGN_IN_FAILED.refuse())
        if isinstance(opened, Step):
            return SignInPayload(second_step=SecondStep.of(opened))
        return SignInPayload(session=Session.of(opened))

    @mutation("End the session at once · 退出登录. plan P7", roles=ANYONE)
    def sign_out(self, info: strawberry.Info[Context, None]) -> SignOutPayload:
        """The token is worthless afterwards."""
        if info.context.token is not None:
            info.context.services.accounts.sign_out(info.context.token)
        return SignOutPayload()

    @mutation("Act in another membership of one's own · 切换任职. plan P7", roles=SIGNED_IN)
    def act_as(self, info: strawberry.Info[Context, None], input: ActAsInput) -> ActAsPayload:  # noqa: A002 - the argument's published name
        """From the next operation on."""
        token = info.context.token
        try:
            if token is None or not info.context.services.accounts.act_as(token, input.membership):
                raise MEMBERSHIP_NOT_HELD.refuse()
        except Refused as refused:
            return ActAsPayload.refused(refused)
        return ActAsPayload()

    @mutation("Issue an invitation to a person one may appoint · 签发邀请. plan P7", roles=NAMES)
    def issue_invitation(
        self, info: strawberry.Info[Context, None], input: IssueInvitationInput  # noqa: A002 - the argument's published name
    ) -> IssueInvitationPayload:
        """A ticket for one person; who has a way in keeps it and gets none.

        Whoever holds the ticket becomes the person, in all their roles: so it is issued only by someone who could have
        given every one of these.
        """
        context, person = info.context, key_of(input.person, "person")
        gives = MAY_APPOINT[Role(context.role)]
        held = people.held_by(context.snapshot, context.scope, [person]).get(person, [])
        every = people.held_by(context.snapshot, Everything(), [person]).get(person, [])
        if not held or held != every or any(one.role not in gives for one in held):
            return IssueInvitationPayload.refused(NOT_FOUND.refuse())
        invited = context.services.accounts.invite(person)
        if invited is None:
            return IssueInvitationPayload.refused(JOINED_ALREADY.refuse())
        return IssueInvitationPayload(
            invitation=Invitation(ticket=invited.ticket, expires_at=invited.expires_at)
        )

    @mutation("Take an invitation up for a login of one's own · 接受邀请. plan P7", roles=ANYONE)
    def accept_invitation(
        self, info: strawberry.Info[Context, None], input: AcceptInvitationInput  # noqa: A002 - the argument's published name
    ) -> AcceptInvitationPayload:
        """The person joins; one answer for every ticket that is not in force."""
        services = info.context.services
        try:
            person = services.accounts.accept(input.ticket, input.login, input.password)
            if person is None:
                raise INVITATION_INVALID.refuse()
            handled = services.send(person.caller, JoinProgramme(person=person.caller.actor))
        except Refused as refused:
            if refused.rule == JOINED_ALREADY:  # invited anew after a vault was lost: the login is there, which was asked for
                return AcceptInvitationPayload()
            return AcceptInvitationPayload.refused(refused)
        info.context.waited_for(handled.position, mutations.WAIT_SECONDS)  # the payload gives no position to ask `atLeast` with
        return AcceptInvitationPayload()

    @mutation("Ask for permission to upload a file · 申请上传. plan P1, P5", roles=UPLOADERS)
    def request_upload(
        self, info: strawberry.Info[Context, None], input: RequestUploadInput  # noqa: A002 - the argument's published name
    ) -> RequestUploadPayload:
        """A ticket for one file."""
        try:
            ticket = info.context.services.uploads.ticket(info.context.caller, input.kind, input.filename)
        except Refused as refused:
            return RequestUploadPayload.refused(refused)
        return RequestUploadPayload(
            ticket=UploadTicket(url=ticket.path, expires_at=ticket.expires_at)
        )


QUERIES = SessionQueries


MUTATIONS = SessionMutations
