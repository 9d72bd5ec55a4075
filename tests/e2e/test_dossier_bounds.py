"""A foreign dossier at the command line (plan P5): what would fill the machine's memory is stopped by the system and said."""

import subprocess
import sys
from pathlib import Path

import pytest


def test_a_dossier_that_unfolds_to_more_than_it_may_take_is_refused_with_the_bound(tmp_path: Path) -> None:
    bomb = tmp_path / "d.json"
    bomb.write_bytes(b"[" + b"[]," * 12_000_000 + b"[]]")
    code = (
        "import argparse, sys\nfrom pathlib import Path\nfrom zhenduan.cli import bounds\n"
        "from zhenduan.cli.commands import proof\nbounds.LARGEST_MEMORY = 512 << 20\n"
        "given = argparse.Namespace(file=Path(sys.argv[1]), log_key=['n+00000000+AAAA'], witness_key=[])\n"
        "given.known = given.extract = given.json = None\n"
        "sys.exit(proof._verify_dossier(given))"
    )
    told = subprocess.run([sys.executable, "-c", code, str(bomb)], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert (told.returncode, "512 MiB" in told.stderr) == (2, True), told.stderr[-500:]


@pytest.mark.parametrize("command", ["verify-dossier", "check-backup", "restore"])
def test_a_file_whose_reading_never_ends_is_stopped_by_the_bound_of_the_processor(tmp_path: Path, command: str) -> None:
    file = tmp_path / "foreign"
    file.write_bytes(b"{}")
    code = (
        "import sys\nfrom interop.proof import verify_dossier\nfrom zhenduan.__main__ import main\n"
        "from zhenduan.cli import backup, bounds\nbounds.LEAST_SECONDS = bounds.SECONDS_OF_MIB = 1\n"
        "def endless(*_given, **_rest):\n    while True:\n        pass\n"
        "verify_dossier.main = backup.check = backup.restore_from = endless\n"
        "sys.exit(main(['--data', sys.argv[1], *sys.argv[2:]]))"
    )
    keys = ["--log-key", "n+00000000+AAAA"]
    arguments = [sys.executable, "-c", code, str(tmp_path / "city"), command, str(file), *keys]
    told = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - our own code
    assert (told.returncode, "处理器" in told.stderr) == (2, True), told.stderr[-500:]
