"""Logins 登录名: what a login and a password must be like, and the table that both stand in, outside the journal. plan P7."""

import re
import unicodedata

from sqlalchemy import BigInteger, Column, MetaData, String, Table

from domain.kernel import CONTROL, INVISIBLE, Rule
from journal.secrets.vault import SCHEMA

META = MetaData(schema=SCHEMA)
LOGINS = Table(
    "logins",
    META,
    Column("login", String, primary_key=True),
    Column("person", String, nullable=False, index=True),
    Column("password_hash", String, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

LOGIN_MALFORMED = Rule(
    "LOGIN_MALFORMED",
    "plan P7",
    "登录名应由 1–64 个小写字母、数字或 . _ @ - 组成",
    "A login is made of 1–64 small letters, digits or . _ @ -",
)
LOGIN_TAKEN = Rule("LOGIN_TAKEN", "plan P7", "登录名 {login} 已被使用", "The login {login} is taken")
LOGIN_TRIED_OFTEN = Rule(
    "LOGIN_TRIED_OFTEN", "plan P7", "尝试次数过多，请稍后再试", "Too many logins were tried by this invitation; try again later"
)
LOGIN_UNKNOWN = Rule("LOGIN_UNKNOWN", "plan P7", "没有登录名 {login}", "There is no login {login}")
PASSWORD_LENGTH = Rule(
    "PASSWORD_LENGTH",
    "plan P7",
    "密码长度应为 {least}–{most} 个字符",
    "A password has {least}–{most} characters",
)

PASSWORD_UNREADABLE = Rule(
    "PASSWORD_UNREADABLE",
    "plan P7",
    "密码含有不可见字符或控制字符，再次输入时难以相同；请改用可见字符",
    "The password holds characters that show nothing, or controls, which cannot be typed again surely; use visible ones",
)
PASSWORD_GUESSABLE = Rule(
    "PASSWORD_GUESSABLE",
    "plan P7",
    "密码过于常见或有规律（如同一字符、连续字符、重复片段或公开的示例密码），请另设一个；几个不相干的词连在一起即可",
    "The password is too common or regular (one sign, a sequence, a repeated piece, a published example); choose another, "
    "such as several unrelated words",
)

COMMON = frozenset(
    {"passwordpassword", "password1234", "password12345", "password123456", "qwertyuiop12", "qwertyuiop123", "qwertyuiopasdf"}
    | {"1q2w3e4r5t6y", "administrator", "adminadmin123", "iloveyou1234", "zhenduan1234", "zhenduan2024", "changeme1234"}
)
"""Passwords of twelve characters and more that are tried first 常用密码. NIST SP 800-63B, 3.1.1.2."""
OF_THE_DEMO = re.compile(r"demo-[a-z0-9_-]+-[0-9]{4}")
"""The demo city's own passwords, which are printed for everyone."""
SEQUENCES = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
LONGEST_REPEATED = 4
"""A piece of up to so many signs that the whole is made of is no password."""
LOGIN = re.compile(r"[0-9a-z._@-]{1,64}", re.ASCII)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256


def login_name(text: str) -> str:
    """A login as it is kept 登录名, however it was typed."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def require_password(password: str, *, is_demo: bool = False) -> None:
    """Refuse a password that is too short, too long, shows nothing, or is tried first 密码检查.

    is_demo: of the demo city, whose passwords are public. The length counts characters as they are meant (NFKC), blanks at
    either end apart. NIST SP 800-63B, 3.1.1.2.

    Raises:
        Refused: PASSWORD_LENGTH, PASSWORD_UNREADABLE, PASSWORD_GUESSABLE (plan P7).
    """
    if CONTROL.search(password) or INVISIBLE.search(password):
        raise PASSWORD_UNREADABLE.refuse()
    meant = unicodedata.normalize("NFKC", password).strip().strip("\u2800")
    if min(len(meant), len(password)) < SHORTEST_PASSWORD or len(password) > LONGEST_PASSWORD:
        raise PASSWORD_LENGTH.refuse(least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    signs = "".join(meant.casefold().split())
    if _is_guessable(signs) or (OF_THE_DEMO.fullmatch(signs) and not is_demo):
        raise PASSWORD_GUESSABLE.refuse()


def _is_guessable(signs: str) -> bool:
    """Whether a password is among those that are tried first, blanks and case apart."""
    repeated = any(signs == (signs[:size] * len(signs))[: len(signs)] for size in range(1, LONGEST_REPEATED + 1))
    in_order = any(signs in one or signs[::-1] in one for one in SEQUENCES)
    return repeated or in_order or signs in COMMON


def checked(login: str, password: str, *, is_demo: bool = False) -> str:
    """The login as it is kept 登录名检查, once login and password may be taken.

    Raises:
        Refused: LOGIN_MALFORMED; as `require_password`.
    """
    name = login_name(login)
    if not LOGIN.fullmatch(name):
        raise LOGIN_MALFORMED.refuse()
    require_password(password, is_demo=is_demo)
    return name


def password_bytes(text: str) -> bytes:
    """The bytes that are hashed 密码字节: the same for every way to type the same characters."""
    return unicodedata.normalize("NFC", text).encode(errors="surrogatepass")
