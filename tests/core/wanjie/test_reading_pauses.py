"""A stream that is not needed yet is read in batches, and nothing else changes."""

from __future__ import annotations

import asyncio
import gzip
import math
from contextlib import aclosing

import pytest

from core.wanjie import (
    ChatMessage,
    ChatRequest,
    Finish,
    ReadingPace,
    StreamBrokenError,
    TextDelta,
    WanjieClient,
)
from tests.core.wanjie.raw_server import DONE, END, TOKEN, RawServer, SettingsFactory, answering, streaming

HELLO = ChatRequest("deepseek-v3", (ChatMessage("user", "Hello!"),))
LATER = ReadingPace(needed_at=math.inf)


async def _read(client: WanjieClient, pace: ReadingPace, texts: list[str]) -> None:
    """Add the texts of an answer in the pieces in which they come."""
    async with aclosing(client.stream_chat(HELLO, pace=pace)) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                texts.append(delta.text)  # noqa: PERF401 - what came before an error counts, too


@pytest.mark.parametrize("broken", [False, True])
async def test_tokens_are_joined_until_they_are_needed(
    raw_server: RawServer, settings_for: SettingsFactory, *, broken: bool
) -> None:
    end = () if broken else (END, DONE)
    url = await raw_server(streaming(*[TOKEN, 0.002] * 100, *end, close=not broken))
    texts = list[str]()
    async with aclosing(WanjieClient(settings_for(base_url=url, max_attempts=1))) as client:
        if broken:
            with pytest.raises(StreamBrokenError):
                await _read(client, LATER, texts)
        else:
            await _read(client, LATER, texts)

    assert "".join(texts) == "a" * 100
    assert texts[0] == "a", "the first token has waited"
    assert len(texts) < 50


async def test_a_connection_is_used_again_and_read_as_it_comes(
    raw_server: RawServer, settings_for: SettingsFactory
) -> None:
    url = await raw_server(streaming(*[TOKEN, 0.002] * 20, END, DONE))
    async with aclosing(WanjieClient(settings_for(base_url=url))) as client:
        for pace in (LATER, ReadingPace(), LATER):
            texts = list[str]()
            await _read(client, pace, texts)
            assert "".join(texts) == "a" * 20


async def test_a_long_compressed_answer_is_whole(raw_server: RawServer, settings_for: SettingsFactory) -> None:
    body = gzip.compress((TOKEN * 50_000 + END + DONE).encode())
    url = await raw_server(answering(body, "text/event-stream", headers={"Content-Encoding": "gzip"}))
    texts = list[str]()
    async with aclosing(WanjieClient(settings_for(base_url=url))) as client:
        await _read(client, LATER, texts)
    assert "".join(texts) == "a" * 50_000


async def test_whoever_stops_in_a_pause_leaves_nothing_behind(
    raw_server: RawServer, settings_for: SettingsFactory
) -> None:
    url = await raw_server(streaming(*[TOKEN, 0.005] * 1000, END))
    before = asyncio.all_tasks()
    async with aclosing(WanjieClient(settings_for(base_url=url))) as client:
        async with aclosing(client.stream_chat(HELLO, pace=LATER)) as deltas:
            assert not isinstance(await anext(deltas), Finish)
        left = {task for task in asyncio.all_tasks() - before if "BatchReader" in repr(task)}
    assert not left
