"""Voice, audio, pictures, documents, albums, downloads."""

import struct
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from telegram import InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest, NetworkError

from bots.sandbox.telegram.files import read_dimensions
from tests.bots.sandbox.telegram.client import Client, connected

OGG = b"OggS" + bytes(24) + b"OpusHead" + bytes(40)
MP3 = b"ID3\x04" + bytes(60)


def png(width: int = 640, height: int = 480, *, size: int = 0) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + bytes(20 + size)


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Client]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else the SDK warns whenever it reads a duration
    async with connected() as client:
        client.sim.limits.enabled = False
        yield client


@pytest.mark.parametrize("sound", [OGG, MP3, b"\0\0\0\x20ftypM4A " + bytes(40)])
async def test_a_voice_is_shown_as_one_in_the_documented_formats(client: Client, sound: bytes) -> None:
    sent = await client.bot.send_voice(11, sound, duration=3, caption="*hi*", parse_mode="MarkdownV2")

    assert sent.voice is not None
    assert (sent.voice.duration, sent.caption) == (timedelta(seconds=3), "hi")
    assert client.sim.messages(11)[0].kind == "voice"
    assert client.sim.texts(11) == ["hi"]


async def test_another_format_arrives_as_a_document(client: Client) -> None:
    sent = await client.bot.send_voice(11, b"RIFF" + bytes(40))

    assert sent.voice is None
    assert sent.document is not None


async def test_a_user_may_forbid_voice_messages_but_not_audio(client: Client) -> None:
    client.ann.user.forbids_voice = True

    with pytest.raises(BadRequest, match="Voice_messages_forbidden"):
        await client.bot.send_voice(11, OGG)
    sent = await client.bot.send_audio(11, MP3, title="Answer", performer="Wanjie")
    assert sent.audio is not None
    assert sent.audio.title == "Answer"


