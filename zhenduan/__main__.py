"""Command line 命令行 of the program: `zhenduan COMMAND --help` says what each one takes."""

import argparse
import getpass
import secrets
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import psycopg2

from journal.entries import DigestDiffers, HeadBroken
from journal.secrets.vault import MasterKeyUnusable
from journal.transparency.log_key import LogKeyUnusable
from zhenduan import logs, serving
from zhenduan.cli import administration, disclosures, dossiers, editions, proofs, shadow
from zhenduan.demo.city import DemoIncomplete
from zhenduan.installation_folder import NotAnInstallation
from zhenduan.settings import CITY_DATA, DEMO_DATA, Settings, SettingUnknown, from_environment

Run = Callable[[Settings, argparse.Namespace], int]


def _demo(settings: Settings, given: argparse.Namespace) -> int:
    return serving.demo(settings, given.host, given.port, seed=given.seed)


def _serve(settings: Settings, given: argparse.Namespace) -> int:
    return serving.serve(settings, given.host, given.port, project=not given.no_projector)


def _project(settings: Settings, _given: argparse.Namespace) -> int:
    return serving.project(settings)


def _rebuild(settings: Settings, _given: argparse.Namespace) -> int:
    return administration.rebuild(settings)


def _verify(settings: Settings, given: argparse.Namespace) -> int:
    return administration.verify_journal(settings, given.against)


def _init(settings: Settings, given: argparse.Namespace) -> int:
    return administration.initialise(settings, given.city, getpass.getuser())


def _invite(settings: Settings, given: argparse.Namespace) -> int:
    person = administration.Invitation(given.login, given.name, given.role, given.organisation, given.password)
    return administration.invite(settings, person, getpass.getuser())


def _password(settings: Settings, given: argparse.Namespace) -> int:
    typed = secrets.token_urlsafe(12) if given.generate else getpass.getpass("新密码 new password: ")
    return administration.change_password(settings, given.login, typed, show=given.generate)


def _export_person(settings: Settings, given: argparse.Namespace) -> int:
    return administration.export_person(settings, given.person)


def _link_subject(settings: Settings, given: argparse.Namespace) -> int:
    return administration.link_subject(settings, given.person, given.subject)


def _unlink_subject(settings: Settings, given: argparse.Namespace) -> int:
    return administration.unlink_subject(settings, given.subject)


def _partner_key(settings: Settings, given: argparse.Namespace) -> int:
    return administration.partner_key(settings, given.partner, given.organisation, timedelta(days=given.days))


def _revoke(settings: Settings, given: argparse.Namespace) -> int:
    return administration.revoke_partner_key(settings, given.key)


def _import_roster(settings: Settings, given: argparse.Namespace) -> int:
    return administration.import_roster(
        settings, given.file, given.year, getpass.getuser(), accept_partial=given.accept_partial
    )


def _publish(settings: Settings, given: argparse.Namespace) -> int:
    return administration.publish_edition(settings, given.key, getpass.getuser())


def _set_mapping(settings: Settings, _given: argparse.Namespace) -> int:
    return administration.set_edition_mapping(settings, getpass.getuser())


def _schema(_settings: Settings, _given: argparse.Namespace) -> int:
    return administration.print_schema()


def _access(_settings: Settings, _given: argparse.Namespace) -> int:
    return administration.print_access()


def _rules(_settings: Settings, given: argparse.Namespace) -> int:
    return administration.print_rules(given.tests)


