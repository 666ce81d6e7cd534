"""Drafts: which chats get them, what follows a refusal, and how long they stand."""

from __future__ import annotations

import asyncio

import pytest

from bots.telegram.sending import drafts
from bots.telegram.sending.drafts import DraftPolicy
from core.chat.port.errors import ContentRejectedError, PlatformUnreachableError, RateLimitedError
from tests.bots.telegram.open_rate_limiter import OpenRateLimiter
from tests.bots.telegram.scene import FIRST, Scene

_RICH, _PLAIN = "sendRichMessageDraft", "sendMessageDraft"


@pytest.fixture(params=[_RICH, _PLAIN])
def method(request: pytest.FixtureRequest, scene: Scene) -> str:
    """Show drafts by one of the methods."""
    scene.drafts = DraftPolicy("draft", rich=request.param == _RICH)
    return request.param


@pytest.mark.usefixtures("method")
async def test_a_draft_has_its_formatting_and_a_button_that_stops_it(scene: Scene) -> None:
    page = await (await scene.ask()).update_page(FIRST, "One **two", final=False)
    draft = scene.sim.shown_draft(7)

    assert draft is not None
    assert (draft.content.text, [entity.type for entity in draft.content.entities]) == ("One two", ["bold"])
    assert (page.previewed, page.message_id, page.shown) == (True, "", 9)
    scene.ann.stop_draft(scene.sim.private(scene.ann))
    assert (await scene.read_last_update()).command == "stop"
    assert scene.sim.draft(7) == "One two"  # it is kept until the message comes


@pytest.mark.usefixtures("method")
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
    scene.drafts = DraftPolicy("draft", rich=False)
    outbox = await scene.ask()
    scene.sim.faults.fail(_PLAIN, status, reason)
    with pytest.raises(ContentRejectedError):
        await outbox.update_page(FIRST, "One", final=False)
    page = await outbox.update_page(FIRST, "One two", final=False)
    await outbox.update_page(page, "One two three", final=True)

    assert scene.sim.texts(7) == ["One two three"]
    assert (scene.count_calls(_RICH), scene.count_calls(_PLAIN)) == (0, 1)
    assert (await scene.ask()).previews(FIRST) is not is_remembered


@pytest.mark.parametrize(
    ("status", "reason", "is_remembered"),
    [
        (404, "Not Found", True),
        (400, "Bad Request: rich message must be non-empty", True),
        (400, 'Bad Request: can\'t parse InputRichBlock: type "pre" is unsupported', True),
        (400, "Bad Request: RICH_MESSAGE_CONTENT_REQUIRED", False),
        (400, "Bad Request: RICH_MESSAGE_URL_INVALID", False),
        (400, "Bad Request: SOME_NEW_CODE", False),
    ],
)
async def test_after_a_refusal_of_a_rich_draft_the_same_words_and_all_others_are_plain_drafts(
    scene: Scene, status: int, reason: str, *, is_remembered: bool
) -> None:
    scene.drafts = DraftPolicy("draft")
    outbox = await scene.ask()
    scene.sim.faults.fail(_RICH, status, reason)
    page = await outbox.update_page(FIRST, "One **two", final=False)
    first = scene.sim.shown_draft(7)
    page = await outbox.update_page(page, "One **two three", final=False)
    later = scene.sim.draft(7)
    calls = scene.count_calls(_RICH), scene.count_calls(_PLAIN)
    await outbox.update_page(page, "One **two three**", final=True)
    await (await scene.ask()).update_page(FIRST, "Four", final=False)
    next_draft = scene.sim.shown_draft(7)

    assert first is not None
    assert (first.content.text, first.is_rich, later) == ("One two", False, "One two three")
    assert calls == (1, 2)
    assert scene.sim.texts(7) == ["One two three"]
    assert next_draft is not None
    assert next_draft.is_rich is not is_remembered


async def test_a_chat_that_takes_no_rich_draft_is_asked_for_no_plain_one(scene: Scene) -> None:
    scene.drafts = DraftPolicy("draft")
    outbox = await scene.ask()
    scene.sim.faults.fail(_RICH, 400, "Bad Request: TEXTDRAFT_PEER_INVALID")
    with pytest.raises(ContentRejectedError):
        await outbox.update_page(FIRST, "One", final=False)
    await outbox.update_page(FIRST, "One two", final=False)

    assert scene.sim.texts(7) == ["One two"]
    assert scene.count_calls(_PLAIN) == 0
    assert not (await scene.ask()).previews(FIRST)


