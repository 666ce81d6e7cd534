"""A stream that is not needed yet is read in batches, and nothing else changes."""

from __future__ import annotations

import asyncio
import gzip
import math
from contextlib import aclosing

import pytest
from aiohttp import web

from core.wanjie import (
    ChatMessage,
    ChatRequest,
    Finish,
    ReadingPace,
    StreamBrokenError,
    TextDelta,
    WanjieClient,
)
from tests.core.wanjie.raw_server import DONE, END, TOKEN, RawServer, SettingsFactory, answering, streaming, until

HELLO = ChatRequest("deepseek-v3", (ChatMessage("user", "Hello!"),))


async def _read(client: WanjieClient, texts: list[str], *, later: bool = True) -> None:
    """Add the texts of an answer in the pieces in which they come; after the first one they are needed `later`."""
    pace = ReadingPace()
    async with aclosing(client.stream_chat(HELLO, pace=pace)) as deltas:
        async for delta in deltas:
            if isinstance(delta, TextDelta):
                texts.append(delta.text)
                pace.needed_at = math.inf if later else 0.0


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
                await _read(client, texts)
        else:
            await _read(client, texts)

    assert "".join(texts) == "a" * 100
    assert texts[0] == "a", "the first token has waited"
    assert len(texts) < 50


async def test_what_came_before_a_silence_is_read_while_it_lasts(
    raw_server: RawServer, settings_for: SettingsFactory
) -> None:
    goes_on = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for _ in range(20):
            await response.write(TOKEN.encode())
            await asyncio.sleep(0.01)
        await goes_on.wait()
        await response.write(f"{TOKEN}{END}{DONE}".encode())
        return response

    texts = list[str]()
    async with aclosing(WanjieClient(settings_for(base_url=await raw_server(handler)))) as client:
        reading = asyncio.create_task(_read(client, texts))
        await until(lambda: "".join(texts) == "a" * 20)
        goes_on.set()
        await reading
    assert "".join(texts) == "a" * 21


async def test_frames_are_joined_wherever_a_batch_cuts_them(
    raw_server: RawServer, settings_for: SettingsFactory
) -> None:
    words = [f"w{number} " for number in range(300)]
    frames = "".join(TOKEN.replace('"a"', f'"{word}"') for word in words) + END + DONE
    pieces = [piece for cut in range(0, len(frames), 97) for piece in (frames[cut : cut + 97], 0.001)]
    url = await raw_server(streaming(TOKEN, *pieces))
    texts = list[str]()
    async with aclosing(WanjieClient(settings_for(base_url=url))) as client:
        await _read(client, texts)
    assert "".join(texts) == "a" + "".join(words)


async def test_a_connection_is_used_again_and_read_as_it_comes(
    raw_server: RawServer, settings_for: SettingsFactory
) -> None:
    url = await raw_server(streaming(*[TOKEN, 0.002] * 20, END, DONE))
    async with aclosing(WanjieClient(settings_for(base_url=url))) as client:
        for later in (True, False, True):
            texts = list[str]()
            await _read(client, texts, later=later)
            assert "".join(texts) == "a" * 20


async def test_a_long_compressed_answer_is_whole(raw_server: RawServer, settings_for: SettingsFactory) -> None:
    body = gzip.compress((TOKEN * 50_000 + END + DONE).encode())
    url = await raw_server(answering(body, "text/event-stream", headers={"Content-Encoding": "gzip"}))
    texts = list[str]()
    async with aclosing(WanjieClient(settings_for(base_url=url))) as client:
        await _read(client, texts)
    assert "".join(texts) == "a" * 50_000


async def test_whoever_stops_in_a_pause_leaves_nothing_behind(
    raw_server: RawServer, settings_for: SettingsFactory
) -> None:
    url = await raw_server(streaming(*[TOKEN, 0.005] * 1000, END))
    before = asyncio.all_tasks()
    async with aclosing(WanjieClient(settings_for(base_url=url))) as client:
        async with aclosing(client.stream_chat(HELLO, pace=ReadingPace(needed_at=math.inf))) as deltas:
            assert not isinstance(await anext(deltas), Finish)
        left = {task for task in asyncio.all_tasks() - before if "BatchReader" in repr(task)}
    assert not left
