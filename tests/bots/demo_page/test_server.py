"""The server of the page: who may use it, what it sends, what one can do through it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest_asyncio

from bots.demo_page.page_backend import DemoPage
from bots.demo_page.upload import read_upload
from bots.sandbox.screen import AppTabs
from bots.sandbox.wanjie.sample_media import make_image
from tests.bots.demo_page.recordings import make_webm


@pytest_asyncio.fixture
async def client() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def read_events(response: aiohttp.ClientResponse) -> AsyncGenerator[tuple[str, Any]]:
    kind = ""
    async for line in response.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


async def test_nobody_but_the_page_itself_may_use_the_server(address: str, client: aiohttp.ClientSession) -> None:
    root = "{0.scheme}://{0.netloc}/".format(urlsplit(address))
    allowed = await client.get(address)
    refused = [
        await client.get(root),
        await client.get(f"{root}guess/"),
        await client.get(address, headers={"Host": "evil.example"}),
        await client.get(address, headers={"Origin": "https://evil.example"}),
        await client.post(f"{address}service/start", json={}, headers={"Origin": "https://evil.example"}),
    ]

    assert allowed.status == 200
    assert (
        "script-src" in allowed.headers["Content-Security-Policy"]
        or "default-src 'self'" in (allowed.headers["Content-Security-Policy"])
    )
    assert [response.status for response in refused] == [403] * 5


async def test_what_changes_something_is_a_post_of_json(address: str, client: aiohttp.ClientSession) -> None:
    assert (await client.get(f"{address}service/start")).status == 405
    assert (await client.post(f"{address}service/start", data="number=1")).status == 415
    assert (await client.post(f"{address}service/unknown", json={})).status == 400
    assert (await client.post(f"{address}rooms/private/say", json={"person": "Nobody", "text": "Hi"})).status == 400


async def test_only_files_of_the_page_are_served(address: str, client: aiohttp.ClientSession) -> None:
    assert (await client.get(f"{address}static/page.js")).status == 200
    for name in ("..%2Fpage_backend.py", "%2E%2E/page_backend.py", "vendor", "unknown.js"):
        assert (await client.get(f"{address}static/{name}")).status == 404, name


async def test_an_answer_is_seen_growing_and_whole(page: DemoPage, address: str, client: aiohttp.ClientSession) -> None:
    await page.control("model", {"speed": 25})  # so that it takes some seconds
    texts: list[str] = []
    async with asyncio.timeout(60), client.get(f"{address}events") as response:
        events = read_events(response)
        kind, known = await anext(events)
        await client.post(f"{address}rooms/private/say", json={"person": "Ada", "text": "What can you do?"})
        async for kind_of_change, data in events:
            if kind_of_change == "message" and data["room"] == "private" and data["message"]["by_bot"]:
                texts.append(data["message"]["text"])
            if texts and texts[-1].endswith("to let another model try."):
                break

    assert kind == "hello"
    assert {room["id"] for room in known["rooms"]} >= {"private", "group", "topic", "channel", "direct"}
    assert len(texts) > 1
    assert texts[0] != texts[-1]
    async with asyncio.timeout(60):  # a call is settled a moment after its last words
        while float((await (await client.get(f"{address}measurements")).json())["cost"]) == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_a_page_that_comes_back_gets_what_it_missed(address: str, client: aiohttp.ClientSession) -> None:
    await client.post(f"{address}rooms/private/say", json={"person": "Ada", "text": "Hi"})
    async with asyncio.timeout(60), client.get(f"{address}events?after=0") as response:
        async for kind, data in read_events(response):
            if kind == "message" and data["message"]["text"] == "Hi":
                break


async def test_files_arrive_and_a_recording_becomes_a_voice_message(
    page: DemoPage, address: str, client: aiohttp.ClientSession
) -> None:
    picture = make_image("a dot", 1, 64, 64)
    sent = f"{address}rooms/private/send?person=Ada"
    await client.post(f"{sent}&name=dot.png&text=Look", data=picture, headers={"Content-Type": "image/png"})
    await client.post(f"{sent}&name=voice&voice=1", data=make_webm(1.0), headers={"Content-Type": "audio/webm"})
    broken = await client.post(f"{sent}&voice=1", data=b"noise", headers={"Content-Type": "audio/webm"})
    own = [message for message in page.rooms["private"].screens()["Ada"].messages if message.is_own]
    [shown] = own[0].files
    file = await client.get(f"{address}file/private/{shown.id}")

    assert [one.files[0].kind for one in own] == ["picture", "voice"]
    assert own[0].text == "Look"
    assert await file.read() == picture
    assert broken.status == 400


async def test_a_file_that_is_no_recording_stays_as_it_is() -> None:
    upload = await read_upload(b"a,b\n", "table.csv", "text/csv", is_voice=False)

    assert (upload.data, upload.name, upload.is_voice) == (b"a,b\n", "table.csv", False)


async def test_the_home_tab_and_what_an_agent_has_are_shown_and_used(
    page: DemoPage, address: str, client: aiohttp.ClientSession
) -> None:
    async def act(name: str, **fields: str) -> int:
        return (await client.post(f"{address}rooms/direct/{name}", json={"person": "Lin", **fields})).status

    def tabs() -> AppTabs:
        return page.rooms["direct"].screens()["Lin"].tabs or AppTabs()

    def labels() -> list[str]:
        return [control.label for part in tabs().home for row in part.controls for control in row]

    sim = page.harness.slack
    assert [await act("press", message="home", action="menu:model", value="x")] == [400]
    assert [await act("open", text="messages"), await act("open", text="home")] == [200, 200]
    await sim.wait_for(lambda: tabs().prompts and "Full" in labels())
    full = next(row for part in tabs().home for row in part.controls if row[0].action.startswith("menu:reasoning"))
    assert await act("press", message="home", action=full[2].action, value=full[2].value) == 200
    await sim.wait_for(lambda: "✓ Full" in labels())
    await page.control("model", {"speed": 5})
    await act("say", text="Count to a hundred")
    await sim.wait_for(lambda: tabs().working)
    assert await act("stop", message=tabs().working[0]) == 200
    await sim.wait_for(lambda: not tabs().working and tabs().titles)

    assert list(tabs().titles.values()) == ["Count to a hundred"]
    async with client.get(f"{address}events", params={"after": "0"}) as response:
        starts = (data async for _, data in read_events(response) if data.get("method") == "chat.startStream")
        assert (await anext(starts))["budget"] == "1/20"  # calls are told up to 40 ms after they were made


async def test_an_answer_on_telegram_is_rated_and_calls_tell_how_much_of_a_limit_is_used(
    page: DemoPage, address: str, client: aiohttp.ClientSession
) -> None:
    group, sim = page.rooms["group"], page.harness.telegram

    async def react() -> None:
        answer = next(message for message in reversed(group.screens()["Ada"].messages) if message.by_bot)
        body = {"person": "Ada", "message": answer.id, "text": "👍"}
        assert (await client.post(f"{address}rooms/group/react", json=body)).status == 200

    def reactions() -> list[str]:
        return [emoji for message in group.screens()["Ada"].messages for emoji in message.reactions if message.by_bot]

    await client.post(f"{address}rooms/group/say", json={"person": "Ada", "text": "@wanjie_bot Hi"})
    await sim.wait_for(lambda: any("another model" in message.text for message in group.screens()["Ada"].messages))
    await react()
    rated = reactions()
    await react()
    async with client.get(f"{address}events") as response:
        _, known = await anext(read_events(response))

    assert (rated, reactions()) == (["👍"], [])
    budgets = {call["budget"] for call in known["calls"] if call["method"] == "sendMessage"}
    assert budgets and budgets <= {f"{used}/20" for used in range(1, 20)}  # noqa: PT018 - an empty set says nothing
    assert all(not call["budget"] for call in known["calls"] if call["method"] == "sendChatAction")
