"""Log lines for people and for machines, without secrets and without words of conversations.

A line of ours holds values that were chosen one by one, and `Redaction` cleans them. Of a line of a library only the
sentence that its program holds is written, not the values in it, which may be whole requests.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from .log_errors import format_traceback
from .log_limiter import LimitedHandler, describe_place, is_count
from .redact_log_values import Redaction

_QUIET_LOGGERS = ("httpx", "httpcore", "aiohttp", "asyncio")
"""Libraries that write requests, with tokens in their addresses, or every frame at INFO."""
_OUR_LOGGERS = frozenset({"core", "bots", "tests"})
_OWN_FIELDS = frozenset({"event", "level", "logger", "exc_info"})


def set_up_logging(*, level: str, json_lines: bool, secrets: Iterable[str], quiet: Iterable[str] = ()) -> None:
    """Send our log lines and the libraries' to standard error, from `level` on, in which `secrets` never appear.

    Of the loggers named in `quiet` only warnings are heard, of each kind of line a hundred a minute.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _keep_numbers_of_others,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.ExceptionRenderer(format_traceback),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_keep_sentence, *shared],
        use_get_message=False,
        pass_foreign_args=True,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, Redaction(secrets), renderer],
    )
    handler = LimitedHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in (*_QUIET_LOGGERS, *quiet):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def log_uncaught_errors() -> None:
    """Let the log, and not Python, write warnings and errors that nobody catches: Python would write their texts."""
    warnings.showwarning = _log_warning
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda caught: _log_uncaught(
        caught.exc_type, caught.exc_value or caught.exc_type(), caught.exc_traceback
    )
    sys.unraisablehook = lambda caught: _log_uncaught(
        caught.exc_type, caught.exc_value or caught.exc_type(), caught.exc_traceback
    )


def _log_uncaught(kind: type[BaseException], error: BaseException, places: TracebackType | None) -> None:
    structlog.get_logger().critical("an error that nobody caught", exc_info=(kind, error, places))


def _log_warning(
    _message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    _file: TextIO | None = None,
    _line: str | None = None,
) -> None:
    structlog.get_logger().warning("a warning of a library", kind=category.__name__, place=f"{filename}:{lineno}")


def _keep_numbers_of_others(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep of what a library gives to structlog its sentence and its numbers."""
    if "_record" in event or str(event["logger"]).partition(".")[0] in _OUR_LOGGERS:
        return event
    kept = _OWN_FIELDS | structlog.contextvars.get_contextvars().keys()
    return {name: value for name, value in event.items() if name in kept or isinstance(value, int | float)}


def _keep_sentence(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep of a library's line its sentence without values; nothing if its program has put them in already."""
    arguments: Sequence[object] | None = event.pop("positional_args")
    record: logging.LogRecord = event["_record"]
    if is_count(record):
        return event
    sentence = event["event"] if arguments else "a line of a library"
    event["event"], event["place"] = sentence, describe_place(record)
    return event
