"""How long a streamed answer is waited for."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from bots.sandbox.wanjie.simulator import WanjieSim
from core.wanjie import (
    ChatMessage,
    ChatRequest,
    Delta,
    Finish,
    StreamBrokenError,
    TextDelta,
    TooSlowError,
    WanjieClient,
)
from tests.core.wanjie.raw_server import DONE, PING, TOKEN, Ask, ClientFactory, RawServer, SettingsFactory, streaming

HELLO = ChatRequest("deepseek-v3", (ChatMessage("user", "Hello!"),))


async def test_a_model_that_does_not_begin_in_time_is_too_slow(
    sim: WanjieSim, client_for: ClientFactory, ask: Ask
) -> None:
    sim.script.header_delay = 60
    async with client_for(first_byte_timeout=0.3) as client:
        with pytest.raises(TooSlowError):
            await ask(client)

    assert len(sim.requests) <= 1, "it was asked again"  # on a slow machine it may not have got there at all


async def test_a_model_that_begins_with_headers_only_is_too_slow(
    sim: WanjieSim, client_for: ClientFactory, ask: Ask
) -> None:
    sim.script.hang_after = 0
    async with client_for(first_byte_timeout=0.3, idle_timeout=3) as client:
        with pytest.raises(TooSlowError):
            await ask(client)

    assert len(sim.requests) <= 1, "it was asked again"  # on a slow machine it may not have got there at all


async def test_silence_between_tokens_breaks_the_stream(sim: WanjieSim, client_for: ClientFactory, ask: Ask) -> None:
    sim.script.hang_after = 1
    async with client_for(idle_timeout=0.2) as client:
        with pytest.raises(StreamBrokenError):
            await ask(client)


async def test_slow_tokens_are_not_silence(sim: WanjieSim, client_for: ClientFactory, ask: Ask) -> None:
    sim.script.tokens_per_second, sim.script.answer = 2, lambda _: "a b c d e f g"
    async with client_for(idle_timeout=3, comment_factor=2) as client:
        assert (await ask(client))[0] == TextDelta("a b c d e f g")


async def test_comments_extend_the_idle_timeout(client_for: ClientFactory, raw_server: RawServer, ask: Ask) -> None:
    url = await raw_server(streaming(TOKEN, *(PING, 0.8) * 5, TOKEN, DONE))
    async with client_for(base_url=url, idle_timeout=3) as client:
        assert await ask(client) == [TextDelta("aa"), Finish("stop")]


@pytest.mark.parametrize("begun", [0, 1])
async def test_comments_do_not_extend_the_timeout_forever(
    sim: WanjieSim, client_for: ClientFactory, ask: Ask, begun: int
) -> None:
    sim.script.hang_after, sim.script.comment_every = begun, 0.005
    first_byte_timeout = 60 if begun else 0.2
    async with client_for(idle_timeout=0.2, first_byte_timeout=first_byte_timeout, comment_factor=2) as client:
        with pytest.raises(StreamBrokenError if begun else TooSlowError):
            async with asyncio.timeout(60):
                await ask(client)


VIDEO = ChatRequest("sora-2", (ChatMessage("user", "A cat."),), silence_timeout=5)


async def test_a_video_model_may_be_silent_for_the_request_s_timeout(sim: WanjieSim, client_for: ClientFactory) -> None:
    sim.script.models, sim.script.video_pause, sim.script.header_delay = ("sora-2",), 0.2, 0.2
    async with client_for(idle_timeout=0.05, first_byte_timeout=0.05) as client:
        async with aclosing(client.stream_chat(VIDEO)) as deltas:
            text = "".join([delta.text async for delta in deltas if isinstance(delta, TextDelta)])
        whole = await client.complete_chat(VIDEO)

    assert text.endswith(".mp4)")
    assert whole.text.count("Progress") == text.count("Progress") == 5


@pytest.mark.parametrize(("begun", "error"), [(0, TooSlowError), (1, StreamBrokenError)])
async def test_comments_do_not_extend_the_timeout_of_a_request(
    sim: WanjieSim, client: WanjieClient, begun: int, error: type[Exception]
) -> None:
    sim.script.hang_after, sim.script.comment_every = begun, 0.005
    hurried = replace(HELLO, silence_timeout=2.5)
    with pytest.raises(error):
        async with asyncio.timeout(20), aclosing(client.stream_chat(hurried)) as deltas:
            _ = [delta async for delta in deltas]


@pytest.mark.parametrize("stream", [True, False])
async def test_the_timeout_of_a_request_counts_from_the_question(
    sim: WanjieSim, client: WanjieClient, *, stream: bool
) -> None:
    sim.script.header_delay = 60
    hurried = replace(HELLO, silence_timeout=0.5)
    with pytest.raises(TooSlowError):
        await (anext(client.stream_chat(hurried)) if stream else client.complete_chat(hurried))

    assert len(sim.requests) <= 1, "it was asked again"  # on a slow machine it may not have got there at all


async def test_a_slow_reader_breaks_nothing(sim: WanjieSim, client_for: ClientFactory) -> None:
    sim.script.answer = lambda _: "word " * 30
    text = ""
    async with client_for(idle_timeout=3, comment_factor=1) as client, aclosing(client.stream_chat(HELLO)) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                text += delta.text
                await asyncio.sleep(0.15)

    assert text == "word " * 30


async def test_an_answer_that_drips_for_ever_is_given_up(raw_server: RawServer, settings_for: SettingsFactory) -> None:
    url = await raw_server(streaming(*[TOKEN, 0.02] * 1000))
    client = WanjieClient(settings_for(base_url=url, max_attempts=1), answer_timeout=3)
    question = ChatRequest("deepseek-v3", (ChatMessage("user", "Hello!"),))

    async with aclosing(client):
        deltas = list[Delta]()
        with pytest.raises(StreamBrokenError, match="no whole answer"):
            await _collect(client, question, deltas)
    assert 1 <= len(deltas) < 500


async def _collect(client: WanjieClient, question: ChatRequest, deltas: list[Delta]) -> None:
    async with aclosing(client.stream_chat(question)) as stream:
        async for delta in stream:
            deltas.append(delta)  # noqa: PERF401 - those before the error count
