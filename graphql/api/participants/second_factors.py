"""Second factors · 第二因素 in the schema: the step after the password, enrolling, removing. plan P7."""

from datetime import date, datetime

import strawberry

from api.kit.context import Context
from api.kit.payloads import OwnPayload
from api.kit.published import field, mutation, published, published_input
from api.kit.second_factors import ConfirmedFactor, FactorAnswer, FactorKind, HeldFactors, SignedIn
from api.kit.second_factors import Enrolment as Given
from api.kit.second_factors import SecondStep as Step
from api.server.request_ids import client_address
from domain.instants import utc_moment
from domain.kernel import NOT_FOUND, Refused
from domain.masks import ANYONE, SIGNED_IN


@published(ANYONE)
class Session:
    """Session of a signed-in person; the token is shown once · 会话"""

    token: str = field("Send it as `Authorization: Bearer …` · 令牌")
    expires_at: datetime = field("When it expires, UTC · 到期时间")

    @classmethod
    def of(cls, opened: SignedIn | None) -> "Session | None":
        """The session just opened, if any."""
        return cls(token=opened.token, expires_at=opened.expires_at) if opened is not None else None


@published(ANYONE)
class SecondStep:
    """What is still to be done after the right password · 第二步"""

    ticket: str = field("Pass it to `passSecondFactor`, or to `enrolSecondFactor` where nothing is enrolled · 凭证")
    expires_at: datetime = field("When the ticket ends, UTC · 到期时间")
    must_enrol: bool = field("A second factor is required and none is enrolled: enrol one now · 须先登记")
    methods: list[FactorKind] = field("What the person has enrolled · 可用方式")
    passkey_options: str | None = field("JSON for `navigator.credentials.get`, where a passkey is enrolled · 通行密钥选项")

    @classmethod
    def of(cls, step: Step) -> "SecondStep":
        """The step as it is shown."""
        return cls(
            ticket=step.ticket,
            expires_at=step.expires_at,
            must_enrol=not step.methods,
            methods=list(step.methods),
            passkey_options=step.passkey_options,
        )


@published(ANYONE, placed=False)
class SecondFactor:
    """A second factor that a person has enrolled · 已登记第二因素"""

    id: strawberry.ID = field("Id of the factor · 标识")
    kind: FactorKind = field("App or passkey · 类型")
    name: str = field("As its owner calls it · 名称")
    enrolled_at: datetime = field("When it was enrolled, UTC · 登记时间")
    used_at: datetime = field("When it was last used, UTC · 最近使用时间")


@published(ANYONE, placed=False)
class SecondFactors:
    """The caller's second factors, and whether one is required · 第二因素状况"""

    required_from: date | None = field("Day from which a role of the caller needs one; null = never · 必需起始日")
    factors: list[SecondFactor] = field("Those enrolled · 已登记")
    recovery_codes_left: int = field("Recovery codes not yet used · 剩余恢复码")

    @classmethod
    def of(cls, held: HeldFactors, required_from: date | None) -> "SecondFactors":
        """The factors as they are shown."""
        return cls(
            required_from=required_from,
            factors=[
                SecondFactor(
                    id=strawberry.ID(one.id),
                    kind=one.kind,
                    name=one.name,
                    enrolled_at=utc_moment(one.enrolled_at),
                    used_at=utc_moment(one.used_at),
                )
                for one in held.factors
            ],
            recovery_codes_left=held.recovery_codes_left,
        )


@published(ANYONE)
class Enrolment:
    """What a factor is enrolled by; it is shown once and counts once confirmed · 登记内容"""

    ticket: str = field("Pass it to `confirmSecondFactor` · 凭证")
    expires_at: datetime = field("When the ticket ends, UTC · 到期时间")
    secret: str | None = field("To type into an authenticator app, base32 · 密钥")
    address: str | None = field("The same as an otpauth address, to show as a QR code · 二维码内容")
    passkey_options: str | None = field("JSON for `navigator.credentials.create` · 通行密钥选项")

    @classmethod
    def of(cls, given: Given) -> "Enrolment":
        """The enrolment as it is shown."""
        return cls(
            ticket=given.ticket,
            expires_at=given.expires_at,
            secret=given.secret,
            address=given.address,
            passkey_options=given.passkey_options,
        )


@published(ANYONE)
class PassSecondFactorPayload(OwnPayload):
    """Result of the second step · 第二步结果"""

    session: Session | None = field("Session · 会话", default=None)


@published(ANYONE)
class EnrolSecondFactorPayload(OwnPayload):
    """Result of beginning to enrol · 开始登记结果"""

    enrolment: Enrolment | None = field("What to enrol by · 登记内容", default=None)


@published(ANYONE)
class ConfirmSecondFactorPayload(OwnPayload):
    """Result of enrolling; other sessions of the person have ended · 登记结果"""

    factor: strawberry.ID | None = field("Id of the factor · 标识", default=None)
    recovery_codes: list[str] | None = field("With the first factor: each good once, shown once; null else · 恢复码", default=None)
    session: Session | None = field("Where a sign-in waited for the factor · 会话", default=None)


@published(SIGNED_IN)
class RemoveSecondFactorPayload(OwnPayload):
    """Result of removing a second factor · 移除结果"""


@published(SIGNED_IN)
class RenewRecoveryCodesPayload(OwnPayload):
    """Result of drawing new recovery codes · 更换恢复码结果"""

    recovery_codes: list[str] | None = field("Each good once, shown once; the old ones are worth nothing · 恢复码", default=None)


