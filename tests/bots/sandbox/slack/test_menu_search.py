"""Lists that the app fills, shortcuts on messages, and pictures in blocks, in the simulated Slack."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false
# (slack_sdk and slack_bolt are typed in part only; any key of an answer may be None)

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.data_types import Channel
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from tests.bots.sandbox.slack.fixtures import bolt, refused

LIST = {"type": "external_select", "action_id": "model", "min_query_length": 1}
BLOCKS = [{"type": "actions", "elements": [LIST]}]
PNG = b"\x89PNG"


def option(name: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": name}, "value": name}


def picture(file: str, **fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- any JSON
    return [{"type": "image", "alt_text": "a cat", "slack_file": {"id": file}, **fields}]


@pytest.fixture
def ann(sim: SlackSim) -> SlackUser:
    return sim.user("Ann")


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client)


async def uploaded(client: AsyncWebClient, name: str = "cat.png") -> str:
    answer = await client.files_upload_v2(content=PNG, filename=name)
    return str(answer["files"][0]["id"])


async def test_a_list_is_filled_by_the_app_and_picked_from(
    sim: SlackSim, app: AsyncApp, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    bodies: list[dict[str, Any]] = []

    async def fill(ack: Any, body: dict[str, Any]) -> None:  # noqa: ANN401 -- bolt injects by name
        bodies.append(body)
        await ack(options=[option("kimi"), option("qwen")])

    app.options("model")(fill)
    async with bolt(sim, app):
        await client.chat_postMessage(channel=channel.id, text="menu", blocks=BLOCKS)
        (menu,) = sim.messages(channel)
        with pytest.raises(LookupError):
            await ann.press(menu, option="kimi")
        found = await ann.search(menu, "model", "k")
        pressed = await ann.press(menu, option="kimi")

    assert [one["value"] for one in found] == ["kimi", "qwen"]
    assert (bodies[0]["value"], bodies[0]["container"]["message_ts"]) == ("k", menu.ts)
    assert pressed.payload["actions"][0]["selected_option"]["value"] == "kimi"


@pytest.mark.parametrize("count", [0, 101])
async def test_invalid_options_are_not_shown(
    sim: SlackSim, app: AsyncApp, client: AsyncWebClient, ann: SlackUser, channel: Channel, count: int
) -> None:
    async def fill(ack: Any) -> None:  # noqa: ANN401 -- bolt injects by name
        await ack(options=[option("x" * 76)] if count == 0 else [option("x")] * count)

    app.options("model")(fill)
    async with bolt(sim, app):
        await client.chat_postMessage(channel=channel.id, text="menu", blocks=BLOCKS)
        (menu,) = sim.messages(channel)
        with pytest.raises(LookupError):
            await ann.search(menu, "model", "k")
        with pytest.raises(LookupError):
            await ann.search(menu, "model", "")


async def test_a_shortcut_carries_the_message_and_its_thread(sim: SlackSim, ann: SlackUser, channel: Channel) -> None:
    root = await ann.say(channel, "look", files=[ann.file("cat.png", PNG)])
    alone = (await ann.shortcut(root, "speak")).payload
    reply = await ann.say(channel, "nice", thread_ts=root.ts)
    inside, parent = (await ann.shortcut(reply, "speak")).payload, (await ann.shortcut(root, "speak")).payload

    assert (alone["type"], alone["callback_id"], alone["message_ts"]) == ("message_action", "speak", root.ts)
    assert alone["message"]["files"][0]["name"] == "cat.png"
    assert "thread_ts" not in alone["message"]
    assert [payload["message"]["thread_ts"] for payload in (inside, parent)] == [root.ts, root.ts]


async def test_a_picture_is_shown_after_slack_has_processed_its_file(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    sim.rules.processing_delay = 0.1
    file = await uploaded(client)
    assert (await client.files_info(file=file))["file"]["mimetype"] == ""
    assert (
        await refused(client.chat_postMessage(channel=channel.id, text="x", blocks=picture(file))) == "invalid_blocks"
    )
    await sim.wait_for(lambda: sim.workspace.files[file].processed)

    assert (await client.files_info(file=file))["file"]["mimetype"] == "image/png"
    assert (await client.chat_postMessage(channel=channel.id, text="x", blocks=picture(file)))["ok"]


async def test_pictures_that_slack_would_not_show_are_refused(
    sim: SlackSim, client: AsyncWebClient, channel: Channel
) -> None:
    sim.rules.processing_delay, sim.limits.enabled = 0, False
    text, image = await uploaded(client, "a.txt"), await uploaded(client)
    await sim.wait_for(lambda: sim.workspace.files[image].processed)
    posted = await client.chat_postMessage(channel=channel.id, text="x")
    for blocks in (picture(text), picture("F404"), picture(image, image_url="http://x"), picture(image, alt_text="")):
        assert await refused(client.chat_postMessage(channel=channel.id, text="x", blocks=blocks)) == "invalid_blocks"
        update = client.chat_update(channel=channel.id, ts=str(posted["ts"]), text="x", blocks=blocks)
        assert await refused(update) == "invalid_blocks"


@pytest.mark.parametrize(
    ("block", "error"),
    [
        ({"type": "task_card", "title": "x"}, "invalid_blocks"),
        ({"type": "task_card", "task_id": "1", "title": "x", "status": "lost"}, "invalid_blocks"),
        ({"type": "task_card", "task_id": "1", "title": "x", "details": {"type": "mrkdwn"}}, "invalid_blocks"),
        ({"type": "context", "elements": [{"type": "plain_text", "text": "x" * 3001}]}, "invalid_blocks"),
        (
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"text": "x" * 13_201}]}]},
            "msg_blocks_too_long",
        ),
    ],
)
async def test_a_block_that_exceeds_a_limit_is_refused(
    client: AsyncWebClient, channel: Channel, block: dict[str, Any], error: str
) -> None:
    assert await refused(client.chat_postMessage(channel=channel.id, text="x", blocks=[block])) == error


async def test_an_admin_has_the_admin_flag(sim: SlackSim, client: AsyncWebClient, ann: SlackUser) -> None:
    root = sim.user("Root", admin=True)
    found = [(await client.users_info(user=one.id))["user"]["is_admin"] for one in (ann, root)]

    assert found == [False, True]
