"""Command line 命令行 of the program: `zhenduan COMMAND --help` says what each one takes."""

import gc
import os
import select
import sys
from collections.abc import Sequence

from zhenduan.cli.output import answering
from zhenduan.cli.parsing import parser

COLLECT_EVERY = 50_000, 20, 20
"""New objects before the youngest are looked through for rubbish, and how often the older ones: loading makes a million that
stay, and by the usual 700 a fifth of a start went into looking at them."""


READER_GONE = 141
"""What a shell says of a program whose reader has gone."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 2 when it could not begin."""
    gc.set_threshold(*COLLECT_EVERY)
    given = parser().parse_args(arguments)
    try:
        with answering(as_json=getattr(given, "json", False)):
            if given.alone is not None:
                done = int(given.alone(given))
                sys.stdout.flush()
                return done
            from zhenduan import logs
            from zhenduan.settings import CITY_DATA, DEMO_DATA, from_environment

            settings = from_environment(DEMO_DATA if given.command == "demo" else CITY_DATA, given.data)
            logs.configure(settings.log)
            done = int(given.run(settings, given))
            sys.stdout.flush()
            return done
    except Exception as error:
        if isinstance(error, BrokenPipeError) and _reader_is_gone():
            return READER_GONE
        said = _said(error)
        if said is None:
            raise
        sys.stderr.write(f"{said}\n")
        return 2


def _reader_is_gone() -> bool:
    """Whether nobody reads what is printed any more, such as behind `| head`; what is left of it then goes nowhere."""
    looked = select.poll()
    looked.register(sys.stdout.fileno(), select.POLLOUT)
    if not any(event & select.POLLERR for _, event in looked.poll(0)):
        return False
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return True


def _said(error: Exception) -> str | None:
    """What the person at the machine is told of what is wrong there 故障说明; None of a fault of our own."""
    import psycopg2

    from journal.entries import DigestDiffers, HeadBroken
    from journal.secrets.vault import MasterKeyUnusable
    from journal.transparency.log_key import LogKeyUnusable
    from zhenduan.demo.city import DemoIncomplete
    from zhenduan.installation_folder import NotAnInstallation
    from zhenduan.settings import SettingUnknown

    if isinstance(error, psycopg2.OperationalError | OSError):
        return f"无法打开数据库或文件 cannot open the database or a file: {str(error).strip()}"
    known = NotAnInstallation, MasterKeyUnusable, LogKeyUnusable, DigestDiffers, HeadBroken, SettingUnknown, DemoIncomplete
    return str(error) if isinstance(error, known) else None


if __name__ == "__main__":
    sys.exit(main())
