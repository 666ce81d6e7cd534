"""Commands, presses, modals and response URLs of the simulated Slack, with a bolt app behind them."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalIterable=false
# (slack_sdk and slack_bolt are typed in part only; any key of an answer may be None)

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bots.sandbox.slack.data_types import Channel
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from tests.bots.sandbox.slack.fixtures import bolt, refused
from tests.clock import Clock

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Settings"}, "blocks": []}
MENU = {
    "type": "static_select",
    "action_id": "model",
    "options": [
        {"text": {"type": "plain_text", "text": "A"}, "value": "a"},
        {"text": {"type": "plain_text", "text": "B"}, "value": "b"},
    ],
}
BUTTON = {"type": "button", "action_id": "again", "value": "1", "text": {"type": "plain_text", "text": "Again"}}
BLOCKS = [{"type": "actions", "block_id": "x", "elements": [MENU, BUTTON]}]


@pytest.fixture
def ann(sim: SlackSim) -> SlackUser:
    return sim.user("Ann")


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    app = AsyncApp(client=client)

    async def ignore() -> None:
        pass

    app.event("message")(ignore)
    return app


async def test_a_command_is_answered_with_its_acknowledgement(
    sim: SlackSim, app: AsyncApp, ann: SlackUser, channel: Channel
) -> None:
    bodies: list[dict[str, Any]] = []

    async def model(ack: Any, body: dict[str, Any]) -> None:  # noqa: ANN401 -- bolt injects by name
        bodies.append(body)
        await ack("Which one?")

    app.command("/model")(model)
    async with bolt(sim, app):
        await ann.command("/model", "fast", channel)
        await sim.wait_for(lambda: sim.ephemerals(ann))

    assert [one.shown for one in sim.ephemerals(ann)] == ["Which one?"]
    assert (bodies[0]["command"], bodies[0]["text"], bodies[0]["channel_id"]) == ("/model", "fast", channel.id)
    assert "thread_ts" not in bodies[0]
    assert sim.acks[0].type == "slash_commands"


async def test_a_command_without_an_app_is_lost_and_never_repeated(
    sim: SlackSim, ann: SlackUser, channel: Channel
) -> None:
    sent = await ann.command("/model", "", channel)
    await sim.wait_for(lambda: sim.socket.undelivered)

    assert [one.id for one in sim.socket.undelivered] == [sent.envelope_id]


async def test_a_press_carries_the_button_and_its_message(
    sim: SlackSim, app: AsyncApp, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    bodies: list[dict[str, Any]] = []

    async def act(ack: Any, body: dict[str, Any], respond: Any) -> None:  # noqa: ANN401 -- bolt injects by name
        await ack()
        bodies.append(body)
        if len(bodies) == 2:
            await respond("done", replace_original=True)

    app.action("again")(act)
    app.action("model")(act)
    async with bolt(sim, app):
        await client.chat_postMessage(channel=channel.id, text="menu", blocks=BLOCKS)
        menu = sim.messages(channel)[0]
        await ann.press(menu, "again")
        await sim.wait_for(lambda: len(bodies) == 1)
        await ann.press(menu, "model", option="b")
        await sim.wait_for(lambda: sim.texts(channel) == ["done"])

    assert (bodies[0]["actions"][0]["value"], bodies[0]["message"]["ts"]) == ("1", menu.ts)
    assert bodies[1]["actions"][0]["selected_option"]["value"] == "b"
    assert bodies[1]["user"]["id"] == ann.id


async def test_only_shown_buttons_can_be_pressed(
    sim: SlackSim, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    await client.chat_postMessage(channel=channel.id, text="menu", blocks=BLOCKS)
    menu = sim.messages(channel)[0]
    with pytest.raises(LookupError):
        await ann.press(menu, "delete")
    with pytest.raises(LookupError):
        await ann.press(menu, "model", option="c")


async def test_a_response_url_works_five_times(sim: SlackSim, ann: SlackUser, channel: Channel) -> None:
    hook = AsyncWebhookClient((await ann.command("/model", "", channel)).response_url)
    answers = [await hook.send(text="only you") for _ in range(4)]
    answers.append(await hook.send(text="all", response_type="in_channel"))
    last = await hook.send(text="once more")

    assert [answer.status_code for answer in answers] == [200] * 5
    assert (last.status_code, "used_url" in last.body) == (404, True)
    assert [one.shown for one in sim.ephemerals(ann)] == ["only you"] * 4
    assert sim.texts(channel) == ["all"]


async def test_a_response_url_expires_after_30_minutes(ann: SlackUser, channel: Channel, clock: Clock) -> None:
    hook = AsyncWebhookClient((await ann.command("/model", "", channel)).response_url)
    clock.now += 1800
    answer = await hook.send(text="late")

    assert (answer.status_code, "expired_url" in answer.body) == (404, True)


async def test_a_response_can_delete_its_message(
    sim: SlackSim, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    await client.chat_postMessage(channel=channel.id, text="menu", blocks=BLOCKS)
    pressed = await ann.press(sim.messages(channel)[0], "again")
    await AsyncWebhookClient(pressed.response_url).send(delete_original=True)

    assert sim.messages(channel) == []


async def test_a_trigger_opens_one_modal_within_three_seconds(
    sim: SlackSim, client: AsyncWebClient, ann: SlackUser, channel: Channel, clock: Clock
) -> None:
    first = (await ann.command("/settings", "", channel)).trigger_id
    second = (await ann.command("/settings", "", channel)).trigger_id
    view = (await client.views_open(trigger_id=first, view=MODAL))["view"]
    clock.now += 3.1

    assert sim.views.modals[view["id"]]["title"]["text"] == "Settings"
    assert await refused(client.views_open(trigger_id=first, view=MODAL)) == "exchanged_trigger_id"
    assert await refused(client.views_open(trigger_id=second, view=MODAL)) == "expired_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2", view=MODAL)) == "invalid_trigger_id"


async def test_a_view_is_updated_under_its_hash(
    sim: SlackSim, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    trigger = (await ann.command("/settings", "", channel)).trigger_id
    view = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]
    changed = MODAL | {"blocks": [{"type": "divider"}]}
    await client.views_update(view_id=view["id"], hash=view["hash"], view=changed)
    again = client.views_update(view_id=view["id"], hash=view["hash"], view=changed)

    assert [block["type"] for block in sim.views.modals[view["id"]]["blocks"]] == ["divider"]
    assert await refused(again) == "hash_conflict"
    assert await refused(client.views_update(view_id="V404", view=changed)) == "not_found"


async def test_a_home_tab_is_published_and_pressed(
    sim: SlackSim, client: AsyncWebClient, app: AsyncApp, ann: SlackUser
) -> None:
    home = {"type": "home", "blocks": BLOCKS}
    seen: list[str] = []

    async def act(ack: Any, body: dict[str, Any]) -> None:  # noqa: ANN401 -- bolt injects by name
        await ack()
        seen.append(body["container"]["type"])

    app.action("again")(act)
    await client.views_publish(user_id=ann.id, view=home)
    async with bolt(sim, app):
        await ann.press_in_view(sim.views.homes[ann.id], "again")
        await sim.wait_for(lambda: sim.acks)

    assert seen == ["view"]
    assert await refused(client.views_publish(user_id="U404", view=home)) == "user_not_found"
    assert await refused(client.views_publish(user_id=ann.id, view=MODAL)) == "invalid_arguments"
    crowded = home | {"blocks": [{"type": "divider"}] * 101}
    assert await refused(client.views_publish(user_id=ann.id, view=crowded)) == "invalid_arguments"


async def test_a_submission_carries_what_was_filled_in(
    sim: SlackSim, client: AsyncWebClient, app: AsyncApp, ann: SlackUser, channel: Channel
) -> None:
    filled = {"b": {"a": {"type": "plain_text_input", "value": "be brief"}}}
    seen: list[Any] = []

    async def submitted(ack: Any, view: dict[str, Any]) -> None:  # noqa: ANN401 -- bolt injects by name
        await ack()
        seen.append(view["state"]["values"])

    async def settings(ack: Any, body: dict[str, Any]) -> None:  # noqa: ANN401 -- bolt injects by name
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL | {"callback_id": "settings"})

    app.command("/settings")(settings)
    app.view("settings")(submitted)
    async with bolt(sim, app):
        await ann.command("/settings", "", channel)
        await sim.wait_for(lambda: sim.views.modals)
        await ann.submit(next(iter(sim.views.modals)), filled)
        await sim.wait_for(lambda: len(sim.acks) == 2)

    assert seen == [filled]


async def test_feedback_buttons_say_which_was_pressed(
    sim: SlackSim, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    label = {"type": "plain_text", "text": "x"}
    feedback = {"type": "feedback_buttons", "action_id": "feedback"}
    feedback |= {f"{name}_button": {"text": label, "value": name} for name in ("positive", "negative")}
    blocks = [{"type": "context_actions", "elements": [feedback]}]
    await client.chat_postMessage(channel=channel.id, text="answer", blocks=blocks)
    pressed = await ann.press(sim.messages(channel)[0], "feedback", "negative")

    assert pressed.payload["actions"][0]["value"] == "negative"
    assert sim.texts(channel) == ["answer"]
