"""Choosing what notes spans."""

from __future__ import annotations

import structlog

from .settings import Proxies
from .tracing import NO_TRACER, Tracer

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def open_tracer(endpoint: str | None, proxies: Proxies) -> Tracer:
    """Return what sends spans to the collector at `endpoint`; without one, or without the SDK, what notes nothing."""
    if not endpoint:
        return NO_TRACER
    try:
        from .open_telemetry import OpenTelemetryTracer  # noqa: PLC0415 - loaded only where it is used
    except ModuleNotFoundError:
        _log.warning("no spans are sent: OTEL_EXPORTER_OTLP_ENDPOINT needs `pip install 'wanjie-bots[otel]'`")
        return NO_TRACER
    return OpenTelemetryTracer(endpoint, proxies.find_proxy(endpoint))
