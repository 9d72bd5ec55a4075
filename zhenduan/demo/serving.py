"""Serving the demo 示例运行: the city built where there is none, and then served like any other."""

import shutil
import sys
from contextlib import ExitStack
from datetime import datetime, timedelta

from tqdm import tqdm

from zhenduan.demo.city import open_demo
from zhenduan.demo.people import DemoLogin
from zhenduan.serving import address_taken, listen
from zhenduan.settings import Settings
from zhenduan.wiring import Installation, now, opened

BUILDING = ".building"
BUILDING_TAKES = "首次运行先建立示例城市，约需数分钟 the first run builds the demo city, which takes some minutes\n"
CHECKED_WITH = "↑ 日志验证公钥，核验卷宗时填写 · the log's verifier key, asked for when a dossier is checked"


def demo(settings: Settings, host: str, port: int, *, seed: int | None, ahead: int = 0, applying: bool = False) -> int:
    """Serve the demo city 示例城市, built at first; a second start keeps the data.

    ahead: days by which its clock is ahead of the machine's, so that what waits for a day is done now; what was written then
    stays, and another start without them goes on at that moment until the machine's clock has come there. applying: of a city that
    is built now, whether the next year's call is open too, with an application to be completed.

    Embedded, it is built beside its folder and moved into place when it is whole: an interrupted building leaves nothing.
    """

    def clock() -> datetime:
        return now() + timedelta(days=ahead)

    sockets = address_taken(host, port)
    if sockets is None:
        return 2
    with ExitStack() as stack:  # they are taken first: a city that cannot be served is not built, and no key of another's ends
        for one in sockets:
            stack.enter_context(one)
        if settings.database is None and not settings.data.exists():
            sys.stderr.write(BUILDING_TAKES)
            building = settings.data.with_name(settings.data.name + BUILDING)
            shutil.rmtree(building, ignore_errors=True)
            with opened(Settings(building), demo=True, clock=clock) as installation:
                _build(installation, seed, applying=applying)
            building.rename(settings.data)
        with opened(settings, demo=True, clock=clock) as installation:
            logins = _build(installation, seed, applying=applying)
            sys.stdout.write("\n示例数据，非真实企业 · synthetic data, no real enterprise\n\n")
            for login in logins:
                who = f"{login.login} / {login.password}" if login.login else login.password
                sys.stdout.write(f"  {login.role:<15} {who:<44} {login.says}\n")
            for key in installation.log.keys().verifiers:
                sys.stdout.write(f"\n  {key}\n  {CHECKED_WITH}\n")
            sys.stdout.write("\nCtrl-C 停止 stops\n")
            return listen(installation, host, sockets, settings, project=True)


def _build(installation: Installation, seed: int | None, *, applying: bool) -> list[DemoLogin]:
    with tqdm(desc="建立示例城市 building the demo city", unit=" 步 acts", file=sys.stderr, disable=None) as bar:

        def told(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        return open_demo(installation.services, installation.accounts, seed=seed, progress=told, applying=applying)
