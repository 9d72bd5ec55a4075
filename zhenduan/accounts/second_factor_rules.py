"""Rules of second factors · 第二因素规则: why a step, an enrolment or a removal is refused, and what to do. plan P7."""

from domain.kernel import Rule

SECOND_FACTOR_WRONG = Rule(
    "SECOND_FACTOR_WRONG",
    "plan P7",
    "第二因素不正确或已用过，请用新的验证码重试",
    "The second factor is wrong or was used before; try again with a new code",
)
SECOND_STEP_INVALID = Rule(
    "SECOND_STEP_INVALID", "plan P7", "本次验证无效或已过期，请重新登录", "This step is unknown, used or expired; sign in again"
)
SECOND_FACTOR_WAIT = Rule(
    "SECOND_FACTOR_WAIT",
    "plan P7",
    "验证失败次数过多，请在 {seconds} 秒后再试",
    "Too many wrong codes; try again in {seconds} s",
)
SECOND_FACTOR_REQUIRED = Rule(
    "SECOND_FACTOR_REQUIRED",
    "plan P7",
    "该角色须使用第二因素，请重新登录并完成验证",
    "This role needs a second factor; sign in again with one",
)
SECOND_FACTOR_LAST = Rule(
    "SECOND_FACTOR_LAST",
    "plan P7",
    "该角色须保留至少一个第二因素，请先登记另一个",
    "This role keeps at least one second factor; enrol another one first",
)
SECOND_FACTORS_MANY = Rule(
    "SECOND_FACTORS_MANY",
    "plan P7",
    "第二因素不得超过 {most} 个，请先移除一个",
    "There may be {most} second factors at most; remove one first",
)
PASSKEYS_UNAVAILABLE = Rule(
    "PASSKEYS_UNAVAILABLE",
    "plan P7",
    "系统未设置 https 对外地址，不能使用通行密钥，请使用动态验证码",
    "The system has no public https address, so passkeys cannot be used; use time codes",
)
