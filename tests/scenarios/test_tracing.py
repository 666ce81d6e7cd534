"""Spans of an event reach a collector, linked over all processes, and hold nothing that anybody wrote."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.button_steps import grows
from tests.scenarios.conversation_steps import says, words

_WORDS = ("heliotrope", "vermilion", "Marguerite")


@dataclass
class Collector:
    """Takes spans by OTLP over HTTP, as they were sent."""

    bodies: list[bytes] = field(default_factory=list[bytes])
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body)
        return web.Response()

    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    async def until(self, *names: str, count: int = 1) -> None:
        """Wait until so many spans of each of these names have come."""
        async with asyncio.timeout(60):
            while any(sum(span.name == name for span in self.spans()) < count for name in names):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


@pytest.fixture
async def collector() -> AsyncGenerator[Collector]:
    collector = Collector()
    app = web.Application()
    app.add_routes([web.post("/v1/traces", collector.take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield collector
    await runner.cleanup()


def _find_parents(spans: Iterable[Span]) -> set[tuple[str, str]]:
    """The names of all spans with those of the spans around them, in one trace."""
    by_id = {(span.trace_id, span.span_id): span.name for span in spans}
    return {(span.name, by_id.get((span.trace_id, span.parent_span_id), "")) for span in spans}


def _read_attributes(span: Span) -> dict[str, str]:
    return {each.key: each.value.string_value for each in span.attributes}


async def test_the_way_of_a_message_is_one_trace_over_two_processes(
    empty_harness: ServiceHarness, collector: Collector
) -> None:
    harness = empty_harness
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    variables |= {"http_proxy": "http://127.0.0.1:9", "all_proxy": "socks5://127.0.0.1:9"}  # not for this machine
    first = await harness.start(**variables)
    await harness.ready()
    personas: list[Persona] = [harness.private(_WORDS[2]), harness.direct(_WORDS[2])]
    for persona in personas:
        await grows(persona, harness, words(200, _WORDS[1]), f"{_WORDS[0]}?")
    await collector.until("receive", "store", "model chat", "tg sendMessage", "sl chat.startStream")
    await harness.kill(first)
    harness.wanjie.script.tokens_per_second = harness.wanjie.script.hold_after = None
    second = await harness.start(**variables)
    for persona in personas:
        await says(persona, f"{_WORDS[1]}199")
    await collector.until("job", "model chat", count=2)
    await harness.end(second)

    spans = collector.spans()
    assert {
        ("receive", ""),
        ("store", "receive"),
        ("job", "store"),
        ("model chat", "job"),
        ("tg editMessageText", "job"),
        ("sl chat.startStream", ""),  # its job died with the process before it ended
    } <= _find_parents(spans)
    assert "tg getUpdates" not in {span.name for span in spans}
    assert {_read_attributes(span).get("bots.platform") for span in spans if span.name == "job"} == {"tg", "sl"}
    sent = b"".join(collector.bodies)
    assert not [word for word in (*_WORDS, harness.wanjie.script.key, "xoxb") if word.encode() in sent]


async def test_the_reference_that_a_user_is_told_stands_in_the_span(
    empty_harness: ServiceHarness, collector: Collector
) -> None:
    harness = empty_harness
    await harness.start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_BSP_SCHEDULE_DELAY="100")
    await harness.ready()
    persona = harness.private()
    harness.telegram.faults.garble("sendMessage")
    await persona.say("hello")
    told = await says(persona, "(reference ")
    await collector.until("job")

    (job,) = [span for span in collector.spans() if span.name == "job"]
    assert f"(reference {_read_attributes(job)['bots.reference']})" in told