async def test_a_picture_and_a_document_are_shown(client: Client) -> None:
    photo = await client.bot.send_photo(11, png(), caption="A cat")
    document = await client.bot.send_document(11, b"text", filename="a.txt")

    assert (photo.photo[-1].width, photo.photo[-1].height) == (640, 480)
    assert document.document is not None
    assert document.document.file_name == "a.txt"
    assert [message.kind for message in client.sim.messages(11)] == ["photo", "document"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (png(9000, 2000), "PHOTO_INVALID_DIMENSIONS"),
        (png(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (png(size=10 * 1024 * 1024), "is too big for a photo; the maximum size is 10485760 bytes"),
        (b"", "file must be non-empty"),
    ],
)
async def test_a_bad_picture_is_refused(client: Client, data: bytes, sentence: str) -> None:
    with pytest.raises(BadRequest, match=rf"(?i){sentence}"):
        await client.bot.send_photo(11, data)


async def test_a_file_over_fifty_megabytes_is_refused(client: Client) -> None:
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await client.bot.send_document(11, bytes(50 * 1024 * 1024 + 1))


async def test_a_caption_has_its_own_limit(client: Client) -> None:
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await client.bot.send_voice(11, OGG, caption="a" * 1025)
    sent = await client.bot.send_voice(11, OGG, caption="a" * 1024)

    with pytest.raises(BadRequest, match=r"(?i)MEDIA_CAPTION_TOO_LONG"):
        await client.bot.edit_message_caption(11, sent.message_id, caption="a" * 1025)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await client.bot.edit_message_text("a", 11, sent.message_id)
    await client.bot.edit_message_caption(11, sent.message_id, caption="b")
    assert client.sim.texts(11) == ["b"]


async def test_a_text_message_has_no_caption(client: Client) -> None:
    sent = await client.bot.send_message(11, "a")

    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await client.bot.edit_message_caption(11, sent.message_id, caption="b")


async def test_a_file_id_sends_the_file_again_but_only_as_what_it_is(client: Client) -> None:
    sent = await client.bot.send_photo(11, png())
    again = await client.bot.send_photo(11, sent.photo[-1].file_id)

    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    with pytest.raises(BadRequest, match=r"(?i)can't use file of type photo as voice"):
        await client.bot.send_voice(11, sent.photo[-1].file_id)
    with pytest.raises(BadRequest, match=r"(?i)wrong file identifier/HTTP URL specified"):
        await client.bot.send_photo(11, "nonsense")


async def test_a_url_is_fetched_from_the_simulated_web(client: Client) -> None:
    client.sim.web["https://a.example/cat.png"] = png(10, 10)
    sent = await client.bot.send_photo(11, "https://a.example/cat.png")

    assert sent.photo[-1].width == 10
    with pytest.raises(BadRequest, match=r"(?i)failed to get HTTP URL content"):
        await client.bot.send_photo(11, "https://a.example/dog.png")


async def test_an_album_is_several_messages_with_one_group(client: Client) -> None:
    sent = await client.bot.send_media_group(11, [InputMediaPhoto(png(), caption="one"), InputMediaPhoto(png())])

    assert len({message.media_group_id for message in sent}) == 1
    assert [message.kind for message in client.sim.messages(11)] == ["photo", "photo"]
    assert client.sim.texts(11) == ["one", ""]
    assert client.sim.violations == []


async def test_an_album_has_limits(client: Client) -> None:
    with pytest.raises(BadRequest, match="Media group must include 2-10 items"):
        await client.bot.send_media_group(11, [InputMediaPhoto(png())])
    mixed = [InputMediaPhoto(png()), InputMediaDocument(b"x")]
    with pytest.raises(BadRequest, match="Can't use the media of the specified type in the album"):
        await client.bot.send_media_group(11, mixed)


async def test_what_users_attach_can_be_downloaded(client: Client) -> None:
    client.ann.send_photo(client.chat, png(), "look")
    client.ann.send_voice(client.chat, OGG, duration=2)
    client.ann.send_document(client.chat, b"%PDF-1.7", "a.pdf")

    photo, voice, document = [update.message for update in await client.bot.get_updates(timeout=0)]
    assert photo is not None
    assert photo.caption == "look"
    file = await client.bot.get_file(photo.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == png()
    assert voice is not None
    assert voice.voice is not None
    assert voice.voice.duration == timedelta(seconds=2)
    assert document is not None
    assert document.document is not None
    assert document.document.mime_type == "application/pdf"


async def test_a_file_must_be_known_and_small_enough_to_download(client: Client) -> None:
    client.ann.send_document(client.chat, bytes(20 * 1024 * 1024 + 1), "big.bin")
    (update,) = await client.bot.get_updates(timeout=0)
    assert update.message is not None
    assert update.message.document is not None

    with pytest.raises(BadRequest, match="File is too big"):
        await client.bot.get_file(update.message.document.file_id)
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id or the file is temporarily unavailable"):
        await client.bot.get_file("nonsense")


def test_the_size_of_a_picture_is_read_from_its_header() -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab" + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 20, 30) + bytes(8)

    assert read_dimensions(jpeg) == (30, 20)
    assert read_dimensions(b"GIF89a" + struct.pack("<HH", 7, 9)) == (7, 9)
    assert read_dimensions(b"\x89PNG\r\n") is None
    assert read_dimensions(jpeg[:8]) is None


async def test_an_album_takes_no_keyboard(client: Client) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Again", "callback_data": "again:1"}]]}
    answer = await client.raw("sendMediaGroup", {"chat_id": 11, "media": [], "reply_markup": keyboard})

    assert answer["status"] == 400
    assert client.sim.violations == ["sendMediaGroup: unknown parameter 'reply_markup'"]


async def test_pictures_of_one_album_arrive_as_separate_updates(client: Client) -> None:
    for _ in range(2):
        client.ann.send_photo(client.chat, png(), album="a1")
    groups = [update.message.media_group_id for update in await client.bot.get_updates(timeout=0) if update.message]

    assert groups == ["a1", "a1"]


async def test_a_download_can_fail(client: Client) -> None:
    client.ann.send_photo(client.chat, png())
    (update,) = await client.bot.get_updates(timeout=0)
    assert update.message is not None
    file = await client.bot.get_file(update.message.photo[-1].file_id)
    client.sim.faults.bad_gateway("download")
    client.sim.faults.lose_request("download")

    for _ in range(2):
        with pytest.raises(NetworkError):
            await file.download_as_bytearray()
    assert bytes(await file.download_as_bytearray()) == png()


async def test_the_files_of_a_message_can_be_inspected(client: Client) -> None:
    await client.bot.send_voice(11, OGG)
    await client.bot.send_photo(11, png())

    assert [client.sim.file(message).data for message in client.sim.messages(11)] == [OGG, png()]
