"""Texts, menus and activities, against a simulated Slack."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import get_args

import pytest
from redis.asyncio import Redis

from bots.sandbox.slack.pings import pings
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from bots.slack.api import user_and_channel_names
from bots.slack.platform import SlackPlatform
from core.chat.port.errors import PlatformUnreachableError, RecipientGoneError
from core.chat.port.incoming import Sender
from core.chat.port.menus import Button, Menu, Option, ShownMessage
from core.chat.port.outbox import Activity
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries
from core.redis import RateLimiter
from tests.bots.slack.conftest import MODELS, Scene, look_up_sender, settings, suggest
from tests.bots.slack.event_listener import Listener
from tests.bots.slack.payloads import direct

_FEW = Menu("model", "Which **model**?", (Option("One", "1"), Option("Two", "2", current=True)))
_MANY = Menu("model", "Which?", MODELS)


async def test_send_text_posts_in_the_thread(scene: Scene) -> None:
    await scene.outbox.send_text("**Done**, <!here>")

    assert [text.replace("\u2060", "") for text in scene.texts] == ["**Done**, <!here>"]
    assert "<!here>" not in scene.texts[0]
    assert not scene.slack.violations


async def test_a_command_is_answered_ephemerally(scene: Scene, listener: Listener) -> None:
    await scene.ann.command("/system", "be brief", scene.channel)
    incoming = await listener.next_action()
    await scene.platform.outbox(incoming).send_text("From now on: **brief**.")

    (ephemeral,) = scene.slack.ephemerals(scene.ann)
    assert "From now on: **brief**." in ephemeral.shown
    assert incoming.command == "system"
    assert scene.count("postMessage", "postEphemeral") == [0, 0]


async def test_a_command_whose_response_url_is_used_up_is_still_answered(scene: Scene, listener: Listener) -> None:
    scene.slack.rules.response_url_uses = 0
    await scene.ann.command("/system", "be brief", scene.channel)
    await scene.platform.outbox(await listener.next_action()).send_text("Done.")

    assert [ephemeral.shown for ephemeral in scene.slack.ephemerals(scene.ann)] == ["Done."]


async def test_a_command_works_where_the_bot_is_no_member(scene: Scene, listener: Listener) -> None:
    channel = scene.slack.channel("far", bot_member=False, members=[scene.ann])
    await scene.ann.command("/help", "", channel)
    await scene.platform.outbox(await listener.next_action()).send_text("Help.")

    assert [ephemeral.shown for ephemeral in scene.slack.ephemerals(scene.ann)] == ["Help."]


async def test_picking_an_option_replaces_the_menu_in_a_thread(scene: Scene, listener: Listener) -> None:
    await scene.outbox.show_menu(_FEW)
    menu = scene.slack.messages(scene.channel, scene.question.ts)[-1]
    await scene.ann.press(menu, value="1")
    incoming = await listener.next_action()
    picked = Menu("model", "Now: One", (Option("One", "1", current=True), Option("Two", "2")))
    await scene.platform.outbox(incoming).show_menu(picked)

    assert incoming.choice is not None
    assert (incoming.choice.menu, incoming.choice.value) == ("model", "1")
    assert incoming.chat == scene.incoming().chat
    assert scene.texts == ["Now: One"]
    assert not scene.slack.violations


async def test_a_menu_can_be_replaced_without_a_response_url(scene: Scene, listener: Listener) -> None:
    await scene.outbox.show_menu(_FEW)
    menu = scene.slack.messages(scene.channel, scene.question.ts)[-1]
    scene.slack.rules.response_url_uses = 0
    await scene.ann.press(menu, value="2")
    await scene.platform.outbox(await listener.next_action()).show_menu(Menu("model", "Now: Two", ()))

    assert scene.texts == ["Now: Two"]


async def test_a_long_menu_is_searchable(scene: Scene, listener: Listener) -> None:
    await scene.ann.command("/model", "", scene.channel)
    await scene.platform.outbox(await listener.next_action()).show_menu(_MANY)
    (menu,) = scene.slack.ephemerals(scene.ann)
    found = await scene.ann.search(menu, "menu:model", "Model 25")
    await scene.ann.press(menu, option="m250")
    incoming = await listener.next_action()
    await scene.platform.outbox(incoming).show_menu(Menu("model", "Now: Model 250", ()))

    assert [option["value"] for option in found] == ["m25", *(f"m25{i}" for i in range(10))]
    assert incoming.choice is not None
    assert incoming.choice.value == "m250"
    assert [ephemeral.shown for ephemeral in scene.slack.ephemerals(scene.ann)] == ["Now: Model 250"]


async def test_a_menu_opened_by_a_button_keeps_the_message_above_it(scene: Scene, listener: Listener) -> None:
    await scene.outbox.update_page(Page(start=0), "Hello", final=True, buttons=(Button("Voice", "voice", "t1 U1"),))
    await scene.ann.press(scene.slack.messages(scene.channel, scene.question.ts)[-1], value="t1 U1")
    await scene.platform.outbox(await listener.next_action()).show_menu(_FEW)

    assert scene.texts == ["Hello"]
    assert [ephemeral.thread_ts for ephemeral in scene.slack.ephemerals(scene.ann)] == [scene.question.ts]


async def test_notify_presser_sends_one_ephemeral_message(scene: Scene, listener: Listener) -> None:
    await scene.outbox.update_page(Page(start=0), "Hello", final=True, buttons=(Button("Voice", "voice", "t1 U1"),))
    await scene.ann.press(scene.slack.messages(scene.channel, scene.question.ts)[-1], value="t1 U1")
    outbox = scene.platform.outbox(await listener.next_action())
    await outbox.notify_presser("1 < 2")
    await outbox.notify_presser("once more")

    (ephemeral,) = scene.slack.ephemerals(scene.ann)
    assert (ephemeral.text, ephemeral.blocks, ephemeral.thread_ts) == ("1 &lt; 2", [], scene.question.ts)


async def test_a_reply_to_a_shortcut_is_visible_with_and_without_a_thread(scene: Scene, listener: Listener) -> None:
    alone = await scene.ann.say(scene.channel, "alone")
    await scene.ann.say(scene.channel, "a reply", thread_ts=scene.question.ts)
    for message in (alone, scene.question):
        await scene.ann.shortcut(message, "speak")
        await scene.platform.outbox(await listener.next_action()).send_text("There is nothing to say.")

    threads = [ephemeral.thread_ts for ephemeral in scene.slack.ephemerals(scene.ann)]
    assert threads == [None, scene.question.ts]  # Slack shows ephemeral messages only in threads with replies
    assert scene.texts == []


async def test_each_activity_has_a_status_text(scene: Scene) -> None:
    for doing in get_args(Activity):
        await scene.outbox.show_activity(doing)

    assert [status.text for status in scene.slack.statuses] == [
        "is thinking…",
        "is recording…",
        "is drawing…",
        "is sending…",
        "",
    ]


async def test_a_slow_activity_outside_threads_is_announced_once(scene: Scene, listener: Listener) -> None:
    await scene.ann.command("/imagine", "a cat", scene.channel)
    outbox = scene.platform.outbox(await listener.next_action())
    for doing in ("writing", "drawing", "drawing", "uploading"):
        await outbox.show_activity(doing)

    assert [ephemeral.shown for ephemeral in scene.slack.ephemerals(scene.ann)] == ["_is drawing…_"]
    assert scene.slack.statuses == []


async def test_a_failed_activity_announcement_is_ignored(scene: Scene, listener: Listener) -> None:
    scene.slack.rules.response_url_uses = 0
    await scene.ann.command("/imagine", "a cat", scene.channel)
    await scene.platform.outbox(await listener.next_action()).show_activity("drawing")

    assert scene.slack.ephemerals(scene.ann) == []


async def test_owners_are_admins_and_their_rights_are_cached(scene: Scene) -> None:
    scene.ann.person.is_owner = True
    await look_up_sender(scene.platform, Sender(scene.ann.id))

    assert await scene.outbox.sender_is_admin()
    assert scene.slack.count("users.info") == 1


async def test_cached_rights_expire_before_cached_names(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_and_channel_names, "_RIGHTS_MAX_AGE", -1.0)
    scene.ann.person.is_admin = True
    await look_up_sender(scene.platform, Sender(scene.ann.id))
    decided = await scene.outbox.sender_is_admin()
    scene.ann.person.is_admin = False

    assert decided
    assert not await scene.outbox.sender_is_admin()
    await look_up_sender(scene.platform, Sender(scene.ann.id))
    assert scene.slack.count("users.info") == 3


async def test_a_failed_look_up_grants_no_rights_and_keeps_the_name(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_and_channel_names, "_RIGHTS_MAX_AGE", -1.0)
    scene.ann.person.is_admin = True
    known = await look_up_sender(scene.platform, Sender(scene.ann.id))
    scene.slack.faults.fail("users.info", "internal_error", times=99)
    monkeypatch.setattr(user_and_channel_names, "_SENDER_TIMEOUT", 0.1)

    assert not await scene.outbox.sender_is_admin()
    assert known.name
    assert await look_up_sender(scene.platform, Sender(scene.ann.id)) == known


async def test_the_status_is_shown_until_the_reply(scene: Scene) -> None:
    await scene.outbox.show_activity()

    assert scene.slack.status(scene.channel, scene.question.ts) == "is thinking…"

    await scene.show("Hello")

    assert scene.slack.status(scene.channel, scene.question.ts) == ""


async def test_the_status_is_cleared_once_when_no_reply_follows(scene: Scene) -> None:
    await scene.outbox.show_activity("recording")
    await scene.outbox.show_activity("nothing")
    await scene.outbox.show_activity("nothing")

    assert [status.text for status in scene.slack.statuses] == ["is recording…", ""]


async def test_a_reply_clears_the_status_without_a_call(scene: Scene) -> None:
    await scene.outbox.show_activity()
    await scene.show("Hello", "Hello you", final=True)
    await scene.outbox.show_activity("nothing")

    assert _count_status_calls(scene) == 1
    assert scene.slack.status(scene.channel, scene.question.ts) == ""


async def test_texts_and_menus_clear_the_status_without_a_call(scene: Scene) -> None:
    for reply in (lambda: scene.outbox.send_text("Nothing to do."), lambda: scene.outbox.show_menu(_FEW)):
        await scene.outbox.show_activity()
        await run_with_retries(reply)
        await scene.outbox.show_activity("nothing")

    assert _count_status_calls(scene) == 2
    assert scene.slack.status(scene.channel, scene.question.ts) == ""


async def test_an_ephemeral_message_does_not_clear_the_status(scene: Scene, listener: Listener) -> None:
    await scene.ann.say(scene.channel, "a reply", thread_ts=scene.question.ts)
    await scene.ann.shortcut(scene.question, "speak")
    outbox = scene.platform.outbox(await listener.next_action())
    await outbox.show_activity("recording")
    await outbox.send_text("There is nothing to say.")
    await outbox.show_activity("nothing")

    assert [status.text for status in scene.slack.statuses] == ["is recording…", ""]


async def test_a_status_set_after_the_reply_is_cleared(scene: Scene) -> None:
    scene.slack.faults.delay("assistant.threads.setStatus", 0.5)
    pending = asyncio.create_task(scene.outbox.show_activity())
    await asyncio.sleep(0)
    await scene.show("Hello")
    await pending

    assert [status.text for status in scene.slack.statuses] == ["is thinking…", ""]


def _count_status_calls(scene: Scene) -> int:
    return sum(call.method == "assistant.threads.setStatus" for call in scene.slack.calls)


async def test_a_status_with_unknown_outcome_is_cleared(scene: Scene) -> None:
    scene.slack.faults.lose_answers("assistant.threads.setStatus")
    await scene.outbox.show_activity()
    await scene.outbox.show_activity("nothing")

    assert [status.text for status in scene.slack.statuses] == ["is thinking…", ""]


@pytest.mark.parametrize("error", ["unknown_method", "channel_not_found", "internal_error", "ratelimited", "odd_word"])
async def test_a_status_that_slack_refuses_is_ignored(scene: Scene, error: str) -> None:
    scene.slack.faults.fail("assistant.threads.setStatus", error)
    await scene.outbox.show_activity()
    await scene.outbox.show_activity()

    assert _count_status_calls(scene) == (1 if error in {"unknown_method", "ratelimited"} else 2)


async def test_a_lost_response_to_a_post_raises_platform_unreachable(scene: Scene) -> None:
    scene.slack.faults.lose_answers("chat.postMessage")
    with pytest.raises(PlatformUnreachableError):
        await scene.outbox.send_text("Hello")

    assert scene.texts == ["Hello"]  # sent once: the SDK does not repeat it


async def test_a_user_is_looked_up_once(platform: SlackPlatform, slack: SlackSim, bob: SlackUser) -> None:
    first = await look_up_sender(platform, Sender(bob.id))
    second = await look_up_sender(platform, Sender(bob.id, name="Robert"))

    assert first == Sender(bob.id, "Bob", "zh-CN")
    assert second == Sender(bob.id, "Robert", "zh-CN")
    assert slack.count("users.info") == 1


async def test_a_sender_who_is_expected_is_looked_up_before_anybody_asks(
    platform: SlackPlatform, slack: SlackSim, bob: SlackUser
) -> None:
    incoming = platform.read(direct(user=bob.id))
    assert incoming is not None
    platform.expect(incoming)
    platform.expect(incoming)
    async with asyncio.timeout(60):
        await slack.workspace.app.until(lambda: slack.count("users.info"))
    sender = (await platform.enrich(incoming, sender_only=True)).sender

    assert sender == Sender(bob.id, "Bob", "zh-CN")
    assert slack.count("users.info") == 1


async def test_of_a_crowd_only_some_are_looked_up_before_anybody_asks(platform: SlackPlatform, slack: SlackSim) -> None:
    crowd = [slack.user(f"User {number}") for number in range(40)]
    for user in crowd:
        incoming = platform.read(direct(user=user.id))
        assert incoming is not None
        platform.expect(incoming)
    async with asyncio.timeout(60):
        await slack.workspace.app.until(lambda: slack.count("users.info") >= 16)
    last = await look_up_sender(platform, Sender(crowd[-1].id))

    assert last.name == "User 39"
    assert slack.count("users.info") == 17


@pytest.mark.parametrize("error", ["internal_error", "ratelimited"])
async def test_a_failed_user_look_up_is_retried(
    platform: SlackPlatform, slack: SlackSim, bob: SlackUser, error: str
) -> None:
    slack.faults.fail("users.info", error)
    found = await asyncio.gather(*(look_up_sender(platform, Sender(bob.id)) for _ in range(3)))

    assert found == [Sender(bob.id, "Bob", "zh-CN")] * 3
    assert sum(call.method == "users.info" for call in slack.calls) == 2


@pytest.mark.parametrize("error", ["user_not_found", "missing_scope"])
async def test_an_unknown_user_is_not_looked_up_again(
    platform: SlackPlatform, slack: SlackSim, bob: SlackUser, error: str
) -> None:
    slack.faults.fail("users.info", error)
    for _ in range(3):
        assert await look_up_sender(platform, Sender(bob.id)) == Sender(bob.id)

    assert sum(call.method == "users.info" for call in slack.calls) == 1


async def test_a_sender_is_looked_up_before_the_bot_knows_its_own_id(
    slack: SlackSim, redis: Redis, bob: SlackUser
) -> None:
    async with SlackPlatform(settings(slack), lambda account: RateLimiter(redis, account), suggest) as platform:
        incoming = platform.read(direct(user=bob.id))
        assert incoming is not None
        sender = (await platform.enrich(incoming)).sender

    assert sender == Sender(bob.id, "Bob", "zh-CN")
    assert slack.count("auth.test") == 0


async def test_a_post_outside_its_deleted_thread_is_deleted(scene: Scene) -> None:
    await scene.ann.delete(scene.question)
    with pytest.raises(RecipientGoneError):
        await scene.outbox.send_text("Hello")

    assert scene.slack.messages(scene.channel) == []


async def test_the_plain_form_of_a_sentence_has_no_marks(scene: Scene) -> None:
    scene.slack.faults.fail("chat.postMessage", "invalid_blocks")
    await run_with_retries(lambda: scene.outbox.send_text("**Now**: `kimi-k2` <b> & \\*more\\*"))

    assert scene.texts == ["Now: kimi-k2 &lt;b&gt; &amp; *more*"]


async def test_whom_an_answer_mentions_is_shown_by_name_and_not_notified(scene: Scene, bob: SlackUser) -> None:
    other, secret = scene.slack.channel("plans"), scene.slack.channel("board", kind="group")
    text = f"Ask <@{bob.id}> in <#{other.id}>, not in <#{secret.id}> or <@U404>. <!channel>"
    page = await scene.show(text[:30])
    await run_with_retries(lambda: scene.outbox.update_page(page, text, final=True))
    await scene.new_outbox().set_buttons(ShownMessage(replace(page, done=True), text, 0, ()), ())
    shown = scene.texts[0].replace("\u2060", "")

    assert shown == f"Ask @Bob in #plans, not in <#{secret.id}> or <@U404>. <!channel>"
    assert pings(scene.slack.messages(scene.channel, scene.question.ts)[-1]) == []
    assert scene.slack.count("users.info") == 1
