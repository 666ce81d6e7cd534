"""Files that people send, and those of messages that they refer to."""

from __future__ import annotations

import pytest

from core.chat.port.errors import ContentRejectedError, FileTooLargeError
from core.chat.port.incoming import Incoming
from tests.contracts.media import picture, voice
from tests.contracts.scene import Scene, granted

pytestmark = pytest.mark.needs("download_file")


async def _sent(scene: Scene, data: bytes, name: str, mime: str, text: str = "", *, voice: bool = False) -> Incoming:
    await scene.case.persona.send(data, name, mime, text=text, voice=voice)
    _, incoming = await scene.stored(lambda incoming: incoming.attachments)
    return incoming


async def test_a_picture_has_its_caption_and_can_be_downloaded(scene: Scene) -> None:
    image = picture()
    incoming = await _sent(scene, image.data, image.name, image.mime, "What is this?")
    (file,) = incoming.attachments
    data = await granted(lambda: scene.platform.outbox(incoming).download_file(file.id, max_bytes=100_000))

    assert (incoming.text, file.kind, file.size) == ("What is this?", "image", len(image.data))
    assert data == image.data


async def test_a_document_has_its_name_and_type(scene: Scene) -> None:
    incoming = await _sent(scene, b"a,b\n1,2\n", "sums.csv", "text/csv", "Add them up.")
    (file,) = incoming.attachments
    data = await granted(lambda: scene.platform.outbox(incoming).download_file(file.id, max_bytes=8))

    assert (file.kind, file.name, file.mime) == ("document", "sums.csv", "text/csv")
    assert data == b"a,b\n1,2\n"


async def test_a_recording_is_a_voice_message(scene: Scene) -> None:
    spoken = voice(scene.outbox.capabilities).audio
    incoming = await _sent(scene, spoken, "voice", "audio/ogg", voice=True)
    (file,) = incoming.attachments

    assert file.kind == "voice"
    assert incoming.addressed
    assert await granted(lambda: scene.outbox.download_file(file.id, max_bytes=100_000)) == spoken


async def test_a_file_can_be_downloaded_long_after_its_message(scene: Scene) -> None:
    incoming = await _sent(scene, b"words", "words.txt", "text/plain", "Read.")
    await scene.hear("and then")
    async with scene.elsewhere() as other:
        data = await granted(
            lambda: other.outbox(scene.incoming).download_file(incoming.attachments[0].id, max_bytes=100)
        )

    assert data == b"words"


async def test_a_file_above_the_size_limit_is_not_downloaded(scene: Scene) -> None:
    incoming = await _sent(scene, bytes(500_000), "large.bin", "application/octet-stream", "Read.")

    with pytest.raises(FileTooLargeError):
        await granted(lambda: scene.outbox.download_file(incoming.attachments[0].id, max_bytes=499_999))


async def test_an_absent_file_cannot_be_downloaded(scene: Scene) -> None:
    with pytest.raises(ContentRejectedError):
        await granted(lambda: scene.outbox.download_file("F0000", max_bytes=100))


async def test_a_command_on_a_message_quotes_it(scene: Scene) -> None:
    await granted(lambda: scene.outbox.send_text("Read me aloud"))
    await scene.case.persona.reply("/speak", "aloud")
    _, incoming = await scene.stored(lambda incoming: incoming.command)

    assert (incoming.command, incoming.text, incoming.quoted) == ("speak", "", "Read me aloud")
