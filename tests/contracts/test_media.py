"""Voice notes and pictures: posted once, with what stands beneath them, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.chat.port.errors import PlatformUnreachableError, RateLimitedError, RecipientGoneError
from core.chat.port.incoming import Choice
from core.chat.port.media import Album, Voice
from core.chat.port.menus import Button
from core.chat.port.page import Page
from tests.contracts.media import album, voice
from tests.contracts.scene import Scene, granted

pytestmark = pytest.mark.needs("send_media")

_BUTTONS = (Button("Again", "again", "t1 1001"), Button("Variation", "again", "t1 1001 v"))
_Make = Callable[[Scene], Voice | Album]
_VOICE: _Make = lambda scene: voice(scene.outbox.capabilities, caption="**Good** morning")  # noqa: E731 - a row of a table
_PICTURE: _Make = lambda _: album(1)  # noqa: E731 - a row of a table
_ALBUM: _Make = lambda _: album(3)  # noqa: E731 - a row of a table
_EACH = pytest.mark.parametrize(
    ("make", "method"),
    [(_VOICE, "voice"), (_PICTURE, "picture"), (_ALBUM, "album")],
    ids=["voice", "picture", "album"],
)


async def _attach(
    scene: Scene, media: Voice | Album, page: Page | None = None, buttons: tuple[Button, ...] = ()
) -> Page:
    begun = page or replace(scene.sending(), media=True)
    return await granted(lambda: scene.outbox.send_media(begun, media, buttons))


def _method(scene: Scene, name: str) -> str:
    return str(getattr(scene.case.calls, name))


async def test_a_voice_note_is_posted_with_its_caption(scene: Scene) -> None:
    note = voice(scene.outbox.capabilities, caption="**Good** morning")
    page = await _attach(scene, note)
    (post,) = scene.case.persona.posts()

    assert page.done
    assert page.message_id
    assert (post.kind, post.files, post.caption) == ("voice", (note.audio,), "Good morning")


async def test_an_audio_file_is_posted_where_voice_notes_are_forbidden(scene: Scene) -> None:
    file = voice(scene.outbox.capabilities, note=False)
    await _attach(scene, file)
    (post,) = scene.case.persona.posts()

    assert post.kind in {"audio", "voice"}
    assert post.files == (file.audio,)


@pytest.mark.parametrize("count", [1, 2, 4, 10])
async def test_pictures_are_posted_together_with_their_caption(scene: Scene, count: int) -> None:
    pictures = album(count)
    page = await _attach(scene, pictures)
    (post,) = scene.case.persona.posts()

    assert page.done
    assert post.kind == "pictures"
    assert post.files == tuple(picture.data for picture in pictures.pictures)
    assert post.caption == "A blue cat"


@_EACH
async def test_buttons_below_media_are_read_as_choices(scene: Scene, make: _Make, method: str) -> None:
    await _attach(scene, make(scene), buttons=_BUTTONS)
    (post,) = scene.case.persona.posts()
    labels = scene.case.persona.buttons()
    await scene.case.persona.press("Variation")
    _, pressed = await scene.stored(lambda incoming: incoming.choice)

    assert method
    assert post.caption in {"A blue cat", "Good morning"}
    assert labels == ["Again", "Variation"]
    assert pressed.choice == Choice("again", "t1 1001 v")
    assert post.caption in pressed.quoted.replace("**", "")


@_EACH
async def test_the_next_message_is_posted_after_the_media(scene: Scene, make: _Make, method: str) -> None:
    await _attach(scene, make(scene))
    await granted(lambda: scene.outbox.send_text("There you are."))
    steps = scene.case.persona.steps()

    assert method
    assert steps[-1].text == "There you are."


@_EACH
async def test_media_whose_response_was_lost_are_posted_once(scene: Scene, make: _Make, method: str) -> None:
    page, media = replace(scene.sending(), media=True), make(scene)
    scene.case.lose_answer(_method(scene, method))
    with pytest.raises(PlatformUnreachableError):
        await _attach(scene, media, page, _BUTTONS)
    found = await granted(lambda: scene.outbox.find_lost_message(page))
    done = await _attach(scene, media, found, _BUTTONS)

    assert found.adopted
    assert (done.done, done.message_id) == (True, found.message_id)
    assert len(scene.case.persona.posts()) == 1
    assert scene.case.persona.buttons() == ["Again", "Variation"]


@_EACH
async def test_media_of_a_dead_process_are_found_by_another_and_posted_once(
    scene: Scene, make: _Make, method: str
) -> None:
    await granted(lambda: scene.outbox.send_text("a sentence that must stay"))
    page, media = replace(scene.sending(adopted=True), media=True), make(scene)
    scene.case.lose_answer(_method(scene, method))
    with pytest.raises(PlatformUnreachableError):
        await _attach(scene, media, page, _BUTTONS)
    async with scene.elsewhere() as other:
        scene.outbox = other.outbox(scene.incoming)
        found = await granted(lambda: scene.outbox.find_lost_message(page))
        await _attach(scene, media, found, _BUTTONS)

    assert len(scene.case.persona.posts()) == 1
    assert scene.case.persona.buttons() == ["Again", "Variation"]
    assert "a sentence that must stay" in scene.screen()


@_EACH
async def test_complete_media_are_not_posted_again_by_another_process(scene: Scene, make: _Make, method: str) -> None:
    page, media = replace(scene.sending(adopted=True), media=True), make(scene)
    await _attach(scene, media, page, _BUTTONS)
    before = scene.messages()
    async with scene.elsewhere() as other:
        scene.outbox = other.outbox(scene.incoming)
        found = await granted(lambda: scene.outbox.find_lost_message(page))
        await _attach(scene, media, found, _BUTTONS)

    assert method
    assert scene.messages() == before
    assert scene.case.persona.buttons() == ["Again", "Variation"]


@_EACH
async def test_a_search_without_lost_media_finds_none(scene: Scene, make: _Make, method: str) -> None:
    page, media = replace(scene.sending(), media=True), make(scene)
    scene.case.break_down(_method(scene, method))
    with pytest.raises(PlatformUnreachableError):
        await _attach(scene, media, page)
    found = await granted(lambda: scene.outbox.find_lost_message(page))
    await _attach(scene, media, found)

    assert found == page
    assert len(scene.case.persona.posts()) == 1


async def test_the_search_for_lost_messages_tells_texts_from_media(scene: Scene) -> None:
    page = scene.sending(adopted=True)
    media = voice(scene.outbox.capabilities)
    await granted(lambda: scene.outbox.send_text("a sentence that must stay"))
    async with scene.elsewhere() as other:
        no_media = await granted(lambda: other.outbox(scene.incoming).find_lost_message(replace(page, media=True)))
    page = scene.sending(adopted=True)
    await _attach(scene, media, buttons=_BUTTONS)
    async with scene.elsewhere() as other:
        no_text = await granted(lambda: other.outbox(scene.incoming).find_lost_message(page))

    assert no_media.message_id == ""
    assert no_text.message_id == ""
    assert scene.case.persona.buttons() == ["Again", "Variation"]


@_EACH
async def test_rate_limited_media_are_posted_later_and_once(scene: Scene, make: _Make, method: str) -> None:
    scene.case.flood(_method(scene, method), 1)
    page, media = replace(scene.sending(), media=True), make(scene)
    with pytest.raises(RateLimitedError):
        await scene.outbox.send_media(page, media, _BUTTONS)
    await _attach(scene, media, page, _BUTTONS)

    assert len(scene.case.persona.posts()) == 1
    assert scene.case.persona.buttons() == ["Again", "Variation"]


@_EACH
async def test_media_in_a_chat_that_removed_the_bot_raise_recipient_gone(
    scene: Scene, make: _Make, method: str
) -> None:
    scene.case.expel()
    with pytest.raises(RecipientGoneError):
        await _attach(scene, make(scene))

    assert method
    assert scene.case.persona.posts() == []


@_EACH
async def test_captions_notify_nobody(scene: Scene, make: _Make, method: str) -> None:
    media = replace(make(scene), caption="Ask <!channel>, <@U123>, @everyone and [Ann](tg://user?id=7).")
    await _attach(scene, media, buttons=_BUTTONS)

    assert method
    assert scene.case.pings() == []


@_EACH
async def test_captions_of_maximum_length_are_posted(scene: Scene, make: _Make, method: str) -> None:
    for words in ("字 **x** ", "@abcde "):
        await _attach(scene, replace(make(scene), caption=(words * 200)[:1000]))

    assert method
    assert len(scene.case.persona.posts()) == 2
