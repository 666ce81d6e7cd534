"""Modals of the simulated Slack: what it refuses, and how a person fills one in."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportOptionalSubscript=false, reportOptionalMemberAccess=false
# (slack_sdk and slack_bolt are typed in part only; any key of an answer may be None)

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bots.sandbox.slack.blocks.inputs import REQUIRED
from bots.sandbox.slack.data_types import Channel
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from bots.sandbox.slack.views import TROUBLE
from tests.bots.sandbox.slack.fixtures import bolt, refused


def label(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(text: str) -> dict[str, Any]:
    return {"text": label(text), "value": text.lower()}


def prompt(**element: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    text = {"type": "plain_text_input", "action_id": "prompt", **element}
    return {"type": "input", "block_id": "prompt", "label": label("Prompt"), "element": text}


SIZES: dict[str, Any] = {
    "type": "input",
    "block_id": "size",
    "label": label("Size"),
    "element": {
        "type": "static_select",
        "action_id": "size",
        "options": [option("Small"), option("Large")],
        "initial_option": option("Small"),
    },
}
BOXES = {
    "type": "input",
    "block_id": "more",
    "optional": True,
    "label": label("More"),
    "element": {"type": "checkboxes", "action_id": "more", "options": [option("Clear"), option("Quick")]},
}
MODAL = {"type": "modal", "callback_id": "draw", "title": label("Draw"), "submit": label("Go")}
FORM = MODAL | {"blocks": [prompt(max_length=10), SIZES, BOXES]}


@pytest.fixture
def ann(sim: SlackSim) -> SlackUser:
    return sim.user("Ann")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"title": label("x" * 25)}, "invalid_arguments"),
        ({"title": {"type": "mrkdwn", "text": "Draw"}}, "invalid_arguments"),
        ({"submit": label("x" * 25)}, "invalid_arguments"),
        ({"submit": None}, "invalid_arguments"),
        ({"colour": "red"}, "invalid_arguments"),
        ({"private_metadata": "x" * 3001}, "invalid_arguments"),
        ({"callback_id": "x" * 256}, "invalid_arguments"),
        ({"blocks": [{"type": "divider"}] * 101}, "invalid_arguments"),
        ({"blocks": [{"type": "markdown", "text": "x"}]}, "invalid_arguments"),
        ({"blocks": [prompt(), prompt()]}, "invalid_arguments"),
        ({"blocks": [prompt(max_length=3001)]}, "invalid_arguments"),
        ({"blocks": [prompt(initial_value="x" * 11, max_length=10)]}, "invalid_arguments"),
        ({"blocks": [prompt(placeholder=label("x" * 151))]}, "invalid_arguments"),
        ({"blocks": [prompt() | {"label": label("x" * 2001)}]}, "invalid_arguments"),
        ({"blocks": [SIZES | {"element": SIZES["element"] | {"options": []}}]}, "invalid_arguments"),
        ({"blocks": [SIZES | {"element": SIZES["element"] | {"options": [option("x")] * 101}}]}, "invalid_arguments"),
        ({"blocks": [SIZES | {"element": SIZES["element"] | {"initial_option": option("None")}}]}, "invalid_arguments"),
        (
            {"blocks": [SIZES | {"element": {"type": "static_select", "options": [option("x" * 76)]}}]},
            "invalid_arguments",
        ),
        ({"blocks": [prompt() | {"element": {"type": "sketch"}}]}, "invalid_arguments"),
        ({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2990}}] * 90}, "view_too_large"),
    ],
)
async def test_a_modal_is_refused_as_slack_refuses_it(
    wrong: dict[str, Any], error: str, sim: SlackSim, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    trigger = (await ann.command("/draw", "", channel)).trigger_id
    view = {name: value for name, value in (FORM | wrong).items() if value is not None}

    assert await refused(client.views_open(trigger_id=trigger, view=view)) == error
    assert (await client.views_open(trigger_id=trigger, view=FORM))["ok"]  # a refusal does not use up the trigger
    assert len(sim.views.modals) == 1


async def test_a_fourth_modal_is_not_pushed(
    sim: SlackSim, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    button = {"type": "button", "action_id": "more", "value": "1", "text": label("More")}
    view = MODAL | {"blocks": [{"type": "actions", "elements": [button]}]}
    await client.views_open(trigger_id=(await ann.command("/draw", "", channel)).trigger_id, view=view)
    for _ in range(2):
        pressed = await ann.press_in_view(sim.views.modals[ann.modal.id], "more")
        await client.views_push(trigger_id=pressed.trigger_id, view=view)
    pressed = await ann.press_in_view(sim.views.modals[ann.modal.id], "more")
    elsewhere = (await ann.command("/draw", "", channel)).trigger_id

    assert await refused(client.views_push(trigger_id=pressed.trigger_id, view=view)) == "push_limit_reached"
    assert await refused(client.views_push(trigger_id=elsewhere, view=view)) == "not_found"
    ann.modal.close()
    assert len(sim.views.modals) == 2


async def test_a_person_fills_in_and_submits_a_modal(
    sim: SlackSim, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    seen: list[Any] = []
    replies: list[dict[str, Any]] = [
        {"response_action": "errors", "errors": {"prompt": "Too dull."}},
        {"response_action": "errors", "errors": {"elsewhere": "x"}},
        {},
    ]

    async def submitted(ack: Any, view: dict[str, Any]) -> None:  # noqa: ANN401 -- bolt injects by name
        seen.append(view["state"]["values"])
        await ack(**replies[len(seen) - 1])

    app = AsyncApp(client=client)
    app.view("draw")(submitted)
    trigger = (await ann.command("/draw", "", channel)).trigger_id
    async with bolt(sim, app):
        await client.views_open(trigger_id=trigger, view=FORM)
        assert ann.modal is not None
        assert not ann.modal.submit()
        assert ann.modal.show().fields[0].error == REQUIRED
        ann.modal.fill("Prompt", "x" * 11)
        assert not ann.modal.submit()
        with pytest.raises(LookupError):
            ann.modal.fill("Size", "Huge")

        ann.modal.fill("prompt", "a fox")
        ann.modal.fill("Size", "Large")
        ann.modal.fill("More", "Clear\nQuick")
        assert ann.modal.submit()
        await sim.wait_for(lambda: ann.modal.show().fields[0].error == "Too dull.")
        shown = ann.modal.show()
        ann.modal.submit()
        await sim.wait_for(lambda: ann.modal.show().error == TROUBLE)
        ann.modal.submit()
        await sim.wait_for(lambda: ann.modal is None)

    assert [field.value for field in shown.fields] == ["a fox", "Large", "Clear\nQuick"]
    assert seen[2]["prompt"]["prompt"]["value"] == "a fox"
    assert seen[2]["size"]["size"]["selected_option"] == option("Large")
    assert len(sim.violations) == 1  # errors of an input that the modal does not have


async def test_a_submission_that_nobody_acknowledges_can_be_tried_again(
    sim: SlackSim, client: AsyncWebClient, ann: SlackUser, channel: Channel
) -> None:
    trigger = (await ann.command("/draw", "", channel)).trigger_id
    await client.views_open(trigger_id=trigger, view=MODAL | {"blocks": [prompt(initial_value="a fox")]})
    ann.modal.submit()
    await sim.wait_for(lambda: ann.modal.show().error == TROUBLE)

    assert ann.modal.show().fields[0].value == "a fox"
