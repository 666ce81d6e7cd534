"""Read a whole thread, as a summary needs it."""

from __future__ import annotations

from dataclasses import replace

from bots.sandbox.slack.user_actions import SlackUser
from bots.slack.events.reply_target import ReplyTarget
from core.chat.port.discussion import DiscussionMessage
from tests.bots.slack.conftest import Scene


async def test_a_thread_is_read_with_names_and_answers_up_to_the_message_that_asks(
    scene: Scene, bob: SlackUser
) -> None:
    await bob.say(scene.channel, f"Tea, <@{scene.ann.id}>?", thread_ts=scene.question.ts)
    await scene.show("Coffee is **out**.", final=True)
    call = await scene.ann.mention(scene.channel, "summarize", thread_ts=scene.question.ts)
    await bob.say(scene.channel, "too late", thread_ts=scene.question.ts)
    incoming = replace(scene.incoming(), message_id=call.ts)
    found = await scene.platform.outbox(incoming).read_discussion(newest=200)
    newest = await scene.platform.outbox(incoming).read_discussion(newest=2)
    shortcut = replace(incoming, reply_route=str(ReplyTarget("https://a.b/c", shortcut=True)))
    everything = await scene.platform.outbox(shortcut).read_discussion(newest=200)

    assert found
    assert newest
    assert everything
    assert [(message.speaker, message.text) for message in found.messages] == [
        ("Ann", "hi"),
        ("Bob", "Tea, @Ann?"),
        ("Wanjie", "Coffee is **out**."),
    ]
    assert found.messages[0] == DiscussionMessage("Ann", int(float(scene.question.ts)), "hi")
    assert (found.is_complete, found.has_all_names) == (True, True)
    assert newest == replace(found, messages=found.messages[1:], is_complete=False)
    assert [message.text for message in everything.messages[-2:]] == ["summarize", "too late"]


async def test_a_thread_that_cannot_be_read_is_none_and_cut_messages_are_told(scene: Scene) -> None:
    await scene.ann.say(scene.channel, "x" * 4_100, thread_ts=scene.question.ts)
    incoming = replace(scene.incoming(), message_id="")
    found = await scene.platform.outbox(incoming).read_discussion(newest=200)
    scene.slack.faults.fail("conversations.replies", "thread_not_found")

    assert found
    assert not found.is_complete
    assert await scene.platform.outbox(incoming).read_discussion(newest=200) is None
