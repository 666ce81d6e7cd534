"""What reaches the bot on Slack as a press, a search or a form counts only as the service has made it."""

from __future__ import annotations

import asyncio
from itertools import count

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.call import Json
from bots.sandbox.slack.data_types import Message
from bots.sandbox.slack.persona import SlackPersona
from core.queue import event_tag
from tests.scenarios.access_steps import claim
from tests.scenarios.button_steps import AGAIN, SPEAK, STOP, answered, grows, offers, told
from tests.scenarios.conversation_steps import asked, says, until_abandoned, words

_NUMBERS = count(1)


def raw(payload: Json, **changed: object) -> Json:
    """Return a payload as that of a new press, with other fields."""
    number = f"1900000000.{next(_NUMBERS):06d}"
    actions = [action | {"action_ts": number} for action in payload["actions"]]
    return payload | {"actions": actions, "trigger_id": number} | changed


def acted(payload: Json, **changed: object) -> Json:
    """Return a payload with another action."""
    return raw(payload | {"actions": [payload["actions"][0] | changed]})


def at(payload: Json, message: Message) -> Json:
    """Return a payload with another message."""
    container = payload["container"] | {"message_ts": message.ts, "channel_id": message.channel}
    container |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
    place = {"id": message.channel, "name": "elsewhere"}
    return raw(payload, container=container, channel=place, message=payload["message"] | container | {"ts": message.ts})


def send(harness: ServiceHarness, payload: Json) -> None:
    harness.slack.socket.send("interactive", payload)


def find_button(persona: SlackPersona, label: str) -> tuple[Message, str, str]:
    """Return the newest button with this label: its message, its action and its value."""
    for message in reversed(persona.user.sees(persona.channel)):
        for block in message.blocks:
            for element in block.get("elements", []):
                if label in str(element.get("text", "")):
                    return message, element["action_id"], element["value"]
    raise LookupError(label)


async def test_forged_and_replayed_presses_stop_nothing_order_nothing_and_show_nothing(
    harness: ServiceHarness,
) -> None:
    ann = harness.thread(name="Ann")
    await answered(ann, harness)
    await offers(ann, AGAIN, SPEAK)
    first, again, old = find_button(ann, AGAIN)
    repeated = (await ann.user.press(first, again, old)).payload
    await ann.until(lambda: len(asked(harness)) == 2)
    await offers(ann, AGAIN, SPEAK)
    bo = harness.joining(ann, "Bo")
    assert isinstance(bo, SlackPersona)
    mine = SlackPersona(harness.slack, bo.user, harness.slack.im(bo.user))
    await answered(mine, harness, "mine")
    await grows(ann, harness, words(400))
    harness.wanjie.script.tokens_per_second = 2  # it has not ended before all presses are worked on
    message, action, value = find_button(ann, STOP)
    genuine = (await bo.user.press(message, action, value)).payload
    await told(bo, "Only the person who asked")
    tag, asker = value.split(" ")[:2]
    shown = len(ann.answers())

    forged = [
        acted(genuine, value=f"{tag} {bo.user.id}"),
        acted(genuine, value=f"{tag} *"),
        acted(genuine, value=tag),
        acted(genuine, value=value.replace(asker, bo.user.id)),
        acted(genuine, value=old),
        acted(genuine, action_id=again),
        acted(genuine, action_id=again, value=f"{event_tag(first.ts)} {bo.user.id}"),
        acted(genuine, action_id=action.replace("stop", "speak")),
        acted(genuine, action_id=action.replace("stop", "imagine"), value=f"{value} again"),
        acted(genuine, action_id=action.replace("stop", "nothing")),
    ]
    for payload in forged:
        send(harness, payload)
    await told(bo, "has expired", len(forged))
    for payload in (repeated, raw(repeated)):
        send(harness, payload)  # once done, and once more when a newer question was asked
    send(harness, at(genuine, find_button(mine, AGAIN)[0]))
    await told(mine, "has expired")

    assert STOP in " ".join(ann.buttons())
    assert len(asked(harness)) == 4
    assert ann.posts() == []
    assert len(ann.answers()) == shown

    await ann.press(STOP)
    await until_abandoned(harness)
    await told(ann, "Only the latest answer")
    assert len(asked(harness)) == 4


async def find_options(harness: ServiceHarness, payload: Json) -> list[Json]:
    answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
    harness.slack.socket.send("interactive", payload, answer.set_result)
    async with asyncio.timeout(60):
        found = await answer
    return found.get("option_groups") or found["options"]


async def test_presses_and_searches_of_strangers_are_refused_whatever_they_name(empty_harness: ServiceHarness) -> None:
    harness, owner, eve = empty_harness, empty_harness.direct("Owner"), empty_harness.direct("Eve")
    harness.wanjie.script.models = ("deepseek-v3", *(f"model-{number}" for number in range(120)))
    eve.user.person.is_guest = True
    await harness.start(ACCESS_MODE="pairing", SLACK_GUESTS="off", SLACK_CONNECT="off")
    await harness.ready()
    await claim(harness, owner)
    await answered(owner, harness)
    await owner.say("/model")
    await says(owner, "model")
    await owner.search("model-77")
    search = harness.slack.socket.sent[-1]
    message, action, value = find_button(owner, AGAIN)
    pressed = (await owner.user.press(message, action, value)).payload
    await owner.until(lambda: len(asked(harness)) == 2)
    team = {"id": "T0OTHER", "domain": "other"}
    strangers: list[Json] = [
        {"user": pressed["user"] | {"id": eve.user.id}},
        {"user": pressed["user"] | {"id": "U0OTHER", "team_id": "T0OTHER"}},
        {"user": pressed["user"] | {"id": "U0OTHER", "team_id": "T0OTHER"}, "team": team},
    ]
    found = [await find_options(harness, search | stranger) for stranger in strangers]
    for stranger in strangers:
        send(harness, raw(pressed, **stranger))
        send(harness, acted(pressed | stranger, action_id="menu:admin", value=f"allow u:sl:{eve.user.id}"))
        send(harness, acted(pressed | stranger, action_id="menu:model", value="model-77"))
    await owner.say("/usage")
    await says(owner, "tokens")

    assert await find_options(harness, search)
    assert found == [[], [], []]
    assert len(asked(harness)) == 2
    await owner.say("/admin people")
    assert "Eve" not in await says(owner, "Owner")
    await owner.say("/model")
    await owner.until(lambda: sum("Now:\n- Chat: `deepseek-v3`" in answer for answer in owner.answers()) == 2)