async def test_a_server_without_any_drafts_is_found_out_by_one_answer(scene: Scene) -> None:
    scene.drafts = DraftPolicy("draft")
    outbox = await scene.ask()
    for known in (_RICH, _PLAIN):
        scene.sim.faults.fail(known, 404, "Not Found")
    with pytest.raises(ContentRejectedError):
        await outbox.update_page(FIRST, "One", final=False)
    await outbox.update_page(FIRST, "One two", final=True)

    assert scene.sim.texts(7) == ["One two"]
    assert (scene.count_calls(_RICH), scene.count_calls(_PLAIN)) == (1, 1)
    assert not (await scene.ask()).previews(FIRST)


async def test_a_plain_draft_that_has_no_room_beside_the_refused_rich_one_comes_later(
    scene: Scene, rate_limiter: OpenRateLimiter
) -> None:
    scene.drafts = DraftPolicy("draft")
    rate_limiter.room = 1
    outbox = await scene.ask()
    scene.sim.faults.fail(_RICH, 404, "Not Found")
    with pytest.raises(RateLimitedError):
        await outbox.update_page(FIRST, "One", final=False)
    early = scene.count_calls(_PLAIN)
    rate_limiter.room = 1
    await outbox.update_page(FIRST, "One two", final=False)

    assert (early, scene.count_calls(_RICH), scene.count_calls(_PLAIN)) == (0, 1, 1)
    assert scene.sim.draft(7) == "One two"


async def test_what_shows_nothing_is_left_to_a_plain_draft(scene: Scene) -> None:
    scene.drafts = DraftPolicy("draft")
    await (await scene.ask()).update_page(FIRST, "\u2063", final=False)

    assert (scene.count_calls(_RICH), scene.count_calls(_PLAIN)) == (0, 1)


async def test_letters_of_all_scripts_are_sent_as_they_are(scene: Scene) -> None:
    scene.drafts = DraftPolicy("draft")
    await (await scene.ask()).update_page(FIRST, "字 and 😀", final=False)

    assert "字 and 😀" in scene.sim.calls[-1].values["rich_message"]  # escape sequences would be twice as long


async def test_reasoning_stands_in_a_block_of_its_own_until_the_answer_begins(scene: Scene) -> None:
    scene.drafts = DraftPolicy("draft")
    outbox = await scene.ask()
    page = await outbox.update_page(FIRST, "Two *and* two", final=False, folded=13)
    before = scene.sim.shown_draft(7)
    page = await outbox.update_page(page, "Two *and* twoIt is **four", final=False, folded=13)
    answering = scene.sim.shown_draft(7)
    await outbox.update_page(page, "Two *and* twoIt is **four**", final=True, folded=13)
    message = scene.get_last_message()

    assert before is not None
    assert (before.reasoning, before.content.text) == ("Two *and* two", "")
    assert answering is not None
    assert (answering.reasoning, answering.content) == ("", message.content)
    assert [entity.type for entity in message.entities] == ["expandable_blockquote", "bold"]


async def test_a_draft_that_takes_too_long_is_given_up(
    scene: Scene, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "_CALL_TIMEOUT", 0.05)
    outbox = await scene.ask()
    scene.sim.faults.delay(method, 0.3)

    with pytest.raises(PlatformUnreachableError):
        await outbox.update_page(FIRST, "One", final=False)


async def test_a_draft_is_sent_again_before_it_disappears(
    scene: Scene, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = await scene.ask()
    await outbox.update_page(FIRST, "One", final=False)
    await outbox.show_activity()
    early = scene.count_calls(method)
    monkeypatch.setattr(drafts, "_KEEP_ALIVE_AGE", 0.0)
    await outbox.show_activity()

    assert (early, scene.count_calls(method)) == (1, 2)
    assert scene.count_calls("sendChatAction") == 0
    assert scene.sim.draft(7) == "One"


async def test_no_draft_follows_the_message(scene: Scene, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_KEEP_ALIVE_AGE", 0.0)
    outbox = await scene.ask()
    page = await outbox.update_page(FIRST, "One", final=False)
    scene.sim.faults.delay(method, 0.1)
    renewal = asyncio.create_task(outbox.show_activity())
    await asyncio.sleep(0)
    await outbox.update_page(page, "One two", final=True)
    await renewal
    await outbox.show_activity()

    assert scene.sim.draft(7) is None
    assert scene.sim.texts(7) == ["One two"]


@pytest.mark.usefixtures("method")
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
