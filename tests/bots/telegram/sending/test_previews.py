"""Drafts: which chats get them, what follows a refusal, and how long they stand."""

from __future__ import annotations

import asyncio

import pytest

from bots.telegram.sending import previews
from bots.telegram.sending.previews import DraftPolicy
from core.chat.port.errors import ContentRejectedError, PlatformUnreachableError
from tests.bots.telegram.scene import FIRST, Scene


@pytest.fixture(autouse=True)
def _show_drafts(scene: Scene) -> None:
    scene.drafts = DraftPolicy("draft")


async def test_a_draft_has_its_formatting_and_a_button_that_stops_it(scene: Scene) -> None:
    page = await (await scene.ask()).update_page(FIRST, "One **two", final=False)
    draft = scene.sim.shown_draft(7)

    assert draft is not None
    assert (draft.content.text, [entity.type for entity in draft.content.entities]) == ("One two", ["bold"])
    assert (page.previewed, page.message_id, page.shown) == (True, "", 9)
    scene.ann.stop_draft(scene.sim.private(scene.ann))
    assert (await scene.read_last_update()).command == "stop"
    assert scene.sim.draft(7) == "One two"  # it is kept until the message comes


async def test_a_group_gets_no_drafts(scene: Scene) -> None:
    outbox = await scene.ask(scene.sim.group("Team"))

    assert not outbox.previews(FIRST)


@pytest.mark.parametrize(
    ("status", "reason", "is_remembered"),
    [
        (400, "Bad Request: TEXTDRAFT_PEER_INVALID", True),
        (404, "Not Found", True),
        (400, "Bad Request: ENTITY_BOUNDS_INVALID", False),
    ],
)
async def test_after_a_refusal_the_answer_grows_by_edits(
    scene: Scene, status: int, reason: str, *, is_remembered: bool
) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail("sendMessageDraft", status, reason)
    with pytest.raises(ContentRejectedError):
        await outbox.update_page(FIRST, "One", final=False)
    page = await outbox.update_page(FIRST, "One two", final=False)
    await outbox.update_page(page, "One two three", final=True)

    assert scene.sim.texts(7) == ["One two three"]
    assert scene.count_calls("sendMessageDraft") == 1
    assert (await scene.ask()).previews(FIRST) is not is_remembered


async def test_a_draft_that_takes_too_long_is_given_up(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "_CALL_TIMEOUT", 0.05)
    outbox = await scene.ask()
    scene.sim.faults.delay("sendMessageDraft", 0.3)

    with pytest.raises(PlatformUnreachableError):
        await outbox.update_page(FIRST, "One", final=False)


async def test_a_draft_is_sent_again_before_it_disappears(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = await scene.ask()
    await outbox.update_page(FIRST, "One", final=False)
    await outbox.show_activity()
    early = scene.count_calls("sendMessageDraft")
    monkeypatch.setattr(previews, "_KEEP_ALIVE_AGE", 0.0)
    await outbox.show_activity()

    assert (early, scene.count_calls("sendMessageDraft")) == (1, 2)
    assert scene.count_calls("sendChatAction") == 0
    assert scene.sim.draft(7) == "One"


async def test_no_draft_follows_the_message(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "_KEEP_ALIVE_AGE", 0.0)
    outbox = await scene.ask()
    page = await outbox.update_page(FIRST, "One", final=False)
    scene.sim.faults.delay("sendMessageDraft", 0.1)
    renewal = asyncio.create_task(outbox.show_activity())
    await asyncio.sleep(0)
    await outbox.update_page(page, "One two", final=True)
    await renewal
    await outbox.show_activity()

    assert scene.sim.draft(7) is None
    assert scene.sim.texts(7) == ["One two"]


async def test_drafts_are_kept_in_their_topic(scene: Scene) -> None:
    chat = scene.sim.private(scene.ann)
    topic = scene.sim.topic(chat, "Trip", scene.ann)
    outbox = await scene.ask(chat, topic)
    page = await outbox.update_page(FIRST, "One", final=False)
    drafted = scene.sim.draft(7, topic)
    scene.ann.stop_draft(chat, topic)
    stopped = await scene.read_last_update()
    await outbox.update_page(page, "One two", final=True)

    assert drafted == "One"
    assert stopped.chat.thread == str(topic)
    assert (stopped.silent, stopped.direct, stopped.sender.id) == (True, True, "7")
    assert scene.sim.draft(7, topic) is None
