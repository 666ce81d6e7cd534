"""The SDK's calls over our own connections."""

from __future__ import annotations

import asyncio

import pytest
from telegram.error import BadRequest, NetworkError, TimedOut

from bots.sandbox.telegram import TelegramSim
from bots.telegram import wire
from bots.telegram.api import Api
from bots.telegram.wire import FloodError


async def test_text_of_any_script_arrives_as_it_is(sim: TelegramSim, api: Api) -> None:
    sim.private(sim.user(7, "Ann"))

    await api.send_message(7, "a&b=c+d %20 🙂 你好 שלום")

    assert sim.texts(7) == ["a&b=c+d %20 🙂 你好 שלום"]


async def test_files_can_be_sent(sim: TelegramSim, api: Api) -> None:
    sim.private(sim.user(7, "Ann"))

    await api.send_document(7, b"PDF", filename="a report.pdf", caption="Look: é")

    message = sim.messages(7)[0]
    assert message.text == "Look: é"
    assert message.attachment["document"]["file_name"] == "a report.pdf"


async def test_a_429_says_how_long_it_lasts(sim: TelegramSim, api: Api) -> None:
    sim.fail("getMe", 429, "Too Many Requests: retry after 17", parameters={"retry_after": 17})

    with pytest.raises(FloodError) as flooded:
        await api.get_me()

    assert flooded.value.retry_after == 17


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"parameters": {"retry_after": "x"}}'])
def test_a_429_that_says_nothing_asks_for_a_second(body: bytes) -> None:
    assert wire._retry_after(body) == 1.0  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - no server says this


async def test_a_refusal_keeps_its_words(sim: TelegramSim, api: Api) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await api.send_message(8, "hi")
    assert sim.calls[-1].status == 400


async def test_an_answer_that_never_comes_times_out(
    sim: TelegramSim, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "_ANSWER_PATIENCE", 0.05)
    sim.stall("getMe")

    with pytest.raises(TimedOut):
        await api.get_me()
    sim.release("getMe")


async def test_errors_do_not_hold_the_token(sim: TelegramSim) -> None:
    async with Api(sim.token, "http://127.0.0.1:1/bot", sim.file_url) as api:
        with pytest.raises(NetworkError) as refused:
            await api.get_me()

    assert str(refused.value) == "ClientConnectorError"
    assert sim.token not in f"{refused.value!r} {refused.value.__cause__!r}"


async def test_a_proxys_page_of_failure_is_no_message(sim: TelegramSim, api: Api) -> None:
    sim.bad_gateway("getMe")

    with pytest.raises(NetworkError, match=r"^HTTP 502$"):
        await api.get_me()


async def test_a_call_can_be_cancelled(sim: TelegramSim, api: Api) -> None:
    sim.stall("getMe")
    call = asyncio.create_task(api.get_me())
    await asyncio.sleep(0.05)

    call.cancel()
    await asyncio.wait([call], timeout=1)
    sim.release("getMe")

    assert call.cancelled()


async def test_outside_its_life_nothing_is_called(sim: TelegramSim) -> None:
    with pytest.raises(NetworkError, match="async with"):
        await Api(sim.token, sim.base_url, sim.file_url).get_me()


async def test_the_proxy_of_the_environment_is_used(sim: TelegramSim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", sim.base_url.removesuffix("/bot"))
    async with Api(sim.token, "http://telegram.test/bot", sim.file_url) as api:
        assert (await api.get_me()).username == "wanjie_bot"
