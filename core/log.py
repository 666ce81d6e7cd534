"""Log lines for people and for machines, without secrets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from .log_limiter import LimitedHandler

_QUIET_LOGGERS = ("httpx", "httpcore", "aiohttp", "asyncio")
"""Libraries that write requests, with tokens in their addresses, or every frame at INFO."""
_MIN_SECRET_LENGTH = 6


class Redaction:
    """Replaces every known secret in what is about to be logged."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = [secret for secret in secrets if len(secret) >= _MIN_SECRET_LENGTH]

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._redact(value) for key, value in event.items()}

    def _redact(self, value: object) -> object:
        if isinstance(value, bool | int | float) or value is None:
            return value
        if isinstance(value, list | tuple):
            return [self._redact(item) for item in cast("Iterable[object]", value)]
        if isinstance(value, dict):
            return {
                self._redact_text(key): self._redact(item) for key, item in cast("dict[object, object]", value).items()
            }
        return self._redact_text(value)

    def _redact_text(self, value: object) -> str:
        text = value if isinstance(value, str) else repr(value)
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text


def set_up_logging(*, level: str, json_lines: bool, secrets: Iterable[str], quiet: Iterable[str] = ()) -> None:
    """Send our log lines and the libraries' to standard error, from `level` on, in which `secrets` never appear.

    Of the loggers named in `quiet` only warnings are heard, of each kind of line a hundred a minute.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
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
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, Redaction(secrets), renderer],
    )
    handler = LimitedHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in (*_QUIET_LOGGERS, *quiet):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
