"""Uploads, late shares and guarded downloads of the simulated Slack."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# (slack_sdk and slack_bolt are typed in part only; any key of an answer may be None)

from collections.abc import AsyncGenerator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.data_types import Channel
from bots.sandbox.slack.simulator import SlackSim
from tests.bots.sandbox.slack.fixtures import BOT_TOKEN, refused, simulator


@pytest.fixture
async def sim() -> AsyncGenerator[SlackSim, None]:
    async with simulator() as sim:
        sim.rules.share_delay, sim.rules.processing_delay = 0.01, 0.0
        yield sim


async def test_an_upload_is_shared_in_its_thread_a_little_later(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    root = await sim.user("Ann").say(channel, "speak")
    answer = await client.files_upload_v2(
        channel=channel.id, thread_ts=root.ts, content=b"sound", filename="a.mp3", title="A", initial_comment="here"
    )
    assert sim.texts(channel) == []
    [shared] = await sim.wait_for(lambda: sim.messages(channel, root.ts)[1:])
    info = await client.files_info(file=answer["files"][0]["id"])

    assert (shared.subtype, shared.shown, shared.files[0].content) == ("file_share", "here", b"sound")
    assert info["file"]["shares"]["public"][channel.id][0]["ts"] == shared.ts
    assert (info["file"]["mimetype"], info["file"]["title"]) == ("audio/mpeg", "A")
    assert sim.violations == []


async def test_a_multipart_upload_is_read_too(sim: SlackSim, client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    form = aiohttp.FormData()
    form.add_field("file", b"abc", filename="a.txt")
    async with aiohttp.ClientSession() as session, session.post(str(ticket["upload_url"]), data=form) as sent:
        body = await sent.text()

    assert body == "OK - 3"
    assert sim.workspace.files[str(ticket["file_id"])].content == b"abc"


async def test_an_upload_of_a_wrong_length_is_reported(sim: SlackSim, client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=4)
    async with aiohttp.ClientSession() as session, session.post(str(ticket["upload_url"]), data=b"abc"):
        pass

    assert sim.violations == ["a.txt: 4 bytes announced, 3 sent"]


async def test_uploads_that_slack_refuses_are_refused(sim: SlackSim, client: AsyncWebClient, channel: Channel) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    entry: list[dict[str, str | None]] = [{"id": str(ticket["file_id"]), "title": "a"}]
    complete = client.files_completeUploadExternal

    assert await refused(client.files_getUploadURLExternal(filename="a", length=0)) == "missing_argument"
    assert await refused(complete(files=entry, channel_id=channel.id)) == "file_not_found"
    assert await refused(complete(files=entry, channel_id="C404")) == "channel_not_found"
    away = sim.channel("away", bot_member=False)
    assert await refused(complete(files=entry, channel_id=away.id)) == "not_in_channel"
    assert await refused(client.files_info(file="F404")) == "file_not_found"


async def test_an_upload_is_completed_once_and_stays_private_without_a_channel(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    answer = await client.files_upload_v2(content=b"abc", filename="a.txt")
    entry: list[dict[str, str | None]] = [{"id": answer["files"][0]["id"], "title": "a"}]

    assert await refused(client.files_completeUploadExternal(files=entry, channel_id=channel.id)) == "file_not_found"
    assert sim.texts(channel) == []


async def test_a_download_without_the_token_is_a_login_page(sim: SlackSim, channel: Channel) -> None:
    ann = sim.user("Ann")
    said = await ann.say(channel, "look", files=[ann.file("cat.png", b"\x89PNG")])
    url = said.as_json(sim.team_id)["files"][0]["url_private_download"]
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(url) as stranger,
        session.get(url, headers=headers) as app,
    ):
        assert (stranger.status, stranger.content_type) == (200, "text/html")
        assert (app.status, app.content_type, await app.read()) == (200, "image/png", b"\x89PNG")


async def test_a_file_of_another_workspace_has_no_details_in_the_message(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    ann = sim.user("Ann")
    file = ann.file("cat.png", b"\x89PNG", mimetype="image/png")
    file.access = "check_file_info"
    said = await ann.say(channel, "look", files=[file])
    shown = (await client.conversations_replies(channel=channel.id, ts=said.ts))["messages"][0]["files"]
    known = (await client.files_info(file=file.id))["file"]

    hidden = {"id": file.id, "mode": "file_access", "file_access": "check_file_info", "user": ""}
    assert shown == [{**hidden, "created": 0, "timestamp": 0}]
    assert (known["name"], known["mimetype"]) == ("cat.png", "image/png")
