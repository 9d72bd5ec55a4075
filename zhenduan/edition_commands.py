"""Commands of editions 标准版本命令: two editions on file compared, clause by clause. plan S5."""

import argparse
import sys
from collections.abc import Callable

from standards import difference, load, published_editions
from zhenduan.settings import Settings

Run = Callable[[Settings, argparse.Namespace], int]

out = print


def _diff_editions(_settings: Settings, given: argparse.Namespace) -> int:
    known = published_editions()
    for key in (given.old, given.new):
        if key not in known:
            sys.stderr.write(f"没有版本 no edition {key}；可选 one of: {'、'.join(known)}\n")
            return 2
    old, new = load(given.old), load(given.new)
    found = difference(old, new)
    out(f"{old.key} → {new.key}：{len(found)} 处差异 differences")
    for one in found:
        out(one.sentence)
    return 0


def add_to(command: Callable[[str, Run, str], argparse.ArgumentParser]) -> None:
    """Add the commands. command: takes name, what runs, what it says."""
    added = command("diff-editions", _diff_editions, "比较标准版本 compare two editions on file, clause by clause")
    added.add_argument("old", help="原版本号 key of the one, such as 2023")
    added.add_argument("new", help="新版本号 key of the other, such as 2023-automotive")