@published_input
class PassSecondFactorInput:
    """Ticket of a sign-in and one of three answers · 第二步验证

    Exactly one answer counts, in the order of the fields.
    """

    ticket: str = strawberry.field(description="From `signIn` · 凭证")
    recovery_code: str = strawberry.field(default="", description="One of those kept on paper · 恢复码")
    passkey: str = strawberry.field(default="", description="What the browser answered, as JSON · 通行密钥应答")
    code: str = strawberry.field(default="", description="Six digits of the authenticator app · 动态验证码")


@published_input
class EnrolSecondFactorInput:
    """What to enrol, and by which right · 登记第二因素

    In a sign-in that requires a factor the ticket, in a session the password.
    """

    kind: FactorKind = strawberry.field(description="App or passkey · 类型")
    ticket: str = strawberry.field(default="", description="From `signIn`, where a factor must be enrolled · 凭证")
    password: str = strawberry.field(default="", description="The caller's password again · 密码")


@published_input
class ConfirmSecondFactorInput:
    """That the new factor works · 确认登记"""

    ticket: str = strawberry.field(description="From `enrolSecondFactor` · 凭证")
    name: str = strawberry.field(default="", description="What to call it, such as the device that it is on · 名称")
    code: str = strawberry.field(default="", description="Six digits of the authenticator app · 动态验证码")
    passkey: str = strawberry.field(default="", description="What the browser answered, as JSON · 通行密钥应答")


@published_input
class RemoveSecondFactorInput:
    """Which factor to remove · 移除第二因素"""

    factor: strawberry.ID = strawberry.field(description="Id of the factor · 标识")
    password: str = strawberry.field(description="The caller's password again · 密码")


@published_input
class RenewRecoveryCodesInput:
    """Draw new recovery codes · 更换恢复码"""

    password: str = strawberry.field(description="The caller's password again · 密码")


def second_factors_of(context: Context) -> SecondFactors | None:
    """The caller's second factors; None for the public and for machines."""
    if context.identified is None or not context.identified.membership:
        return None
    second = context.services.accounts.second
    return SecondFactors.of(second.held(context.caller.actor), second.required_from(context.caller.actor))


@strawberry.type
class SecondFactorMutations:
    """Hand-written beside the derived ones: they change secrets, never the journal."""

    @mutation("Finish a sign-in with the second factor · 第二步验证. plan P7", roles=ANYONE)
    def pass_second_factor(
        self, info: strawberry.Info[Context, None], input: PassSecondFactorInput  # noqa: A002 - the argument's published name
    ) -> PassSecondFactorPayload:
        """A session; ticket and code are used up by it."""
        answer = FactorAnswer(code=input.code, recovery_code=input.recovery_code, passkey=input.passkey)
        try:
            opened = info.context.services.accounts.second.pass_step(input.ticket, answer)
            if opened is None:
                raise NOT_FOUND.refuse()
        except Refused as refused:
            return PassSecondFactorPayload.refused(refused)
        return PassSecondFactorPayload(session=Session.of(opened))

    @mutation("Begin to enrol a second factor of one's own · 登记第二因素. plan P7", roles=ANYONE)
    def enrol_second_factor(
        self, info: strawberry.Info[Context, None], input: EnrolSecondFactorInput  # noqa: A002 - the argument's published name
    ) -> EnrolSecondFactorPayload:
        """A secret or options, shown once."""
        try:
            given = info.context.services.accounts.second.enrol(
                input.kind,
                ticket=input.ticket,
                token=info.context.token,
                password=input.password,
                source=client_address.get(),
            )
        except Refused as refused:
            return EnrolSecondFactorPayload.refused(refused)
        return EnrolSecondFactorPayload(enrolment=Enrolment.of(given))

    @mutation("Enrol a second factor, once it works · 确认登记. plan P7", roles=ANYONE)
    def confirm_second_factor(
        self, info: strawberry.Info[Context, None], input: ConfirmSecondFactorInput  # noqa: A002 - the argument's published name
    ) -> ConfirmSecondFactorPayload:
        """From the next sign-in on it is asked for."""
        answer = FactorAnswer(code=input.code, passkey=input.passkey)
        second = info.context.services.accounts.second
        made: ConfirmedFactor
        try:
            made, opened = second.confirm(input.ticket, input.name, answer, info.context.token)
        except Refused as refused:
            return ConfirmSecondFactorPayload.refused(refused)
        return ConfirmSecondFactorPayload(
            factor=strawberry.ID(made.factor),
            recovery_codes=list(made.recovery_codes) or None,
            session=Session.of(opened),
        )

    @mutation("Remove a second factor of one's own · 移除第二因素. plan P7", roles=SIGNED_IN)
    def remove_second_factor(
        self, info: strawberry.Info[Context, None], input: RemoveSecondFactorInput  # noqa: A002 - the argument's published name
    ) -> RemoveSecondFactorPayload:
        """The caller's other sessions end."""
        second = info.context.services.accounts.second
        try:
            second.remove(info.context.token, input.factor, input.password, client_address.get())
        except Refused as refused:
            return RemoveSecondFactorPayload.refused(refused)
        return RemoveSecondFactorPayload()

    @mutation("Draw new recovery codes of one's own · 更换恢复码. plan P7", roles=SIGNED_IN)
    def renew_recovery_codes(
        self, info: strawberry.Info[Context, None], input: RenewRecoveryCodesInput  # noqa: A002 - the argument's published name
    ) -> RenewRecoveryCodesPayload:
        """Shown once; the old ones are worth nothing."""
        second = info.context.services.accounts.second
        try:
            codes = second.renew(info.context.token, input.password, client_address.get())
        except Refused as refused:
            return RenewRecoveryCodesPayload.refused(refused)
        return RenewRecoveryCodesPayload(recovery_codes=list(codes))


MUTATIONS = SecondFactorMutations
