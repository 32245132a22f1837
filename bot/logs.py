"""Log lines on stderr in which no secret can be read, whoever wrote them.

One handler on the root logger masks everything that passes it: our lines, those of aiogram,
aiohttp and asyncio, warnings, tracebacks, and what nobody caught. Letters' texts are never logged
in the first place.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from bitrix24.masking import mask

_SHORTEST_SECRET = 4  # masking "1" or "" literally would blacken every line
_PLAIN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127)} | {10: "\\n", 13: "\\r", 9: "\t"}
_EMAIL = re.compile(r"([\w.%+-])[\w.%+-]*@(\w)[\w-]*(?:\.[\w-]+)+")


class Secrets:
    """The texts that are masked literally; settings fill it, connections add to it later."""

    def __init__(self) -> None:
        self._texts: set[str] = set()

    def add(self, *texts: str) -> None:
        self._texts.update(text for text in texts if len(text) >= _SHORTEST_SECRET)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._texts))  # a copy: other threads log while the loop adds

    def __repr__(self) -> str:
        return f"Secrets({len(self._texts)})"


class MaskedText(logging.Formatter):
    """A line for people: time, level, logger, message, further fields; a traceback below it."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in _further_fields(record).items())
        line = (record.getMessage() + fields).translate(_CONTROLS)
        head = f"{_time(record)} {record.levelname} {record.name}: "
        return "\n".join(filter(None, (head + self.masked(line), self.trace(record))))

    def masked(self, text: str) -> str:
        return _EMAIL.sub(r"\1***@\2***", mask(text, self._secrets))

    def trace(self, record: logging.LogRecord) -> str:
        """The record's traceback and stack, masked; empty without one."""
        error = self.formatException(record.exc_info) if record.exc_info else record.exc_text
        return self.masked("\n".join(filter(None, (error, record.stack_info))))


class MaskedJson(MaskedText):
    """One JSON object a line. Values are masked before they are written, so it stays JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line = {name: self._value(value) for name, value in _further_fields(record).items()} | {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self.masked(record.getMessage()),
        }
        if trace := self.trace(record):
            line["traceback"] = trace
        return json.dumps(line, ensure_ascii=False)

    def _value(self, value: object) -> object:
        return value if isinstance(value, int | float | None) else self.masked(str(value))


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Python's own report of a line that cannot be formatted shows its arguments unmasked."""
        with suppress(OSError, ValueError):
            self.stream.write(f"A log line cannot be written: {record.pathname}:{record.lineno}\n")


def set_up(level: str, form: str, secrets: Secrets, stream: TextIO | None = None) -> None:
    """Makes the masking handler the only one of the process; `form` is text or json."""
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(MaskedJson(secrets) if form == "json" else MaskedText(secrets))
    _remove_handlers()
    logging.root.addHandler(handler)
    logging.root.setLevel(level)
    logging.lastResort = handler
    logging.getLogger("aiohttp.access").disabled = True
    logging.captureWarnings(capture=True)
    _log_what_nobody_caught()


def _remove_handlers() -> None:
    for logger in (logging.root, *map(logging.getLogger, logging.root.manager.loggerDict)):
        logger.handlers.clear()
        logger.propagate = True


def _log_what_nobody_caught() -> None:
    log = logging.getLogger("bot")

    def uncaught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        log.critical("An error that nobody expected", exc_info=(kind, error, trace))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    def unraisable(args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = uncaught
    threading.excepthook = in_thread
    sys.unraisablehook = unraisable


def _further_fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _PLAIN_FIELDS}


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
