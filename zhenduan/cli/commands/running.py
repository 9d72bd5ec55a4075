"""Commands that set an installation up and run it 运行命令."""

import argparse
import getpass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zhenduan.cli.declaring import Adds
    from zhenduan.settings import Settings


MOST_DAYS_AHEAD = 366


def _demo(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.demo import serving

    return serving.demo(settings, given.host, given.port, seed=given.seed, ahead=given.ahead, applying=given.applying)


def _serve(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan import serving

    return serving.serve(settings, given.host, given.port, project=not given.no_projector)


def _project(settings: "Settings", _given: argparse.Namespace) -> int:
    from zhenduan import serving

    return serving.project(settings)


def _relay(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan import serving

    return serving.relay(settings, given.to, given.after)


def _init(settings: "Settings", given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    return administration.initialise(settings, given.city, getpass.getuser())


def _rebuild(settings: "Settings", _given: argparse.Namespace) -> int:
    from zhenduan.cli import administration

    return administration.rebuild(settings)


def add_to(command: "Adds") -> None:
    """Add the commands."""
    for name, run, says in (
        ("demo", _demo, "建立并运行示例城市 build a demo city and serve it"),
        ("serve", _serve, "运行服务 serve the installation"),
    ):
        added = command(name, run, says)
        added.add_argument("--host", default="127.0.0.1", help="监听地址 address to listen on")
        added.add_argument("--port", type=int, default=8000, help="端口，0 为任一空闲端口 port; 0 takes one that is free")
        if name == "demo":
            added.add_argument("--seed", type=int, help="随机种子 seed of the synthetic city; else that of its data")
            ahead = "示例时钟比本机早到的天数，用于办理须等到某日的事项 days by which the demo's clock is ahead of the machine's"
            added.add_argument("--ahead", type=int, choices=range(MOST_DAYS_AHEAD + 1), default=0, metavar="DAYS", help=ahead)
            applying = "新建时另开启下一年度征集，有一份申报退回补正 with the next year's call, one application sent back"
            added.add_argument("--applying", action="store_true", help=applying)
        else:
            added.add_argument("--no-projector", action="store_true", help="不在本进程更新读模型 leave the read models to others")
    command("project", _project, "更新读模型 follow the journal and keep the read models current")
    added = command("relay", _relay, "转发公开事件 relay public events into a stream of NATS JetStream")
    added.add_argument("--to", default="nats://127.0.0.1:4222", help="NATS 地址 address of the NATS server")
    added.add_argument("--after", help="续接位置 cursor of an event to go on from, where the stream cannot say")
    added = command("init", _init, "初始化 register the city and its districts", json=True)
    added.add_argument("--city", default="上海市经济和信息化委员会", help="市级部门名称 name of the city's department")
    command("rebuild", _rebuild, "重建读模型 fold the read models anew and swap them")
