"""The connection: what is tried again, how long is waited, and that the key stays secret."""

from __future__ import annotations

import gzip
import logging
import socket
import traceback
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import aclosing
from itertools import pairwise

import pytest

from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.wanjie import (
    Backoff,
    ChatMessage,
    ChatRequest,
    Finish,
    RefusedContentError,
    ServerFaultError,
    SpeechRequest,
    TextDelta,
    TooManyRequestsError,
    TooSlowError,
    UnreachableError,
    UnreadableAnswerError,
    WanjieClient,
    WanjieError,
)
from tests.core.wanjie.raw_server import (
    DONE,
    END,
    TOKEN,
    Ask,
    ClientFactory,
    RawServer,
    SettingsFactory,
    answering,
    streaming,
)

HELLO = ChatRequest("deepseek-v3", (ChatMessage("user", "Hello!"),))


@pytest.mark.parametrize(
    "failure",
    [
        Failure(500),
        Failure(502, html=True),
        Failure(503),
        Failure(408),
        Failure(429),
        Failure(429, retry_after=0.01),
        Failure(0, drop=True),
    ],
)
async def test_a_temporary_failure_is_retried(sim: WanjieSim, client: WanjieClient, failure: Failure) -> None:
    sim.script.fail_next.extend([failure, failure])

    assert (await client.complete_chat(HELLO)).text == "one two three"
    assert len(sim.requests) == 3


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Failure(500), ServerFaultError),
        (Failure(429), TooManyRequestsError),
        (Failure(0, drop=True), UnreachableError),
    ],
)
async def test_a_lasting_failure_is_raised_after_the_last_attempt(
    sim: WanjieSim, client: WanjieClient, failure: Failure, error: type[WanjieError]
) -> None:
    sim.script.fail_next.extend([failure] * 9)
    with pytest.raises(error):
        await client.complete_chat(HELLO)

    assert len(sim.requests) == 3


@pytest.mark.parametrize(
    "failure", [Failure(400), Failure(401), Failure(403), Failure(404), Failure(429, code="insufficient_quota")]
)
async def test_permanent_failures_are_not_retried(sim: WanjieSim, client: WanjieClient, failure: Failure) -> None:
    sim.script.fail_next.append(failure)
    with pytest.raises(WanjieError):
        await client.complete_chat(HELLO)

    assert len(sim.requests) == 1


async def test_retry_after_is_respected(sim: WanjieSim, settings_for: SettingsFactory) -> None:
    sim.script.fail_next.append(Failure(429, retry_after=0.2))
    async with aclosing(WanjieClient(settings_for(), backoff=Backoff(initial_delay=0.001, jitter=0))) as client:
        await client.list_models()
    first, second = sim.requests

    assert second.time - first.time >= 0.2


async def test_a_wait_in_the_error_text_is_respected(sim: WanjieSim, settings_for: SettingsFactory) -> None:
    sim.script.fail_next.append(Failure(429, message="Rate limit reached. Please try again in 200ms."))
    sim.script.fail_next.append(Failure(503, retry_after=0.2))
    async with aclosing(WanjieClient(settings_for(), backoff=Backoff(initial_delay=0.001, jitter=0))) as client:
        await client.list_models()
    first, second, third = sim.requests

    assert second.time - first.time >= 0.2
    assert third.time - second.time >= 0.2


async def test_a_long_wait_in_the_error_text_is_raised_at_once(sim: WanjieSim, client: WanjieClient) -> None:
    sim.script.fail_next.append(Failure(429, message="请 2 分钟后重试"))
    with pytest.raises(TooManyRequestsError):
        await client.list_models()

    assert len(sim.requests) == 1


async def test_a_long_retry_after_is_left_to_the_caller(sim: WanjieSim, client: WanjieClient) -> None:
    sim.script.fail_next.append(Failure(429, retry_after=60))
    with pytest.raises(TooManyRequestsError) as caught:
        await client.list_models()

    assert caught.value.retry_after == 60
    assert len(sim.requests) == 1


async def test_a_limit_of_one_attempt_makes_one_request(sim: WanjieSim, client_for: ClientFactory) -> None:
    sim.script.fail_next.append(Failure(500))
    async with client_for(max_attempts=1) as client:
        with pytest.raises(ServerFaultError):
            await client.list_models()

    assert len(sim.requests) == 1


