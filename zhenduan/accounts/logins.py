"""Logins 登录名: what a login and a password must be like, and the table that both stand in, outside the journal. plan P7."""

import re
import unicodedata

from sqlalchemy import BigInteger, Column, MetaData, String, Table

from domain.kernel import Rule
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

LOGIN = re.compile(r"[0-9a-z._@-]{1,64}", re.ASCII)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256


def login_name(text: str) -> str:
    """A login as it is kept 登录名, however it was typed."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def require_length(password: str) -> None:
    """Refuse a password that is too short or too long 密码长度.

    Raises:
        Refused: PASSWORD_LENGTH (plan P7).
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PASSWORD_LENGTH.refuse(least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)


def checked(login: str, password: str) -> str:
    """The login as it is kept 登录名检查, once login and password may be taken.

    Raises:
        Refused: LOGIN_MALFORMED, PASSWORD_LENGTH (plan P7).
    """
    name = login_name(login)
    if not LOGIN.fullmatch(name):
        raise LOGIN_MALFORMED.refuse()
    require_length(password)
    return name


def password_bytes(text: str) -> bytes:
    """The bytes that are hashed 密码字节: the same for every way to type the same characters."""
    return unicodedata.normalize("NFC", text).encode(errors="surrogatepass")
