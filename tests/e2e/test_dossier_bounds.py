"""A foreign dossier at the command line (plan P5): what would fill the machine's memory is stopped by the system and said."""

import subprocess
import sys
from pathlib import Path


def test_a_dossier_that_unfolds_to_more_than_it_may_take_is_refused_with_the_bound(tmp_path: Path) -> None:
    bomb = tmp_path / "d.json"
    bomb.write_bytes(b"[" + b"[]," * 12_000_000 + b"[]]")
    code = (
        "import argparse, sys\nfrom pathlib import Path\nfrom zhenduan.cli.commands import proof\n"
        "proof.LARGEST_MEMORY = 512 << 20\n"
        "given = argparse.Namespace(file=Path(sys.argv[1]), log_key=['n+00000000+AAAA'], witness_key=[])\n"
        "given.known = given.extract = given.json = None\n"
        "sys.exit(proof._verify_dossier(given))"
    )
    told = subprocess.run([sys.executable, "-c", code, str(bomb)], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert (told.returncode, "512 MiB" in told.stderr) == (2, True), told.stderr[-500:]
