"""Every call to a model is counted for its payer, however it ends."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.metrics import Metrics
from core.usage import NOTHING, Amount, MeteredClient, ModelNotAllowedError, PriceList, UsageCounters
from core.wanjie import (
    ChatMessage,
    ChatRequest,
    ImageRequest,
    SpeechRequest,
    TextDelta,
    TranscriptionRequest,
    WanjieClient,
    WanjieError,
)
from tests.core.metered import PAYER
from tests.core.wanjie_client import make_client, make_settings

QUESTION = ChatRequest("kimi-k2", (ChatMessage("user", "one two three"),))
RECORDING = TranscriptionRequest("whisper-1", b"x" * 8_000, "a.ogg", "audio/ogg")
FREE = {"aclose", "list_models", "new_attempts", "download"}
"""Methods of the client that ask no model."""


@pytest.fixture
async def sim() -> AsyncGenerator[WanjieSim]:
    async with WanjieSim() as running:
        running.script.models += ("whisper-1",)
        running.script.answer = lambda _: "four five six seven"
        running.script.transcript = "eight"
        yield running


@pytest.fixture
def counters(redis: Redis) -> UsageCounters:
    return UsageCounters(redis, PriceList({}))


@pytest.fixture
def metrics() -> Metrics:
    made = Metrics()
    made.models.note_models([QUESTION.model])
    return made


@pytest.fixture
async def client(sim: WanjieSim, counters: UsageCounters, metrics: Metrics) -> AsyncGenerator[MeteredClient]:
    async with aclosing(make_client(make_settings(sim, max_attempts=2))) as made:
        yield MeteredClient(made, counters, metrics)


@pytest.fixture
async def hurried_client(sim: WanjieSim, counters: UsageCounters, metrics: Metrics) -> AsyncGenerator[MeteredClient]:
    async with aclosing(make_client(make_settings(sim, first_byte_timeout=2))) as made:
        yield MeteredClient(made, counters, metrics)


async def stream(client: MeteredClient, *, most: int = 1_000) -> None:
    """Ask for an answer, and read so many pieces of its text."""
    async with aclosing(client.stream_chat(QUESTION, PAYER)) as deltas:
        async for delta in deltas:
            most -= isinstance(delta, TextDelta)
            if not most:
                return


CALLS: dict[str, tuple[Callable[[MeteredClient], Awaitable[object]], Amount]] = {
    "complete_chat": (lambda client: client.complete_chat(QUESTION, PAYER), Amount(1, 6, 4)),
    "stream_chat": (stream, Amount(1, 6, 4)),
    "synthesize_speech": (
        lambda client: client.synthesize_speech(SpeechRequest("CosyVoice", "Hello!"), PAYER),
        Amount(1, characters=6),
    ),
    "transcribe": (lambda client: client.transcribe(RECORDING, PAYER), Amount(1, seconds=2)),
    "generate_images": (
        lambda client: client.generate_images(ImageRequest("Flux.1-Schnell", "a fox", n=3), PAYER),
        Amount(1, pictures=3),
    ),
}


def list_methods(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}


def test_no_method_that_asks_a_model_is_forgotten() -> None:
    assert list_methods(WanjieClient) - FREE == set(CALLS)
    assert list_methods(MeteredClient) - FREE == set(CALLS)


def test_nobody_in_a_conversation_calls_models_past_the_counter() -> None:
    sources = sorted(Path("core/chat").rglob("*.py"))

    assert len(sources) > 100
    assert [
        str(path) for path in sources if re.search(r"\bWanjieClient,|: WanjieClient\b", path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_counts_what_its_response_reports(
    client: MeteredClient, counters: UsageCounters, name: str
) -> None:
    call, amount = CALLS[name]
    await call(client)

    assert (await counters.read("person", PAYER.person, "day")).amount == amount


@pytest.mark.parametrize("name", CALLS)
async def test_a_model_that_is_closed_to_its_payer_is_not_asked(
    client: MeteredClient, sim: WanjieSim, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refuse(_: str) -> bool:
        return False

    monkeypatch.setattr("tests.core.usage.test_metered_client.PAYER", replace(PAYER, allows=refuse))
    with pytest.raises(ModelNotAllowedError):
        await CALLS[name][0](client)

    assert not sim.requests


async def test_what_calls_use_is_measured_by_model(client: MeteredClient, metrics: Metrics) -> None:
    for call, _ in CALLS.values():
        await call(client)

    def read(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(f"bots_model_{name}_total", labels)

    assert read("tokens", model=QUESTION.model, direction="input") == 12
    assert read("tokens", model=QUESTION.model, direction="output") == 8
    assert read("pictures", model="other") == 3
    assert read("voice_seconds", model="other") == 2
    assert read("spoken_characters", model="other") == 6


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_that_is_refused_counts_nothing(
    client: MeteredClient, counters: UsageCounters, sim: WanjieSim, name: str
) -> None:
    sim.script.fail_next.append(Failure(400))
    with pytest.raises(WanjieError):
        await CALLS[name][0](client)

    assert (await counters.read("person", PAYER.person, "day")).amount == NOTHING


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_that_is_given_up_while_the_model_works_counts(
    hurried_client: MeteredClient, counters: UsageCounters, sim: WanjieSim, name: str
) -> None:
    sim.script.header_delay = 60
    with pytest.raises(WanjieError):
        await CALLS[name][0](hurried_client)

    used = (await counters.read("person", PAYER.person, "day")).amount
    assert used.calls == 1
    assert used.tokens > 0
    assert used.output_tokens == 0


async def test_a_retry_after_a_failure_counts_once(
    client: MeteredClient, counters: UsageCounters, sim: WanjieSim
) -> None:
    sim.script.fail_next.append(Failure(503))
    await client.complete_chat(QUESTION, PAYER)

    assert (await counters.read("all", "", "day")).amount == Amount(1, 6, 4)


async def test_an_answer_that_breaks_off_counts_as_far_as_it_came(
    client: MeteredClient, counters: UsageCounters, sim: WanjieSim
) -> None:
    sim.script.break_after = 3
    with pytest.raises(WanjieError):
        await stream(client)

    assert (await counters.read("all", "", "day")).amount == Amount(1, 4, 4)


async def test_an_answer_that_is_stopped_counts_as_far_as_it_came(
    client: MeteredClient, counters: UsageCounters, sim: WanjieSim
) -> None:
    sim.script.answer = lambda _: "word " * 1_000
    await stream(client, most=2)

    used = (await counters.read("all", "", "day")).amount
    assert used.input_tokens == 4
    assert 0 < used.output_tokens < 10


async def test_an_answer_whose_job_is_cancelled_counts_as_far_as_it_came(
    client: MeteredClient, counters: UsageCounters, sim: WanjieSim
) -> None:
    sim.script.hang_after = 3
    begun = asyncio.Event()

    async def read() -> None:
        async with aclosing(client.stream_chat(QUESTION, PAYER)) as deltas:
            async for _ in deltas:
                begun.set()

    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    assert (await counters.read("all", "", "day")).amount.calls == 1


async def test_a_stream_without_a_report_counts_by_its_length(
    client: MeteredClient, counters: UsageCounters, sim: WanjieSim
) -> None:
    sim.script.usage = False
    await stream(client)

    assert (await counters.read("all", "", "day")).amount == Amount(1, 4, 5)
