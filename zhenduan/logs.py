"""Logs 运行日志: one line an event on standard error, with its time in UTC, level, logger and request id; JSON or for people.

What comes again is said once and then counted: a database that is away makes every request and every follower fail.
"""

import logging
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

from api.server.request_ids import request_id

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

OURS = ("api", "domain", "interop", "isolation", "journal", "methods", "projections", "standards", "zhenduan")
"""Loggers that are printed from INFO on; all others from WARNING on."""
WINDOW_SECONDS = 60.0
"""A line that comes again within this long is counted; so is what goes beyond `MOST_ALIKE`."""
MOST_ALIKE = 100
"""Lines of one place in the code in one window, whatever they are about."""
MOST_WINDOWS = 2_000
LONGEST_TEXT = 8_000
"""Characters of an event or traceback: a driver puts its whole statement, with parameters, into its message."""
AGAIN = "again"
"""How often a line came again, on the record that says so."""
STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class LogForm(StrEnum):
    """How a line is written 日志格式: for people at a terminal, or one JSON object a line for what collects them."""

    CONSOLE = "console"
    JSON = "json"


@dataclass
class _Window:
    """What has come alike since a moment: how many lines were shown, how many only counted."""

    ends: float
    last: logging.LogRecord
    shown: int = 0
    counted: int = 0


class Repeats:
    """Lines of late 重复计数, by what they say and by the place in the code that says them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, int, str, str | None], _Window] = {}

    def admitted(self, record: logging.LogRecord) -> list[logging.LogRecord]:
        """What is to be written now that a record has come: counts of windows that have ended, and the record if it is new."""
        now = self._clock()
        written = self.ended(now)
        place = (record.name, record.levelno, str(record.msg))
        keys = {(*place, record.getMessage()): 1, (*place, None): MOST_ALIKE}
        for key, most in keys.items():
            window = self._windows.get(key)
            if window is not None and window.shown >= most:
                window.counted += 1
                window.last = record
                return written
        for key in keys:
            self._windows.setdefault(key, _Window(now + WINDOW_SECONDS, record)).shown += 1
        while len(self._windows) > MOST_WINDOWS:
            del self._windows[next(iter(self._windows))]
        return [*written, record]

    def ended(self, now: float) -> list[logging.LogRecord]:
        """The counts of windows that have ended by a moment."""
        over = [key for key, window in self._windows.items() if window.ends <= now]
        return [_count(window) for window in map(self._windows.pop, over) if window.counted]


def _count(window: _Window) -> logging.LogRecord:
    """The record that says how often a line came again."""
    last = window.last
    told = logging.LogRecord(last.name, last.levelno, last.pathname, last.lineno, last.msg, last.args, None)
    setattr(told, AGAIN, window.counted)
    return told


class Lines(logging.Handler):
    """Writes each line, or counts it 日志输出; to standard error as it is at that moment where no stream is given."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._stream = stream
        self._repeats = Repeats(clock)

    def emit(self, record: logging.LogRecord) -> None:
        """Write or count a record."""
        try:
            self._write(self._repeats.admitted(record))
        except Exception:  # noqa: BLE001 - a line that cannot be written must not end what it tells of
            self.handleError(record)

    def close(self) -> None:
        """Write what was counted, and end."""
        self._write(self._repeats.ended(float("inf")))
        super().close()

    def _write(self, records: list[logging.LogRecord]) -> None:
        stream = self._stream or sys.stderr
        for record in records:
            stream.write(self.format(record) + "\n")
        if records:
            stream.flush()


def _request(_logger: Any, _method: str, event: "EventDict") -> "EventDict":  # noqa: ANN401 - as the library calls it
    """The request that a line belongs to; a count belongs to none."""
    identity = request_id.get()
    if identity and AGAIN not in event:
        event["request_id"] = identity
    return event


def _readable(_logger: Any, _method: str, event: "EventDict") -> "EventDict":  # noqa: ANN401 - as the library calls it
    """Texts with an end, in which nothing steers a terminal or passes for a line of ours."""
    for name, text in event.items():
        if isinstance(text, str):
            if len(text) > LONGEST_TEXT:
                text = text[: LONGEST_TEXT // 2] + " … " + text[-LONGEST_TEXT // 2 :]  # noqa: PLW2901 - the same text, cut
            event[name] = STEERING.sub("\ufffd", text).replace("\n", "\n    ")
    return event


def formatter(form: LogForm, *, colours: bool = False) -> logging.Formatter:
    """What makes a line of a record 日志格式化."""
    import structlog  # noqa: PLC0415 - 0.1 s, with the first line: most runs write none

    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow={AGAIN}),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _request,
    ]
    after: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _readable,
    ]
    if form is LogForm.JSON:
        after.append(structlog.processors.JSONRenderer(ensure_ascii=False))
    else:
        after.append(structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0))
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=after)


class _Formatter(logging.Formatter):
    """A `formatter` that is made with the first line 日志格式化."""

    def __init__(self, form: LogForm, *, colours: bool) -> None:
        super().__init__()
        self._form, self._colours = form, colours

    @cached_property
    def _made(self) -> logging.Formatter:
        return formatter(self._form, colours=self._colours)

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return self._made.format(record)


def configure(form: LogForm) -> None:
    """Print the lines of this process from now on 配置日志; called again, it only changes the form."""
    root = logging.getLogger()
    found = next((handler for handler in root.handlers if isinstance(handler, Lines)), None)
    lines = found or Lines()
    lines.setFormatter(_Formatter(form, colours=form is LogForm.CONSOLE and sys.stderr.isatty()))
    if found is None:
        root.addHandler(lines)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
