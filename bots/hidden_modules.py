"""Loading libraries without the optional modules that they would load for what nobody here uses."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

UNUSED_MODULES = ("cryptography", "opentelemetry", "rich", "click")
"""What libraries load wherever it is installed: httpx for its command line, structlog to print errors in colours,
redis-py and Telegram's SDK for certificates and passports that no deployment has, redis-py for metrics of its own.
Together 15 MB, and more where the extra `otel` is installed."""


@contextmanager
def hide_modules(*names: str) -> Generator[None]:
    """Let what is imported in the block believe that these modules are not installed; those already loaded stay."""
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # pyright: ignore[reportArgumentType] - the import system's mark of an absent module
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
