"""Commands of people, logins and partners' keys 人员与密钥命令. plan P7, P8."""

import argparse
import getpass
import secrets
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhenduan.cli.administration import Signed
    from zhenduan.cli.declaring import Adds
    from zhenduan.settings import Settings


def _invite(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    person = administration.PersonToInvite(given.login, given.name, given.role, given.organisation, given.password)
    return administration.invite(settings, person, getpass.getuser())


def _signed(given: argparse.Namespace) -> "Signed":
    """Who acts, and why: the journal keeps both."""
    from zhenduan.cli import administration

    return administration.Signed(getpass.getuser(), given.reason)


def _password(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    try:
        typed = secrets.token_urlsafe(12) if given.generate else getpass.getpass("新密码 new password: ")
    except EOFError:
        sys.stderr.write("没有终端可输入密码，可用 --generate 生成 no terminal to type a password at; --generate makes one\n")
        return 2
    return administration.change_password(settings, given.login, typed, _signed(given), show=given.generate)


def _reset_second_factor(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    return administration.reset_second_factor(settings, given.login, _signed(given))


def _export_person(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    return administration.export_person(settings, given.person)


def _link_subject(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    return administration.link_subject(settings, given.person, given.subject, _signed(given))


def _unlink_subject(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    return administration.unlink_subject(settings, given.subject, _signed(given))


def _partner_key(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    return administration.partner_key(settings, given.partner, given.organisation, given.days, _signed(given))


def _revoke(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    return administration.revoke_partner_key(settings, given.key, _signed(given))


def add_to(command: "Adds") -> None:
    """Add the commands."""

    def reasoned(added: argparse.ArgumentParser) -> None:
        added.add_argument("--reason", required=True, help="理由，记入日志 why; the journal keeps it")

    added = command("invite", _invite, "开通人员账户 register a person, grant a role, give a login", json=True)
    added.add_argument("login", help="登录名 login")
    added.add_argument("--name", required=True, help="姓名 name, kept encrypted")
    added.add_argument("--role", required=True, help="角色 role, such as city, district, enterprise")
    added.add_argument("--organisation", required=True, help="单位 organisation, district code or enterprise")
    added.add_argument("--password", help="密码 password; else one is made and printed")
    added = command("password", _password, "修改密码 change a password", json=True)
    added.add_argument("login", help="登录名 login")
    added.add_argument("--generate", action="store_true", help="随机生成 make one and print it")
    reset = "重置第二因素 take away the second factors of who has lost them"
    reasoned(added)
    added = command("reset-second-factor", _reset_second_factor, reset, json=True)
    added.add_argument("login", help="登录名 login")
    reasoned(added)
    added = command("export-person", _export_person, "导出个人信息 print all that is held on a person, as JSON")
    added.add_argument("person", help="人员标识 person")
    added = command("link-subject", _link_subject, "关联外部身份 make a subject of the identity provider a person's")
    added.add_argument("person", help="人员标识 person")
    added.add_argument("subject", help="外部身份 subject (sub) at the provider")
    reasoned(added)
    added = command("unlink-subject", _unlink_subject, "解除外部身份 a subject is nobody's any more")
    added.add_argument("subject", help="外部身份 subject (sub) at the provider")
    reasoned(added)
    added = command("partner-key", _partner_key, "签发合作方密钥 issue a partner's key", json=True)
    added.add_argument("partner", help="合作方 name of the partner")
    added.add_argument("--organisation", required=True, help="区代码或 * district code, or * for the city")
    added.add_argument("--days", type=int, default=90, help="有效天数 days it holds")
    reasoned(added)
    added = command("revoke-partner-key", _revoke, "吊销合作方密钥 end a partner's key at once")
    added.add_argument("key", help="密钥标识 id of the key")
    reasoned(added)