async def test_a_closed_port_is_unreachable(client_for: ClientFactory, ask: Ask) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    async with client_for(base_url=f"http://127.0.0.1:{port}/api", max_attempts=2) as client:
        with pytest.raises(UnreachableError):
            await client.list_models()
        with pytest.raises(UnreachableError):
            await ask(client)


async def test_a_question_being_answered_is_not_sent_twice(sim: WanjieSim, client_for: ClientFactory) -> None:
    sim.script.header_delay = 60
    async with client_for(first_byte_timeout=0.3) as client:
        with pytest.raises(TooSlowError):
            await client.complete_chat(HELLO)

    assert len(sim.requests) <= 1, "it was asked again"  # on a slow machine it may not have got there at all


async def test_an_endless_response_is_too_slow(client_for: ClientFactory, raw_server: RawServer) -> None:
    url = await raw_server(streaming(*(" ", 0.1) * 600))
    async with client_for(base_url=url, first_byte_timeout=0.3) as client:
        with pytest.raises(TooSlowError):
            await client.list_models()


async def test_an_endless_error_response_is_too_slow(client_for: ClientFactory, raw_server: RawServer) -> None:
    url = await raw_server(streaming(*(" ", 0.1) * 600, status=400))
    async with client_for(base_url=url, first_byte_timeout=0.3) as client:
        with pytest.raises(TooSlowError):
            await client.list_models()


async def test_a_response_above_the_size_limit_is_refused(client_for: ClientFactory, raw_server: RawServer) -> None:
    url = await raw_server(streaming(*("x" * 1_000_000,) * 70))
    async with client_for(base_url=url) as client:
        with pytest.raises(UnreadableAnswerError, match="64000000 bytes"):
            await client.synthesize_speech(SpeechRequest("tts-1", "Hello!"))


async def test_a_long_error_page_is_truncated(client_for: ClientFactory, raw_server: RawServer, ask: Ask) -> None:
    url = await raw_server(answering("x" * 1_000_000, "text/plain", status=400))
    async with client_for(base_url=url) as client:
        with pytest.raises(WanjieError) as caught:
            await ask(client)

    assert len(caught.value.excerpt) == 500


async def test_compressed_answers_are_read(client_for: ClientFactory, raw_server: RawServer, ask: Ask) -> None:
    packed = gzip.compress(b'{"data": [{"id": "kimi-k2"}]}')
    url = await raw_server(answering(packed, headers={"Content-Encoding": "gzip"}))
    async with client_for(base_url=url) as client:
        assert list(await client.list_models()) == ["kimi-k2"]
        with pytest.raises(UnreadableAnswerError):
            await ask(client)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "twice": (lambda: gzip.compress(gzip.compress(bytes(20_000_000))), "gzip, gzip"),
    "two": (lambda: gzip.compress(b'{"data": []}'), "gzip, identity"),
    "br": (lambda: b'{"data": []}', "br"),
    "zstd": (lambda: b'{"data": []}', "zstd"),
    "gzip bomb": (lambda: gzip.compress(bytes(100_000_000)), "gzip"),
    "deflate bomb": (lambda: zlib.compress(bytes(100_000_000)), "deflate"),
}
"""How a body is made, when it is needed, and its `Content-Encoding`."""


@pytest.mark.parametrize("kind", BOMBS)
async def test_a_bomb_is_not_unpacked(client_for: ClientFactory, raw_server: RawServer, ask: Ask, kind: str) -> None:
    make_body, encoding = BOMBS[kind]
    url = await raw_server(answering(make_body(), "text/event-stream", headers={"Content-Encoding": encoding}))
    async with client_for(base_url=url, max_attempts=1) as client:
        tracemalloc.start()
        with pytest.raises(UnreadableAnswerError):
            await client.list_models()
        with pytest.raises(UnreadableAnswerError):
            await ask(client)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert held < 130_000_000  # two copies of what one answer may have


