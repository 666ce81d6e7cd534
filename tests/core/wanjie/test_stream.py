"""Streamed answers: whole, broken, silent, abandoned."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest
from aiohttp import web

from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.wanjie import (
    ChatMessage,
    ChatRequest,
    Delta,
    Finish,
    RefusedContentError,
    ServerFaultError,
    StreamBrokenError,
    TextDelta,
    UnreadableAnswerError,
    Usage,
    WanjieClient,
)
from tests.core.wanjie.raw_server import (
    DONE,
    END,
    PING,
    TOKEN,
    Ask,
    ClientFactory,
    RawServer,
    answering,
    join_texts,
    streaming,
    until,
)

Together = Callable[[list[Delta]], tuple[str, str, Finish | None]]
HELLO = ChatRequest("deepseek-v3", (ChatMessage("user", "Hello!"),))
WHOLE = [TextDelta("one two three"), Finish("stop", Usage(4, 3, 7))]


async def test_an_answer_is_streamed_with_its_end_and_usage(sim: WanjieSim, client: WanjieClient, ask: Ask) -> None:
    assert await ask(client) == WHOLE
    assert sim.requests[0].body == {**HELLO.as_json(stream=True), "stream": True}


async def test_reasoning_comes_before_the_answer(
    sim: WanjieSim, client: WanjieClient, ask: Ask, said: Together
) -> None:
    sim.script.reasoning = lambda _: "let me see"
    reasoning, text, finish = said(await ask(client, "deepseek-reasoner"))

    assert (reasoning, text) == ("let me see", "one two three")
    assert finish == Finish("stop", Usage(4, 6, 10))


@pytest.mark.parametrize(
    "changes",
    [
        {"newline": "\r\n"},
        {"newline": "\r"},
        {"write_size": 1},
        {"write_size": 5, "newline": "\r\n"},
        {"ids": False},
        {"first_token_delay": 0.03, "comment_every": 0.01},
    ],
)
async def test_the_answer_does_not_depend_on_how_it_is_sent(
    sim: WanjieSim, client: WanjieClient, ask: Ask, said: Together, changes: dict[str, Any]
) -> None:
    sim.script.answer = lambda _: "您好,世界 😊 and so on\n\n" * 3
    for name, value in changes.items():
        setattr(sim.script, name, value)
    _, text, finish = said(await ask(client))

    assert text == "您好,世界 😊 and so on\n\n" * 3
    assert finish is not None
    assert finish.usage is not None


@pytest.mark.parametrize(
    ("done", "finish", "usage", "end"),
    [
        (False, True, False, Finish("length")),
        (True, False, False, Finish("stop")),
        (False, True, True, Finish("length", Usage(4, 3, 7))),
        (True, False, True, Finish("stop", Usage(4, 3, 7))),
    ],
)
async def test_every_form_of_an_end_ends_the_answer(
    sim: WanjieSim, client: WanjieClient, ask: Ask, *, done: bool, finish: bool, usage: bool, end: Finish
) -> None:
    sim.script.finish_reason = "length"
    sim.script.done, sim.script.finish, sim.script.usage = done, finish, usage

    assert (await ask(client))[-1] == end


async def test_an_answer_without_any_end_is_broken(sim: WanjieSim, client: WanjieClient, ask: Ask) -> None:
    sim.script.done = sim.script.finish = sim.script.usage = False

    with pytest.raises(StreamBrokenError):
        await ask(client)


async def test_a_lost_connection_after_the_end_keeps_the_answer_complete(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    url = await raw_server(streaming(TOKEN, END, close=False))
    async with client_for(base_url=url) as client:
        assert await ask(client) == [TextDelta("a"), Finish("stop")]


async def test_silence_after_the_end_keeps_the_answer_complete(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    url = await raw_server(streaming(TOKEN, END, 60))
    async with client_for(base_url=url, idle_timeout=60) as client, asyncio.timeout(30):
        assert await ask(client) == [TextDelta("a"), Finish("stop")]


async def test_a_connection_lost_before_the_first_token_is_retried(
    sim: WanjieSim, client: WanjieClient, ask: Ask
) -> None:
    sim.script.break_after, sim.script.break_times = 0, 2

    assert await ask(client) == WHOLE
    assert len(sim.requests) == 3


async def test_invalid_json_before_the_first_token_is_retried(sim: WanjieSim, client: WanjieClient, ask: Ask) -> None:
    sim.script.malformed_after, sim.script.malformed_times = 0, 1

    assert await ask(client) == WHOLE
    assert len(sim.requests) == 2


async def test_invalid_json_after_the_first_token_breaks_the_answer(
    sim: WanjieSim, client: WanjieClient, ask: Ask
) -> None:
    sim.script.malformed_after = 2
    with pytest.raises(StreamBrokenError):
        await ask(client)

    assert len(sim.requests) == 1


async def test_a_connection_lost_after_the_first_token_is_not_retried(sim: WanjieSim, client: WanjieClient) -> None:
    sim.script.break_after = 2
    received: list[Delta] = []

    async def receive() -> None:
        async with aclosing(client.stream_chat(HELLO)) as deltas:
            async for delta in deltas:
                received.append(delta)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(StreamBrokenError):
        await receive()

    assert join_texts(received) == [TextDelta("one two")]
    assert len(sim.requests) == 1


@pytest.mark.parametrize(
    ("pieces", "tries"),
    [((), 3), ((PING,), 3), ((TOKEN.replace('"a"', "null"),), 3), ((DONE,), 1)],
)
async def test_an_empty_stream_is_retried_unless_complete(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask, pieces: tuple[str, ...], tries: int
) -> None:
    seen: list[str] = []
    handler = streaming(*pieces)

    async def counting(request: web.Request) -> web.StreamResponse:
        seen.append(request.path)
        return await handler(request)

    async with client_for(base_url=await raw_server(counting)) as client:
        if tries == 1:
            assert await ask(client) == [Finish("stop")]
        else:
            with pytest.raises(StreamBrokenError):
                await ask(client)

    assert len(seen) == tries


async def test_an_error_inside_the_stream_before_the_first_token_is_retried(
    sim: WanjieSim, client: WanjieClient, ask: Ask
) -> None:
    sim.script.error_after = 0
    with pytest.raises(ServerFaultError):
        await ask(client)

    assert len(sim.requests) == 3


async def test_a_failure_inside_the_stream_breaks_it(sim: WanjieSim, client: WanjieClient, ask: Ask) -> None:
    sim.script.error_after = 1
    with pytest.raises(StreamBrokenError) as caught:
        await ask(client)

    assert caught.value.status == 500
    assert len(sim.requests) == 1


async def test_a_refusal_inside_the_stream_stays_a_refusal(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    url = await raw_server(streaming(TOKEN, 'data: {"error": {"code": "content_filter", "message": "no"}}\n\n'))
    async with client_for(base_url=url) as client:
        with pytest.raises(RefusedContentError):
            await ask(client)


async def test_closing_the_stream_early_closes_the_connection(sim: WanjieSim, client: WanjieClient) -> None:
    hooks = sys.get_asyncgen_hooks()
    # Forgotten generators stay unfinished, so that only what is closed on purpose is closed.
    sys.set_asyncgen_hooks(finalizer=lambda _: None)
    try:
        sim.script.hang_after = 1
        async with aclosing(client.stream_chat(HELLO)) as deltas:
            await anext(deltas)

        await until(lambda: sim.abandoned)
    finally:
        sys.set_asyncgen_hooks(*hooks)


@pytest.mark.parametrize("hang_after", [0, 1])
async def test_a_cancelled_reader_closes_the_connection(
    sim: WanjieSim, client: WanjieClient, ask: Ask, hang_after: int
) -> None:
    sim.script.hang_after = hang_after
    reading = asyncio.create_task(ask(client))
    await until(lambda: sim.sent)
    await asyncio.sleep(0.02)
    reading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await reading
    await until(lambda: sim.abandoned)


async def test_a_response_without_streaming_is_read(sim: WanjieSim, client: WanjieClient, ask: Ask) -> None:
    sim.script.ignores_stream = True

    assert await ask(client) == [TextDelta("one two three"), Finish("stop", Usage(4, 3, 7))]


async def test_an_html_page_instead_of_a_stream_is_unreadable(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    async with client_for(base_url=await raw_server(answering("<html>hello</html>", "text/html"))) as client:
        with pytest.raises(UnreadableAnswerError):
            await ask(client)


async def test_busy_gateways_are_retried(sim: WanjieSim, client: WanjieClient, ask: Ask) -> None:
    sim.script.fail_next.extend([Failure(502, html=True), Failure(429)])

    assert await ask(client) == WHOLE


async def test_the_connection_is_reused(client_for: ClientFactory, raw_server: RawServer, ask: Ask) -> None:
    ports: set[object] = set()
    handler = streaming(TOKEN, DONE)

    async def noting(request: web.Request) -> web.StreamResponse:
        ports.add(request.transport and request.transport.get_extra_info("peername"))
        return await handler(request)

    async with client_for(base_url=await raw_server(noting)) as client:
        for _ in range(5):
            await ask(client)

    assert len(ports) == 1


async def test_a_stream_is_requested_uncompressed(client_for: ClientFactory, raw_server: RawServer, ask: Ask) -> None:
    encodings: list[str] = []
    handler = streaming(TOKEN, DONE)

    async def noting(request: web.Request) -> web.StreamResponse:
        encodings.append(request.headers["Accept-Encoding"])
        return await handler(request)

    async with client_for(base_url=await raw_server(noting)) as client:
        await ask(client)

    assert encodings == ["identity"]


async def test_many_answers_stream_at_once(sim: WanjieSim, client_for: ClientFactory, ask: Ask) -> None:
    sim.script.first_token_delay = 0.2
    async with client_for(first_byte_timeout=60) as client:
        answers = await asyncio.gather(*(ask(client) for _ in range(200)))

    assert all(answer == WHOLE for answer in answers)


@pytest.mark.parametrize(("words", "asked"), [("try again in 300ms", 2), ("try again in 5 minutes", 1)])
async def test_a_wait_named_inside_the_stream_is_respected_or_raised(
    sim: WanjieSim, client_for: ClientFactory, words: str, asked: int
) -> None:
    sim.script.error_after, sim.script.error = 1, Failure(429, message=f"Rate limit reached, {words}", code="x")
    async with client_for() as client:
        attempts = client.new_attempts()
        while attempts.left:
            with pytest.raises(StreamBrokenError):
                _ = [delta async for delta in client.stream_chat(HELLO, attempts)]
            if len(sim.requests) == asked:
                break

    assert len(sim.requests) == asked
    if asked > 1:
        assert sim.requests[1].time - sim.requests[0].time >= 0.3
    else:
        assert not attempts.left
