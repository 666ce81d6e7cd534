"""Sending spans to a collector by OpenTelemetry; the only module that uses it, imported where a collector is set.

The SDK reads the other variables of OpenTelemetry itself: headers, timeout, sampler, name of the service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import requests
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from core.tracing import SpanKind, Tracer

_KINDS: Mapping[SpanKind, trace.SpanKind] = {
    "inside": trace.SpanKind.INTERNAL,
    "call": trace.SpanKind.CLIENT,
    "arrival": trace.SpanKind.PRODUCER,
    "job": trace.SpanKind.CONSUMER,
}
_CONTEXT = TraceContextTextMapPropagator()
_PREFIX = "bots."
_TIMEOUT = 3
"""Seconds for a batch, retries included; at the end of the process, too."""


class OpenTelemetryTracer(Tracer):
    """Sends spans in batches, from a thread; those that the collector does not take in time are dropped."""

    def __init__(self, endpoint: str, proxy: str | None) -> None:
        """`endpoint` is the collector's address, to which `/v1/traces` is added; `proxy` is the URL of one, if any."""
        resource = Resource.create({SERVICE_NAME: "wanjie-bots"})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        session = requests.Session()
        session.trust_env = False  # its rule for proxies is another than ours
        session.proxies = {"http": proxy, "https": proxy} if proxy else {}
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_TIMEOUT, session=session)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("wanjie-bots")

    @contextmanager
    def span(
        self, name: str, kind: SpanKind = "inside", *, parent: str = "", **attributes: str | int
    ) -> Generator[None]:
        """See `Tracer.span`."""
        if kind == "call" and not self.get_context():
            yield
            return
        context = _CONTEXT.extract({"traceparent": parent}) if parent else None
        with self._tracer.start_as_current_span(
            name,
            context,
            _KINDS[kind],
            _prefix(attributes),
            record_exception=False,  # its text may quote what somebody wrote
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_attribute(ERROR_TYPE, type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def note(self, **attributes: str | int) -> None:
        """See `Tracer.note`."""
        trace.get_current_span().set_attributes(_prefix(attributes))

    def get_context(self) -> str:
        """See `Tracer.get_context`."""
        carrier = dict[str, str]()
        _CONTEXT.inject(carrier)
        return carrier.get("traceparent", "")

    async def aclose(self) -> None:
        """See `Tracer.aclose`."""
        await asyncio.to_thread(self._provider.shutdown)


def _prefix(attributes: Mapping[str, str | int]) -> dict[str, str | int]:
    return {f"{_PREFIX}{name}": value for name, value in attributes.items()}