def parser() -> argparse.ArgumentParser:
    """Every command with what it takes 命令表."""
    top = argparse.ArgumentParser(prog="zhenduan", description="数字化诊断平台 The city's digital-diagnosis platform")
    where = "数据目录 folder of the installation; else ZHENDUAN_DATA, else var/city, for the demo var/demo"
    top.add_argument("--data", type=Path, help=where)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Run, says: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=says, description=says)
        added.set_defaults(run=run)
        return added

    for name, run, says in (
        ("demo", _demo, "建立并运行示例城市 build a demo city and serve it"),
        ("serve", _serve, "运行服务 serve the installation"),
    ):
        added = command(name, run, says)
        added.add_argument("--host", default="127.0.0.1", help="监听地址 address to listen on")
        added.add_argument("--port", type=int, default=8000, help="端口 port")
        if name == "demo":
            added.add_argument("--seed", type=int, help="随机种子 seed of the synthetic city; else that of its data")
        else:
            added.add_argument("--no-projector", action="store_true", help="不在本进程更新读模型 leave the read models to others")
    command("project", _project, "更新读模型 follow the journal and keep the read models current")
    command("rebuild", _rebuild, "重建读模型 fold the read models anew and swap them")
    added = command("verify", _verify, "核验日志 walk the journal and name the first broken entry")
    added.add_argument("--against", type=Path, nargs="+", default=[], help="检查点文件 checkpoints that were kept elsewhere")
    command("access", _access, "输出权限表 print who may do what, to whose things, and which fields of these")
    added = command("rules", _rules, "输出规则表 print every rule with its code and clause, every command and event")
    added.add_argument("--tests", type=Path, help="测试目录 folder of the tests that refuse them")
    command("schema", _schema, "输出接口模式 print the GraphQL schema")
    added = command("init", _init, "初始化 register the city and its districts")
    added.add_argument("--city", default="上海市经济和信息化委员会", help="市级部门名称 name of the city's department")
    added = command("invite", _invite, "开通人员账户 register a person, grant a role, give a login")
    added.add_argument("login", help="登录名 login")
    added.add_argument("--name", required=True, help="姓名 name, kept encrypted")
    added.add_argument("--role", required=True, help="角色 role, such as city, district, enterprise")
    added.add_argument("--organisation", required=True, help="单位 organisation, district code or enterprise")
    added.add_argument("--password", help="密码 password; else one is made and printed")
    added = command("password", _password, "修改密码 change a password")
    added.add_argument("login", help="登录名 login")
    added.add_argument("--generate", action="store_true", help="随机生成 make one and print it")
    added = command("export-person", _export_person, "导出个人信息 print all that is held on a person, as JSON")
    added.add_argument("person", help="人员标识 person")
    added = command("link-subject", _link_subject, "关联外部身份 make a subject of the identity provider a person's")
    added.add_argument("person", help="人员标识 person")
    added.add_argument("subject", help="外部身份 subject (sub) at the provider")
    added = command("unlink-subject", _unlink_subject, "解除外部身份 a subject is nobody's any more")
    added.add_argument("subject", help="外部身份 subject (sub) at the provider")
    added = command("partner-key", _partner_key, "签发合作方密钥 issue a partner's key")
    added.add_argument("partner", help="合作方 name of the partner")
    added.add_argument("--organisation", required=True, help="区代码或 * district code, or * for the city")
    added.add_argument("--days", type=int, default=90, help="有效天数 days it holds")
    added = command("revoke-partner-key", _revoke, "吊销合作方密钥 end a partner's key at once")
    added.add_argument("key", help="密钥标识 id of the key")
    added = command("import-roster", _import_roster, "导入名单 bring in a year's roster, xlsx or csv")
    added.add_argument("file", type=Path, help="文件 file")
    added.add_argument("--year", type=int, required=True, help="年度 year of the roster")
    added.add_argument("--accept-partial", action="store_true", help="部分接收 take in the good rows although some are refused")
    added = command("publish-edition", _publish, "发布标准版本 publish an edition on file")
    added.add_argument("key", help="版本号 key, such as 2023 or 2023-automotive")
    command("set-edition-mapping", _set_mapping, "设定标准适用表 set which edition and form apply to a firm, as on file")
    editions.add_to(command)
    proofs.add_to(command)
    dossiers.add_to(command)
    disclosures.add_to(command)
    shadow.add_to(command)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 2 when it could not begin."""
    given = parser().parse_args(arguments)
    run: Run = given.run
    usual = DEMO_DATA if given.command == "demo" else CITY_DATA
    try:
        settings = from_environment(usual, given.data)
        logs.configure(settings.log)
        return run(settings, given)
    except (psycopg2.OperationalError, OSError) as error:
        sys.stderr.write(f"无法打开数据库或文件 cannot open the database or a file: {str(error).strip()}\n")
    except (NotAnInstallation, MasterKeyUnusable, LogKeyUnusable, DigestDiffers, HeadBroken) as error:
        sys.stderr.write(f"{error}\n")
    except (SettingUnknown, DemoIncomplete) as error:
        sys.stderr.write(f"{error}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
