"""Recordings and pictures, against a simulated Slack that shares and processes them later."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bots.sandbox.slack.persona import SlackPersona
from bots.slack.platform import SlackPlatform
from core.chat.port.errors import MediaForbiddenError, MissingPermissionError, NotAMemberError, RecipientGoneError
from core.chat.port.media import Album, Picture, Voice
from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries
from core.redis import RateLimiter
from tests.bots.slack.conftest import Scene, settings, suggest
from tests.bots.slack.event_listener import Listener

_PAGE = Page(start=0, media=True, sending=True)
_RETRY_BUTTON = (Button("🔁 Again", "imagine", "t1 U1"),)
_VOICE = Voice(b"ID3 sound", 1.5, "Good morning", caption="Only the **beginning** of a <b>")


def _picture(name: str = "cat.png", mime: str = "image/png") -> Picture:
    return Picture(b"\x89PNG " + name.encode(), mime, 8, 8, f"what {name} shows", name)


def _album(*pictures: Picture) -> Album:
    return Album(pictures or (_picture(), _picture("dog.png")), "a cat\n`flux`")


async def _post(scene: Scene, media: Voice | Album, buttons: tuple[Button, ...] = ()) -> Page:
    return await run_with_retries(lambda: scene.outbox.send_media(_PAGE, media, buttons))


def _persona(scene: Scene) -> SlackPersona:
    return SlackPersona(scene.slack, scene.ann, scene.channel, root=scene.question.ts)


async def test_a_recording_is_shared_in_the_thread_with_its_title(scene: Scene) -> None:
    page = await _post(scene, _VOICE)
    shared = scene.slack.messages(scene.channel, scene.question.ts)[-1]

    assert (page.message_id, page.done) == (shared.ts, True)
    assert (shared.files[0].title, shared.files[0].name) == ("Good morning", "speech.mp3")
    assert shared.text == "Only the *beginning* of a &lt;b&gt;"
    assert not scene.slack.violations


@pytest.mark.parametrize("media", [_VOICE, _album()], ids=["voice", "album"])
async def test_media_with_buttons_clear_the_status_without_a_call(scene: Scene, media: Voice | Album) -> None:
    await scene.outbox.show_activity("uploading")
    await _post(scene, media, _RETRY_BUTTON)
    await scene.outbox.show_activity("nothing")

    assert sum(call.method == "assistant.threads.setStatus" for call in scene.slack.calls) == 1
    assert scene.slack.status(scene.channel, scene.question.ts) == ""


async def test_pictures_are_one_message_with_alternative_texts(scene: Scene) -> None:
    page = await _post(scene, _album(), _RETRY_BUTTON)
    (post,) = _persona(scene).posts()

    assert page.message_id == post.message
    assert post.alts == ("what cat.png shows", "what dog.png shows")
    assert post.names == ("cat.png", "dog.png")
    assert {call.args["alt_txt"] for call in scene.slack.calls if call.method == "files.getUploadURLExternal"} == {
        *post.alts
    }
    assert scene.slack.count("files.completeUploadExternal") == 1
    assert not scene.slack.violations


async def test_pictures_are_posted_after_slack_has_processed_them(scene: Scene) -> None:
    scene.slack.rules.processing_delay = 0.6
    await _post(scene, _album())
    (post,) = _persona(scene).posts()

    assert post.kind == "pictures"


async def test_pictures_with_another_detected_type_are_shared_as_files(scene: Scene) -> None:
    await _post(scene, _album(_picture("cat.svg")), _RETRY_BUTTON)
    (post,) = _persona(scene).posts()

    assert (post.kind, post.files, post.caption) == ("files", (b"\x89PNG cat.svg",), "a cat\n`flux`")
    assert _persona(scene).buttons() == ["🔁 Again"]


async def test_pictures_refused_in_blocks_are_shared_as_files(scene: Scene) -> None:
    scene.slack.faults.fail("chat.postMessage", "invalid_blocks", times=3)
    await _post(scene, _album(), _RETRY_BUTTON)
    (post,) = _persona(scene).posts()

    assert post.kind == "files"
    assert len(post.files) == 2
    assert _persona(scene).buttons() == ["🔁 Again"]


@pytest.mark.parametrize("mime", ["image/webp", "image/tiff"])
async def test_types_unsupported_in_image_blocks_are_shared_as_files(scene: Scene, mime: str) -> None:
    await _post(scene, _album(_picture(), _picture("cat.webp", mime)))
    (post,) = _persona(scene).posts()

    assert post.kind == "files"
    assert scene.slack.count("files.getUploadURLExternal") == 2
    assert scene.slack.count("chat.postMessage") == 0


async def test_an_unconfirmed_share_is_not_waited_for_forever(scene: Scene) -> None:
    scene.slack.faults.fail("files.info", "missing_scope")
    page = await _post(scene, _VOICE)

    assert page.done
    assert page.message_id in scene.slack.workspace.files


async def test_a_slow_share_is_waited_for(scene: Scene) -> None:
    scene.slack.rules.share_delay = 1.0
    scene.slack.faults.break_down("files.info", status=502)
    page = await _post(scene, _VOICE)
    await scene.outbox.send_text("There you are.")

    assert page.message_id == scene.slack.messages(scene.channel, scene.question.ts)[1].ts
    assert scene.texts[-1] == "There you are."


async def test_files_are_uploaded_once_if_the_last_step_is_repeated(scene: Scene) -> None:
    scene.slack.faults.flood("chat.postMessage", retry_after=1)
    scene.slack.faults.flood("files.completeUploadExternal", retry_after=1)
    await _post(scene, _album())

    assert scene.slack.count("files.getUploadURLExternal") == 2
    assert len(_persona(scene).posts()) == 1


async def test_an_upload_with_unknown_outcome_is_repeated(scene: Scene) -> None:
    scene.slack.faults.lose_answers("files.completeUploadExternal")  # the call that completes them for the bot alone
    await _post(scene, _album())

    assert scene.slack.count("files.getUploadURLExternal") == 4
    assert len(_persona(scene).posts()) == 1


@pytest.mark.parametrize("error", ["file_uploads_disabled", "file_type_not_allowed"])
async def test_a_workspace_without_uploads_forbids_media(scene: Scene, error: str) -> None:
    scene.slack.faults.fail("files.getUploadURLExternal", error)
    with pytest.raises(MediaForbiddenError):
        await _post(scene, _VOICE)


async def test_an_app_without_the_upload_scope_is_refused(scene: Scene) -> None:
    scene.slack.faults.fail("files.getUploadURLExternal", "missing_scope")
    with pytest.raises(MissingPermissionError):
        await _post(scene, _VOICE)


async def test_a_long_rate_limit_on_buttons_below_files_is_not_waited_for(scene: Scene) -> None:
    scene.slack.faults.flood("chat.postMessage", retry_after=60)
    start = time.monotonic()
    page = await _post(scene, _VOICE, _RETRY_BUTTON)

    assert page.done
    assert time.monotonic() - start < 30
    assert _persona(scene).buttons() == []


async def test_lost_media_of_a_command_outside_threads_are_found_again(
    scene: Scene, listener: Listener, redis: Redis
) -> None:
    await scene.ann.command("/imagine", "a cat", scene.channel)
    incoming = await listener.next_action()
    outbox = scene.platform.outbox(incoming)
    page = replace(_PAGE, after=outbox.position_marker())
    await outbox.send_media(page, _album())
    async with SlackPlatform(settings(scene.slack), lambda account: RateLimiter(redis, account), suggest) as platform:
        await platform.connect()
        other = platform.outbox(incoming)
        found = await other.find_lost_message(page)
        await other.send_media(found, _album())

    posted = [message for message in scene.slack.messages(scene.channel) if message.bot_id]
    assert [message.ts for message in posted] == [found.message_id]


async def test_media_in_a_channel_without_the_bot_raise_not_a_member(scene: Scene, listener: Listener) -> None:
    away = scene.slack.channel("away", bot_member=False, members=[scene.ann])
    await scene.ann.command("/imagine", "a cat", away)
    command_outbox = scene.platform.outbox(await listener.next_action())
    said = await scene.ann.say(away, "draw this")
    await scene.ann.shortcut(said, "imagine")
    shortcut_outbox = scene.platform.outbox(await listener.next_action())
    for outbox in (command_outbox, shortcut_outbox):
        for media in (_VOICE, _album()):
            with pytest.raises(NotAMemberError):
                await run_with_retries(lambda outbox=outbox, media=media: outbox.send_media(_PAGE, media))
        await outbox.send_text("Invite me first.")

    assert [one.shown for one in scene.slack.ephemerals(scene.ann)] == ["Invite me first."] * 2


async def test_media_outside_their_deleted_thread_are_deleted(scene: Scene) -> None:
    await scene.ann.delete(scene.question)
    for media in (_VOICE, _album()):
        with pytest.raises(RecipientGoneError):
            await _post(scene, media)

    assert scene.slack.messages(scene.channel) == []
