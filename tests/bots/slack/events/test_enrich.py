"""Add what an event lacks: its thread, names, and files of other workspaces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bots.sandbox.slack.data_types import Message, SlackFile
from bots.sandbox.slack.user_actions import SlackUser
from bots.slack.events import read_thread
from core.chat.port.errors import ContentRejectedError
from core.chat.port.incoming import Attachment, Incoming
from core.chat.question.attachment_kinds import classify
from tests.bots.slack.conftest import Scene
from tests.bots.slack.event_listener import Listener


async def _enrich(scene: Scene, incoming: Incoming, since: str | None = None) -> Incoming:
    """Enrich a message, but keep its sender."""
    return replace(await scene.platform.enrich(incoming, since=since), sender=incoming.sender)


async def _share_file(scene: Scene, listener: Listener) -> tuple[SlackFile, Incoming]:
    """Send a picture from another workspace with a question."""
    file = scene.ann.file("cat.png", b"\x89PNG", mimetype="image/png")
    file.access = "check_file_info"
    await scene.ann.say(scene.channel, f"{scene.slack.mention} what is it?", files=[file])
    return file, await _next_with_files(listener)


async def _next_with_files(listener: Listener) -> Incoming:
    while not (incoming := await listener.next()).attachments:
        pass
    return incoming


async def test_a_file_of_another_workspace_is_looked_up(scene: Scene, listener: Listener) -> None:
    file, incoming = await _share_file(scene, listener)
    (known,) = (await _enrich(scene, incoming)).attachments

    assert incoming.attachments == (Attachment("other", file.id),)
    assert known == Attachment("image", file.id, "cat.png", "image/png", 4)
    assert scene.slack.count("files.info") == 1


@pytest.mark.parametrize("error", ["file_not_found", "access_denied"])
async def test_a_file_that_cannot_be_looked_up_becomes_a_document(scene: Scene, listener: Listener, error: str) -> None:
    file, incoming = await _share_file(scene, listener)
    scene.slack.faults.fail("files.info", error)
    (known,) = (await _enrich(scene, incoming)).attachments

    assert known == Attachment("document", file.id)
    assert classify(known) == "document"


async def test_a_deleted_file_becomes_a_document(scene: Scene, listener: Listener) -> None:
    file, incoming = await _share_file(scene, listener)
    file.mode = "tombstone"
    (known,) = (await _enrich(scene, incoming)).attachments
    with pytest.raises(ContentRejectedError):
        await scene.outbox.download_file(known.id, max_bytes=10)

    assert known == Attachment("document", file.id)


async def test_a_file_described_in_the_event_is_not_looked_up(scene: Scene, listener: Listener) -> None:
    file = scene.ann.file("cat.png", b"\x89PNG", mimetype="image/png")
    await scene.ann.say(scene.channel, f"{scene.slack.mention} what is it?", files=[file])
    incoming = await _next_with_files(listener)

    assert await _enrich(scene, incoming) == incoming
    assert scene.slack.count("files.info") == 0


async def _mention_in_thread(scene: Scene, listener: Listener, root: Message, text: str = "summarise this") -> Incoming:
    """Mention the bot in a thread, as Ann."""
    await scene.ann.mention(scene.channel, text, thread_ts=root.ts)
    while (incoming := await listener.next()).thread != root.ts or not incoming.mentioned:
        pass
    return incoming


async def test_a_mention_in_a_thread_quotes_its_first_message(scene: Scene, listener: Listener, bob: SlackUser) -> None:
    file = bob.file("cat.png", b"\x89PNG", mimetype="image/png")
    file.access = "check_file_info"
    root = await bob.say(scene.channel, "my *cat* &lt;3", files=[file])
    incoming = await _enrich(scene, await _mention_in_thread(scene, listener, root, "what is it?"), since="")

    assert (incoming.text, incoming.quoted, incoming.discussion) == ("what is it?", "my *cat* &lt;3", "")
    assert incoming.quoted_attachments == (Attachment("image", file.id, "cat.png", "image/png", 4),)
    assert scene.slack.count("conversations.replies") == 1


async def test_a_mention_in_a_discussion_quotes_messages_with_their_authors(
    scene: Scene, listener: Listener, bob: SlackUser
) -> None:
    root = await bob.say(scene.channel, "Tea or coffee?")
    await scene.ann.say(scene.channel, "Tea.", thread_ts=root.ts)
    file = bob.file("cup.png", b"\x89PNG", mimetype="image/png")
    await bob.say(scene.channel, "", thread_ts=root.ts, files=[file])
    await scene.platform.outbox(replace(scene.incoming(), thread=root.ts)).send_text("I could not answer that.")
    call = await _mention_in_thread(scene, listener, root)
    await bob.say(scene.channel, "too late", thread_ts=root.ts)
    incoming = await _enrich(scene, call, since="")

    assert incoming.quoted == "Tea or coffee?"
    assert incoming.discussion == "Bob: Tea or coffee?\nAnn: Tea."
    assert [attachment.id for attachment in incoming.quoted_attachments] == [file.id]


async def test_mentions_in_a_discussion_are_replaced_by_names(scene: Scene, listener: Listener, bob: SlackUser) -> None:
    root = await scene.ann.say(scene.channel, f"Tea, <@{bob.id}>? Or <@U0STRANGER>?")
    await bob.say(scene.channel, f"Coffee, <@{scene.ann.id}>.", thread_ts=root.ts)
    incoming = await _enrich(scene, await _mention_in_thread(scene, listener, root), since="")

    assert incoming.discussion == "Ann: Tea, @Bob? Or @U0STRANGER?\nBob: Coffee, @Ann."


@pytest.mark.parametrize(("length", "count"), [(5, 20), (1_500, 8), (9_000, 3)])
async def test_a_long_discussion_keeps_its_first_and_newest_messages(
    scene: Scene, listener: Listener, length: int, count: int
) -> None:
    root = await scene.ann.say(scene.channel, "Well?")
    for number in range(30):
        await scene.ann.say(scene.channel, f"{number} {'x' * length}", thread_ts=root.ts)
    incoming = await _enrich(scene, await _mention_in_thread(scene, listener, root), since="")

    first, gap, *lines = [line for line in incoming.discussion.splitlines() if not line.startswith("  [cut: ")]
    assert (first, gap) == ("Ann: Well?", f"[… {30 - count + 1} messages are left out …]")
    assert [line.split()[1] for line in lines] == [str(number) for number in range(30 - count + 1, 30)]
    assert len(incoming.discussion) < 12_400
    assert incoming.unread == ("unread.part",)


async def test_a_long_message_of_a_discussion_is_shortened_with_a_notice(
    scene: Scene, listener: Listener, bob: SlackUser
) -> None:
    root = await scene.ann.say(scene.channel, "one line\n" * 600)
    await bob.say(scene.channel, "x" * 4_000, thread_ts=root.ts)
    incoming = await _enrich(scene, await _mention_in_thread(scene, listener, root), since="")

    assert "one line\n  [cut: the message has 5,399 characters]\nBob: " + "x" * 4_000 in incoming.discussion
    assert incoming.unread == ("unread.part",)


async def test_a_thread_of_several_pages_is_read_to_its_end(scene: Scene, listener: Listener) -> None:
    root = await scene.ann.say(scene.channel, "Well?")
    for number in range(1_000):
        await scene.ann.say(scene.channel, f"Reply {number}", thread_ts=root.ts)
    incoming = await _enrich(scene, await _mention_in_thread(scene, listener, root), since="")

    assert incoming.discussion.splitlines()[-1] == "Ann: Reply 999"
    assert scene.slack.count("conversations.replies") == 2


@pytest.mark.parametrize("error", ["thread_not_found", "missing_scope"])
async def test_a_thread_that_cannot_be_read_is_marked_unread(scene: Scene, listener: Listener, error: str) -> None:
    root = await scene.ann.say(scene.channel, "Tea or coffee?")
    call = await _mention_in_thread(scene, listener, root)
    scene.slack.faults.fail("conversations.replies", error)

    assert await _enrich(scene, call, since="") == replace(call, unread=("unread.thread",))


@pytest.mark.parametrize("error", ["internal_error", "ratelimited"])
async def test_a_failed_thread_request_is_retried(scene: Scene, listener: Listener, error: str) -> None:
    root = await scene.ann.say(scene.channel, "Tea or coffee?")
    call = await _mention_in_thread(scene, listener, root)
    scene.slack.faults.fail("conversations.replies", error)

    assert (await _enrich(scene, call, since="")).quoted == "Tea or coffee?"


async def test_a_thread_that_takes_too_long_is_marked_unread(
    scene: Scene, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_thread, "_TIMEOUT", 0.2)
    root = await scene.ann.say(scene.channel, "Tea or coffee?")
    call = await _mention_in_thread(scene, listener, root)
    scene.slack.faults.flood("conversations.replies", retry_after=60)

    assert (await _enrich(scene, call, since="")).unread == ("unread.thread",)


async def test_a_second_mention_adds_the_messages_since_the_first(
    scene: Scene, listener: Listener, bob: SlackUser
) -> None:
    root = await scene.ann.say(scene.channel, "Tea or coffee?")
    first = await _mention_in_thread(scene, listener, root, "and you?")
    await scene.platform.outbox(replace(scene.incoming(), thread=root.ts)).send_text("Tea.")
    await bob.say(scene.channel, f"<@{scene.ann.id}> coffee, please", thread_ts=root.ts)
    await scene.ann.mention(scene.channel, "who drinks what?", thread_ts=root.ts)
    while (second := await listener.next()).text != "who drinks what?":
        pass
    incoming = await _enrich(scene, second, since=first.event_id)
    nothing = await _enrich(scene, second, since=second.event_id)

    assert incoming.discussion == "Bob: @Ann coffee, please"
    assert nothing == second


async def test_ids_of_users_and_channels_are_replaced_by_names(
    scene: Scene, listener: Listener, bob: SlackUser
) -> None:
    text = f"ask <@{bob.id}> and <@{bob.id}> in <#{scene.channel.id}>, not <@U0STRANGER> or @{bob.id}x"
    await scene.ann.mention(scene.channel, text)
    while "ask" not in (incoming := await listener.next()).text:
        pass
    known = await _enrich(scene, incoming)

    assert known.text == f"ask @Bob and @Bob in #general, not @U0STRANGER or @{bob.id}x"
    assert known.unread == ()
    assert [call.args["user"] for call in scene.slack.calls if call.method == "users.info"].count(bob.id) == 1


@pytest.mark.parametrize("method", ["users.info", "conversations.info"])
async def test_missing_names_are_marked_unread(scene: Scene, listener: Listener, bob: SlackUser, method: str) -> None:
    named = f"<@{bob.id}>" if method == "users.info" else f"<#{scene.channel.id}>"
    await scene.ann.mention(scene.channel, f"ask {named}")
    while "ask" not in (incoming := await listener.next()).text:
        pass
    scene.slack.faults.flood(method, retry_after=60)
    known = await _enrich(scene, incoming)

    assert known == replace(incoming, unread=("unread.names",))


async def test_a_forward_in_a_thread_follows_the_discussion(scene: Scene, listener: Listener, bob: SlackUser) -> None:
    elsewhere = scene.slack.channel("plans", members=[bob])
    plan = await bob.say(elsewhere, f"Ask <@{scene.ann.id}> by May.")
    root = await scene.ann.say(scene.channel, "Which plan?")
    await bob.forward(plan, scene.channel, f"{scene.slack.mention} this one?", thread_ts=root.ts)
    while (call := await listener.next()).text != "this one?":
        pass
    incoming = await _enrich(scene, call, since="")

    assert incoming.quoted == "Which plan?\n\nForwarded from Bob:\nAsk @Ann by May."


async def test_a_thread_is_read_once_and_only_if_the_mention_does_not_start_it(
    scene: Scene, listener: Listener
) -> None:
    root = await scene.ann.say(scene.channel, "Tea or coffee?")
    begun, later = await listener.next(), await _mention_in_thread(scene, listener, root)

    assert not scene.platform.has_discussion(begun)
    assert scene.platform.has_discussion(later)
    assert await _enrich(scene, begun, since="") == begun
    assert await _enrich(scene, later) == later
    assert scene.slack.count("conversations.replies") == 0


async def test_a_thread_of_a_direct_message_is_read_with_the_answers(scene: Scene, listener: Listener) -> None:
    chat = scene.slack.im(scene.ann)
    root = await scene.ann.say(chat, "Tea?")
    while (asked := await listener.next()).text != "Tea?":
        pass
    await scene.platform.outbox(asked).send_text("Yes.")
    await scene.ann.say(chat, "How long?", thread_ts=root.ts)
    while (incoming := await listener.next()).text != "How long?":
        pass

    assert (await _enrich(scene, incoming, since="")).discussion == "Ann: Tea?\nWanjie: Yes."