async def test_a_compressed_stream_is_read(client_for: ClientFactory, raw_server: RawServer, ask: Ask) -> None:
    packed = gzip.compress((TOKEN * 10_000 + END + DONE).encode())
    url = await raw_server(answering(packed, "text/event-stream", headers={"Content-Encoding": "gzip"}))
    async with client_for(base_url=url) as client:
        deltas = await ask(client)
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == "a" * 10_000
    assert isinstance(deltas[-1], Finish)


async def test_a_response_that_cannot_be_decompressed_is_unreadable(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask
) -> None:
    url = await raw_server(answering("not gzip", headers={"Content-Encoding": "gzip"}))
    async with client_for(base_url=url) as client:
        with pytest.raises(UnreadableAnswerError):
            await client.list_models()
        with pytest.raises(UnreadableAnswerError):
            await ask(client)


async def test_a_redirect_is_not_followed_with_the_key(client_for: ClientFactory, raw_server: RawServer) -> None:
    url = await raw_server(answering("", status=302, headers={"Location": "http://example.org/"}))
    async with client_for(base_url=url) as client:
        with pytest.raises(UnreadableAnswerError):
            await client.list_models()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_proxy_of_the_environment_does_not_get_loopback_traffic(
    sim: WanjieSim, client_for: ClientFactory, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with client_for(base_url=sim.base_url.replace("127.0.0.1", host), max_attempts=1) as client:
        assert await client.list_models()


def everything_told(error: WanjieError) -> str:
    shown = "".join(traceback.format_exception(error))
    return f"{shown} {error!r} {error.code} {error.request_id} {error.excerpt}"


async def test_no_error_contains_the_key(sim: WanjieSim, client: WanjieClient, ask: Ask) -> None:
    key = sim.script.key
    for status in (400, 401, 404, 500):
        sim.script.fail_next.extend([Failure(status, message=f"bad key {key}", code=key)] * 3)
        with pytest.raises(WanjieError) as caught:
            await client.complete_chat(HELLO)
        assert "[key]" in caught.value.excerpt
        assert key not in everything_told(caught.value)
        sim.script.fail_next.extend([Failure(status, message=f"bad key {key}", code=key)] * 3)
        with pytest.raises(WanjieError) as caught:
            await ask(client)
        assert key not in everything_told(caught.value)
        sim.script.fail_next.clear()


@pytest.mark.parametrize("lead", ["", TOKEN])
async def test_no_error_inside_a_stream_contains_the_key(
    client_for: ClientFactory, raw_server: RawServer, ask: Ask, lead: str
) -> None:
    error = '{"error": {"message": "content_filter for sandbox-key", "code": "sandbox-key"}}'
    for handler in (streaming(f"{lead}data: {error}\n\n"), answering(error)):
        async with client_for(base_url=await raw_server(handler)) as client:
            with pytest.raises(RefusedContentError) as caught:
                await ask(client)

        assert "[key]" in caught.value.excerpt
        assert "sandbox-key" not in everything_told(caught.value)


async def test_blanks_around_the_key_are_ignored(sim: WanjieSim, client_for: ClientFactory) -> None:
    async with client_for(api_key=f" {sim.script.key}\n") as client:
        assert await client.list_models()


async def test_no_log_line_contains_the_key(
    sim: WanjieSim, client: WanjieClient, ask: Ask, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    for logger in (None, "httpx", "httpcore"):  # a service that ran in this process before has set levels of its own
        caplog.set_level(logging.DEBUG, logger)
    sim.script.fail_next.append(Failure(500, message=f"bad key {sim.script.key}"))
    sim.script.malformed_after, sim.script.malformed_times = 0, 1
    await ask(client)
    printed = capsys.readouterr()

    assert caplog.text
    assert sim.script.key not in caplog.text + printed.out + printed.err


async def test_the_waits_grow_to_their_maximum(sim: WanjieSim, settings_for: SettingsFactory) -> None:
    sim.script.fail_next.extend([Failure(500)] * 3)
    backoff = Backoff(initial_delay=0.02, max_delay=0.05, jitter=0.01)
    async with aclosing(WanjieClient(settings_for(max_attempts=4), backoff=backoff)) as client:
        await client.list_models()
    waits = [later.time - earlier.time for earlier, later in pairwise(sim.requests)]

    assert waits[0] >= 0.02
    assert waits[1] >= 0.04
    assert waits[2] >= 0.05
