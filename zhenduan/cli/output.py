"""Answers 输出: what a command found out, as sentences for a person or as one JSON object for a program."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

    from domain.kernel import Refused

OPERATOR = "operator"
"""Whom work at the command line is counted for: nobody else is counted in its process."""

_found: ContextVar[dict[str, object] | None] = ContextVar("found", default=None)


@contextmanager
def answering(*, as_json: bool) -> Iterator[None]:
    """For as long as a command runs: its answers are printed as they come, or gathered and printed as one object at its end."""
    if not as_json:
        yield
        return
    token = _found.set({})
    try:
        yield
        found = _found.get()
    finally:
        _found.reset(token)
    if found:
        import json

        sys.stdout.write(json.dumps(found, ensure_ascii=False, default=str) + "\n")


def answer(text: str, **data: object) -> None:
    """Tell what was found 告知: the text to a person; to a program the data, a list continuing the list of the same name."""
    found = _found.get()
    if found is None:
        if text:
            sys.stdout.write(f"{text}\n")
        return
    for name, value in data.items():
        known = found.get(name)
        found[name] = [*known, *value] if isinstance(known, list) and isinstance(value, list) else value


@contextmanager
def progress(says: str, unit: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on the terminal 进度, told how far the work has come."""
    from tqdm import tqdm

    with tqdm(desc=says, unit=f" {unit}", file=sys.stderr) as bar:

        def report(done: int) -> None:
            bar.update(done - bar.n)

        yield report


def refusal(refused: "Refused") -> int:
    """Say why a rule refused, in both languages; the exit code."""
    sys.stderr.write(f"{refused.rule.code}（{refused.rule.clause}）：{refused.says}\n{refused.says_in_english}\n")
    return 1


def malformed_input(problem: "ValidationError") -> int:
    """Tell what is wrong with what was given to a command, a line each and both languages; the exit code of malformed input, 2."""
    from api.kit.input_errors import malformed

    for one in malformed(problem):
        where = f"{one.field}: " if one.field else ""
        sys.stderr.write(f"输入有误 malformed: {where}{one.message}。 {one.message_in_english}.\n")
    return 2
