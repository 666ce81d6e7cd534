"""Voice notes and pictures, as Telegram has them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bots.sandbox.telegram.state import Message
from bots.telegram.api.call_budget import CallBudget
from bots.telegram.api.rate_limit_numbers import get_message_limits
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from bots.telegram.recovery.message_ids import MessageIdTracker
from bots.telegram.sending import media
from core.chat.port.errors import (
    ContentRejectedError,
    MediaForbiddenError,
    PlatformUnreachableError,
    RateLimitedError,
    VoiceForbiddenError,
)
from core.chat.port.media import Album, Voice
from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.redis import RateLimiter
from tests.bots.telegram.open_rate_limiter import OpenRateLimiter
from tests.bots.telegram.scene import Scene
from tests.contracts.media import album, picture

OGG = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)
MP3 = b"ID3\x04" + bytes(60)
NOTE = Voice(OGG, 2.4, "Good morning", caption="**Good** morning")
FIRST = Page(start=0, media=True)
AGAIN = (Button("Again", "again", "t 7"),)


def own(scene: Scene, chat: int = 7) -> list[Message]:
    return [message for message in scene.sim.messages(chat) if message.sender is scene.sim.bot]


def kinds(scene: Scene, chat: int = 7) -> list[str]:
    return [message.kind for message in own(scene, chat)]


def labels(messages: Sequence[Message]) -> list[list[str]]:
    return [[button["text"] for button in message.buttons] for message in messages]


async def test_a_voice_note_has_a_duration_and_a_formatted_caption(scene: Scene) -> None:
    await (await scene.ask()).send_media(FIRST, NOTE, AGAIN)
    (note,) = own(scene)

    assert (note.kind, note.attachment["voice"]["duration"], note.text) == ("voice", 3, "Good morning")
    assert [entity.type for entity in note.entities] == ["bold"]
    assert labels([note]) == [["Again"]]


async def test_a_user_who_forbids_voice_notes_gets_an_audio_file(scene: Scene) -> None:
    scene.ann.user.forbids_voice = True
    outbox = await scene.ask()
    with pytest.raises(VoiceForbiddenError):
        await outbox.send_media(FIRST, NOTE)
    await outbox.send_media(FIRST, replace(NOTE, audio=MP3, note=False))
    (file,) = own(scene)

    assert (file.kind, file.attachment["audio"]["title"]) == ("audio", "Good morning")
    assert "performer" not in file.attachment["audio"]
    assert scene.count_calls("sendVoice") == 1


@pytest.mark.parametrize("said", ["not enough rights to send voice notes to the chat", "CHAT_SEND_VOICES_FORBIDDEN"])
async def test_a_group_may_forbid_voice_notes_alone(scene: Scene, said: str) -> None:
    outbox = await scene.ask(scene.sim.group("Team"))
    scene.sim.faults.fail("sendVoice", 400, f"Bad Request: {said}")

    with pytest.raises(VoiceForbiddenError):
        await outbox.send_media(FIRST, NOTE)


@pytest.mark.parametrize("said", ["not enough rights to send photos to the chat", "CHAT_SEND_PHOTOS_FORBIDDEN"])
async def test_a_group_that_forbids_pictures_is_not_sent_them_as_files(scene: Scene, said: str) -> None:
    outbox = await scene.ask(scene.sim.group("Team"))
    scene.sim.faults.fail("sendPhoto", 400, f"Bad Request: {said}")

    with pytest.raises(MediaForbiddenError):
        await outbox.send_media(FIRST, album())
    assert scene.count_calls("sendDocument") == 0


@pytest.mark.parametrize(
    ("width", "height", "kind"),
    [(20, 400, "photo"), (20, 401, "document"), (9000, 1000, "photo"), (9000, 1001, "document")],
)
async def test_a_picture_of_an_extreme_ratio_is_sent_as_a_file(
    scene: Scene, width: int, height: int, kind: str
) -> None:
    await (await scene.ask()).send_media(FIRST, Album((picture(width=width, height=height),), "odd"), AGAIN)

    assert kinds(scene) == [kind]
    assert labels(own(scene)) == [["Again"]]
    assert own(scene)[0].text == "odd"


async def test_a_picture_above_ten_megabytes_makes_its_album_files(scene: Scene) -> None:
    small = picture()
    large = replace(small, data=small.data + bytes(10_000_001))
    await (await scene.ask()).send_media(FIRST, Album((small, large), "two"))

    assert kinds(scene) == ["document", "document"]
    assert [scene.sim.file(message).name for message in own(scene)] == ["picture-0.png"] * 2
    assert (scene.count_calls("sendPhoto"), scene.count_calls("sendMediaGroup")) == (0, 1)


@pytest.mark.parametrize(
    "said", ["PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED", "wrong file identifier/HTTP URL specified"]
)
@pytest.mark.parametrize(("count", "method"), [(1, "sendPhoto"), (2, "sendMediaGroup")])
async def test_a_refused_picture_is_sent_as_a_file(scene: Scene, said: str, count: int, method: str) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail(method, 400, f"Bad Request: {said}")
    await outbox.send_media(FIRST, album(count))

    assert kinds(scene) == ["document"] * count


async def test_a_picture_refused_as_a_photo_is_not_tried_again_as_one(scene: Scene, redis: Redis) -> None:
    scene.rate_limiter = RateLimiter(redis, "tg:1")
    outbox = await scene.ask()
    await outbox.send_text("A moment")
    scene.sim.faults.fail("sendPhoto", 400, "Bad Request: IMAGE_PROCESS_FAILED")

    with pytest.raises(RateLimitedError):
        await outbox.send_media(FIRST, album())
    scene.rate_limiter = OpenRateLimiter()
    sender = outbox._media._messages  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - instead of a second
    sender._access = replace(sender._access, calls=RateLimitedChat(CallBudget(scene.rate_limiter), 7))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the same
    await outbox.send_media(FIRST, album())

    assert kinds(scene) == ["text", "document"]
    assert scene.count_calls("sendPhoto") == 1


async def test_a_photo_with_an_unknown_suffix_is_shown(scene: Scene) -> None:
    await (await scene.ask()).send_media(FIRST, Album((replace(picture(), name="cat.webp"),), ""))

    assert kinds(scene) == ["photo"]


async def test_the_caption_of_an_album_is_a_message_below_it_with_the_buttons(scene: Scene) -> None:
    page = await (await scene.ask()).send_media(FIRST, album(3), AGAIN)
    messages = own(scene)

    assert kinds(scene) == ["photo", "photo", "photo", "text"]
    assert [message.text for message in messages] == ["", "", "", "A blue cat"]
    assert labels(messages) == [[], [], [], ["Again"]]
    assert page.message_id == str(messages[0].id)


async def test_an_album_without_buttons_has_its_own_caption(scene: Scene) -> None:
    await (await scene.ask()).send_media(FIRST, album(3))

    assert [message.text for message in own(scene)] == ["A blue cat", "", ""]


async def test_buttons_below_an_album_need_no_caption(scene: Scene) -> None:
    await (await scene.ask()).send_media(FIRST, album(2, ""), AGAIN)

    assert labels(own(scene)) == [[], [], ["Again"]]


async def test_a_delayed_caption_is_posted_once_below_its_album(scene: Scene, redis: Redis) -> None:
    scene.rate_limiter = RateLimiter(redis, "tg:1")
    await (await scene.ask()).send_media(FIRST, album(2), AGAIN)

    assert kinds(scene) == ["photo", "photo", "text"]


async def test_a_long_delayed_caption_is_posted_later(
    scene: Scene, rate_limiter: OpenRateLimiter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "_CAPTION_TIMEOUT", 0.05)
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker())
    scene.sim.faults.fail("sendMessage", 429, "Too Many Requests: retry after 1", parameters={"retry_after": 1})
    with pytest.raises(PlatformUnreachableError):
        await outbox.send_media(page, album(2), AGAIN)
    rate_limiter.paused.clear()
    found = await outbox.find_lost_message(page)
    done = await outbox.send_media(found, album(2), AGAIN)

    assert done.done
    assert kinds(scene) == ["photo", "photo", "text"]


@pytest.mark.parametrize("fault", ["bad_gateway", "lose_answer"])
async def test_a_caption_with_unknown_outcome_is_posted_once_below_its_album(scene: Scene, fault: str) -> None:
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker())
    getattr(scene.sim.faults, fault)("sendMessage")
    with pytest.raises(PlatformUnreachableError):
        await outbox.send_media(page, album(2), AGAIN)
    found = await outbox.find_lost_message(page)
    await outbox.send_media(found, album(2), AGAIN)

    assert kinds(scene) == ["photo", "photo", "text"]


async def test_an_album_without_its_caption_is_completed_after_a_crash(scene: Scene) -> None:
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker(), adopted=True)
    scene.sim.faults.bad_gateway("sendMessage")
    with pytest.raises(PlatformUnreachableError):
        await outbox.send_media(page, album(2), AGAIN)
    scene.message_ids = MessageIdTracker()
    other = scene.outbox(await scene.read_last_update())
    await other.send_media(await other.find_lost_message(page), album(2), AGAIN)

    assert kinds(scene) == ["photo", "photo", "text"]
    assert labels(own(scene)) == [[], [], ["Again"]]


async def test_a_rate_limited_album_waits_and_is_posted_once(scene: Scene, rate_limiter: OpenRateLimiter) -> None:
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker())
    said = 'failed to send message #1 with the error message "Too Many Requests: retry after 8"'
    scene.sim.faults.fail("sendMediaGroup", 400, f"Bad Request: {said}")
    with pytest.raises(PlatformUnreachableError):
        await outbox.send_media(page, album(2))
    blocked = dict(rate_limiter.paused)
    rate_limiter.paused.clear()
    found = await outbox.find_lost_message(page)
    await outbox.send_media(found, album(2))

    assert set(blocked.values()) == {8.0}
    assert kinds(scene) == ["photo", "photo"]


async def test_the_posted_part_of_an_album_is_not_sent_again(scene: Scene, rate_limiter: OpenRateLimiter) -> None:
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker())
    await scene.api.send_photo(7, album().pictures[0].data)
    said = 'failed to send message #2 with the error message "Too Many Requests: retry after 8"'
    scene.sim.faults.fail("sendMediaGroup", 400, f"Bad Request: {said}")
    with pytest.raises(PlatformUnreachableError):
        await outbox.send_media(page, album(2), AGAIN)
    rate_limiter.paused.clear()
    await outbox.send_media(await outbox.find_lost_message(page), album(2), AGAIN)

    assert kinds(scene) == ["photo", "text"]
    assert labels(own(scene)) == [[], ["Again"]]


async def test_media_reply_to_the_question_in_a_group(scene: Scene) -> None:
    group = scene.sim.group("Team")
    outbox = await scene.ask(group)
    question = scene.get_last_message(group.id)
    await outbox.send_media(FIRST, NOTE)

    assert own(scene, group.id)[0].reply_to is question


async def test_media_reply_to_the_message_whose_button_was_pressed(scene: Scene) -> None:
    await (await scene.ask()).update_page(Page(start=0), "Hello", final=True, buttons=AGAIN)
    answer = scene.get_last_message()
    scene.ann.press(scene.sim.private(scene.ann), answer.id, "Again")
    await scene.outbox(await scene.read_last_update()).send_media(FIRST, NOTE)

    assert own(scene)[-1].reply_to is answer


async def test_media_are_posted_in_the_topic(scene: Scene) -> None:
    forum = scene.sim.group("Forum", forum=True)
    topic = scene.sim.topic(forum, "Cats", scene.ann)
    outbox = await scene.ask(forum, topic)
    await outbox.send_media(FIRST, NOTE)
    await outbox.send_media(FIRST, album(2), AGAIN)

    assert [message.topic for message in own(scene, forum.id)] == [topic] * 4


@pytest.mark.parametrize("media", [NOTE, album(1), album(2)], ids=["voice", "picture", "album"])
async def test_only_lost_media_of_the_same_topic_are_found(scene: Scene, media: Voice | Album) -> None:
    forum = scene.sim.group("Forum", forum=True)
    cats, dogs = (scene.sim.topic(forum, name, scene.ann) for name in ("Cats", "Dogs"))
    elsewhere = await scene.ask(forum, dogs)
    outbox = await scene.ask(forum, cats)
    page = replace(FIRST, sending=True, after=outbox.position_marker(), adopted=True)
    await elsewhere.send_media(FIRST, NOTE)
    await outbox.send_media(page, media, AGAIN)
    scene.message_ids = MessageIdTracker()
    other = scene.outbox(await scene.read_last_update())
    found = await other.find_lost_message(page)
    before = len(own(scene, forum.id))
    await other.send_media(found, media, AGAIN)

    assert len(own(scene, forum.id)) == before
    assert [message.topic for message in own(scene, forum.id)][1:] == [cats] * (before - 1)
    assert labels(own(scene, forum.id))[-1] == ["Again"]
    assert sum(map(len, labels(own(scene, forum.id)))) == 1


async def test_another_picture_is_not_taken_for_the_lost_one(scene: Scene) -> None:
    outbox = await scene.ask()
    page = replace(FIRST, sending=True, after=outbox.position_marker(), adopted=True)
    await outbox.send_media(FIRST, album(1, "another prompt"), AGAIN)
    scene.message_ids = MessageIdTracker()
    other = scene.outbox(await scene.read_last_update())
    done = await other.send_media(await other.find_lost_message(page), album(1), (Button("Again", "again", "u 7"),))

    assert scene.sim.texts(7) == ["another prompt", "A blue cat"]
    assert done.message_id == str(scene.get_last_message().id)


async def test_refused_formatting_of_a_caption_is_left_out(scene: Scene) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail("sendVoice", 400, "Bad Request: can't parse entities: whatever")
    await outbox.send_media(FIRST, NOTE)

    assert scene.sim.texts(7) == ["Good morning"]


async def test_a_file_too_large_for_telegram_is_a_final_refusal(scene: Scene) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail("sendVoice", 413, "Request Entity Too Large")

    with pytest.raises(ContentRejectedError):
        await outbox.send_media(FIRST, NOTE)


async def test_an_album_counts_as_one_message_an_item(scene: Scene, rate_limiter: OpenRateLimiter) -> None:
    group = scene.sim.group("Team")
    outbox = await scene.ask(group)
    await outbox.send_media(FIRST, album(4))
    ((limits, keep),) = rate_limiter.acquired

    assert [limits.count(limit) for limit in get_message_limits(group.id)] == [4, 1, 4]
    assert keep == 3


async def test_an_album_above_the_rate_limit_is_not_sent_in_part(redis: Redis) -> None:
    rate_limiter = RateLimiter(redis, "tg")
    minute = next(limit for limit in get_message_limits(-5) if limit.seconds == 60)
    sent: list[int] = []

    async def send(chat: int) -> None:
        sent.append(chat)

    posting, *waits = await asyncio.gather(
        RateLimitedChat(CallBudget(rate_limiter), -5).call_as_message(send, count=10),
        *[rate_limiter.acquire(minute) for _ in range(minute.calls)],
        return_exceptions=True,
    )

    assert isinstance(posting, RateLimitedError) is not bool(sent)
    assert len(sent) * 10 + waits.count(0.0) <= minute.calls
