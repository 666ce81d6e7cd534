"""The SDK's calls over our own connections."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from telegram import MessageEntity
from telegram.error import BadRequest, NetworkError, TimedOut

from bots.sandbox.telegram.simulator import TelegramSim
from bots.telegram.api import http_transport
from bots.telegram.api.client import TelegramApi
from bots.telegram.api.http_transport import FloodError
from bots.telegram.api.local_files import read_local_file


async def test_text_of_any_script_is_sent_unchanged(sim: TelegramSim, api: TelegramApi) -> None:
    sim.private(sim.user(7, "Ann"))

    await api.send_message(7, "a&b=c+d %20 🙂 你好 שלום")

    assert sim.texts(7) == ["a&b=c+d %20 🙂 你好 שלום"]


async def test_parameters_keep_their_types(sim: TelegramSim, api: TelegramApi) -> None:
    sim.private(sim.user(7, "Ann"))

    await api.send_message(7, "bold", entities=[MessageEntity("bold", 0, 4)], disable_notification=True)

    assert sim.calls[-1].values == {
        "chat_id": 7,
        "text": "bold",
        "entities": [{"type": "bold", "offset": 0, "length": 4}],
        "disable_notification": True,
    }


async def test_files_can_be_sent(sim: TelegramSim, api: TelegramApi) -> None:
    sim.private(sim.user(7, "Ann"))

    await api.send_document(7, b"PDF", filename="a report.pdf", caption="Look: é")

    message = sim.messages(7)[0]
    assert message.text == "Look: é"
    assert message.attachment["document"]["file_name"] == "a report.pdf"


async def test_a_429_has_its_retry_after(sim: TelegramSim, api: TelegramApi) -> None:
    sim.faults.fail("getMe", 429, "Too Many Requests: retry after 17", parameters={"retry_after": 17})

    with pytest.raises(FloodError) as flooded:
        await api.get_me()

    assert flooded.value.retry_after == 17


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"parameters": {"retry_after": "x"}}'])
def test_a_429_without_retry_after_means_one_second(body: bytes) -> None:
    assert http_transport._parse_retry_after(body) == 1.0  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - no server says this


async def test_a_refusal_keeps_telegram_s_description(sim: TelegramSim, api: TelegramApi) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await api.send_message(8, "hi")
    assert sim.calls[-1].status == 400


async def test_a_missing_response_times_out(
    sim: TelegramSim, api: TelegramApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_transport, "_RESPONSE_TIMEOUT", 0.05)
    sim.faults.stall("getMe")

    with pytest.raises(TimedOut):
        await api.get_me()
    sim.faults.release("getMe")


async def test_errors_do_not_contain_the_token(sim: TelegramSim) -> None:
    async with TelegramApi(sim.token, "http://127.0.0.1:1/bot", sim.file_url) as api:
        with pytest.raises(NetworkError) as refused:
            await api.get_me()

    assert str(refused.value) == "ClientConnectorError"
    assert sim.token not in f"{refused.value!r} {refused.value.__cause__!r}"


async def test_an_error_page_of_a_proxy_is_not_quoted(sim: TelegramSim, api: TelegramApi) -> None:
    sim.faults.bad_gateway("getMe")

    with pytest.raises(NetworkError, match=r"^HTTP 502$"):
        await api.get_me()


async def test_a_call_can_be_cancelled(sim: TelegramSim, api: TelegramApi) -> None:
    sim.faults.stall("getMe")
    call = asyncio.create_task(api.get_me())
    await asyncio.sleep(0.05)

    call.cancel()
    await asyncio.wait([call], timeout=60)
    sim.faults.release("getMe")

    assert call.cancelled()


async def test_a_closed_transport_makes_no_calls(sim: TelegramSim) -> None:
    with pytest.raises(NetworkError, match="async with"):
        await TelegramApi(sim.token, sim.base_url, sim.file_url).get_me()


async def test_a_file_of_many_megabytes_is_sent_in_pieces(sim: TelegramSim, api: TelegramApi) -> None:
    sim.private(sim.user(7, "Ann"))
    data = bytes(12_000_000)

    await api.send_document(7, data, filename="large.bin")

    assert sim.file(sim.messages(7)[0]).data == data


async def test_uploads_have_a_longer_timeout(
    sim: TelegramSim, api: TelegramApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_transport, "_RESPONSE_TIMEOUT", 0.05)
    sim.private(sim.user(7, "Ann"))
    sim.faults.delay("sendDocument", 0.3)

    await api.send_document(7, b"a", filename="a.bin")

    assert len(sim.messages(7)) == 1


async def sent(sim: TelegramSim, api: TelegramApi, data: bytes) -> str:
    """The id of a file that Ann has sent."""
    ann = sim.user(7, "Ann")
    ann.send_document(sim.private(ann), data, "a.bin")
    (update,) = await api.fetch_updates(None, kinds=("message",), limit=1, seconds=1)
    return str(update["message"]["document"]["file_id"])


async def test_a_download_has_a_size_limit(sim: TelegramSim, api: TelegramApi) -> None:
    file = await sent(sim, api, b"x" * 300_000)

    assert await api.download(file, max_bytes=300_000) == b"x" * 300_000
    sim.faults.bad_gateway("download")  # which nobody meets, for the size is known before
    assert await api.download(file, max_bytes=299_999) is None


async def test_a_file_larger_than_announced_is_not_read_to_its_end(sim: TelegramSim, api: TelegramApi) -> None:
    file = await sent(sim, api, b"x" * 300_000)
    found = await api.get_file(file)
    async with http_transport.AiohttpRequest() as own:
        assert await own.download(str(found.file_path), max_bytes=1000) is None


async def test_a_failed_download_does_not_reveal_the_token(sim: TelegramSim, api: TelegramApi) -> None:
    file = await sent(sim, api, b"x")
    sim.faults.bad_gateway("download")
    sim.faults.lose_request("download", times=2)  # reading may be tried again at once, when a connection was old
    told: list[str] = []
    for _ in range(2):
        with pytest.raises(NetworkError) as failed:
            await api.download(file, max_bytes=1)
        told.append(f"{failed.value!r} {failed.value.__cause__!r}")
    async with http_transport.AiohttpRequest() as own:
        with pytest.raises(BadRequest) as missing:
            await own.download(f"{sim.file_url}{sim.token}/nothing", max_bytes=1)

    assert not any(sim.token in one for one in [*told, str(missing.value)])


async def test_a_local_bot_api_server_names_files_on_its_disk(
    sim: TelegramSim, api: TelegramApi, tmp_path: Path
) -> None:
    sim.keep_files_in(str(tmp_path))
    file = await sent(sim, api, b"x" * 3000)

    assert await api.download(file, max_bytes=3000) == b"x" * 3000
    assert await api.download(file, max_bytes=2999) is None


def test_a_file_on_an_unreachable_disk_is_reported_to_the_operator(tmp_path: Path) -> None:
    with capture_logs() as lines, pytest.raises(BadRequest, match="not available"):
        read_local_file(str(tmp_path / "1:SECRET" / "photos" / "file"), max_bytes=9, secret="1:SECRET")

    assert "mount its directory" in lines[0]["event"]
    assert "SECRET" not in str(lines)
