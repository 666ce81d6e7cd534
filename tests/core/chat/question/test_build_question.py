"""Questions made of messages that bear files of every kind."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.chat.port.incoming import Attachment
from core.chat.question.attachment_kinds import InputKind, classify, display_name
from core.chat.question.build_question import QuestionBuilder
from core.chat.question.documents import fence_untrusted
from core.chat.text.user_error import UserFacingError
from core.store import HistoryMessage
from tests.core.chat.sent_files import PHOTO, REPORT, VOICE, Mail, picture, sent
from tests.core.metered import PAYER

BLIND, VISION_MODEL = "deepseek-v3", "GPT-4o"
STICKER = Attachment("other", "s1")
VIDEO = Attachment("video", "m1", mime="video/mp4", name="cat.mp4")


@pytest.mark.parametrize(
    ("attachment", "sort"),
    [
        (VOICE, "sound"),
        (Attachment("audio", "1", "song.mp3", "audio/mpeg"), "sound"),
        (Attachment("document", "1", "memo.m4a", "audio/mp4"), "sound"),
        (PHOTO, "picture"),
        (Attachment("document", "1", "scan", "image/png"), "picture"),
        (Attachment("document", "1", "IMG_1.HEIC", "application/octet-stream"), "picture"),
        (Attachment("image", "1", "logo.svg", "image/svg+xml"), "document"),
        (Attachment("document", "1", "logo.svg", "image/svg+xml"), "document"),
        (REPORT, "document"),
        (Attachment("document", "1", "Makefile"), "document"),
        (Attachment("other", "1", "data.csv"), "document"),
        (Attachment("other", "1", "photo.jpg"), "picture"),
        (Attachment("document", "1", "index.ts", "video/mp2t"), "document"),
        (Attachment("video", "1", "index.ts", "video/mp2t"), "document"),
        (Attachment("document", "1", "go.mod", "audio/x-mod"), "document"),
        (Attachment("audio", "1", "list.m3u", "audio/x-mpegurl"), "document"),
        (Attachment("image", "1", "plan.dxf", "image/vnd.dxf"), "document"),
        (Attachment("document", "1", "REC0001", "audio/mpeg"), "sound"),
        (Attachment("document", "1", "memo.M4A", "application/octet-stream"), "sound"),
        (Attachment("document", "1", "photo.jpg", "text/plain"), "picture"),
        (Attachment("voice", "1", "", "audio/ogg"), "sound"),
        (VIDEO, "other"),
        (Attachment("document", "1", "film.mkv", "video/x-matroska"), "other"),
        (STICKER, "other"),
        (Attachment("other", "", "location"), "other"),
    ],
)
def test_the_kind_of_a_file_follows_from_kind_media_type_and_name(attachment: Attachment, sort: InputKind) -> None:
    assert classify(attachment) == sort


@given(st.text(max_size=300))
def test_a_title_fits_between_back_ticks_on_one_line(name: str) -> None:
    shown = display_name(replace(REPORT, name=name))

    assert len(shown) <= 81
    assert "`" not in shown
    assert len(shown.splitlines()) <= 1


@given(st.text(alphabet="a`\n ~", max_size=60))
@example("```\nx")
def test_nothing_in_a_file_can_leave_its_fence(text: str) -> None:
    heading, fence, *body, last = fence_untrusted("File", text).splitlines()

    assert (heading, last) == ("[File]", fence)
    assert not any(line.strip().startswith(fence) for line in body)


async def test_a_text_without_files_is_unchanged(questions: QuestionBuilder) -> None:
    mail = Mail()
    question, notes = await questions.build(sent(text=" Hi? "), mail, [], model=BLIND, payer=PAYER)

    assert (question.text, question.images, notes) == ("Hi?", (), ())
    assert mail.signs == []


async def test_an_empty_message_is_not_a_question(questions: QuestionBuilder) -> None:
    question, _ = await questions.build(sent(), Mail(), [], model=BLIND, payer=PAYER)

    assert not question.text


@pytest.mark.parametrize("attachment", [STICKER, VIDEO, Attachment("other", "", "location")])
async def test_an_unusable_file_is_explained(questions: QuestionBuilder, attachment: Attachment) -> None:
    with pytest.raises(UserFacingError) as caught:
        await questions.build(sent(attachment, text="what is this?"), Mail(), [], model=VISION_MODEL, payer=PAYER)

    assert caught.value.key == "file.other"


async def test_a_reply_to_an_unusable_file_is_answered(questions: QuestionBuilder) -> None:
    question, notes = await questions.build(
        sent(text="What do you think?", to=(VIDEO,)), Mail(), [], model=VISION_MODEL, payer=PAYER
    )

    assert question.text == "[unreadable attachment: cat.mp4]\n\nWhat do you think?"
    assert notes == ()


async def test_in_a_group_a_file_without_words_is_a_question_by_its_sender(questions: QuestionBuilder) -> None:
    mail = Mail({"p1": picture()})
    question, _ = await questions.build(replace(sent(PHOTO), direct=False), mail, [], model=VISION_MODEL, payer=PAYER)

    assert question.text == "Ada: [picture]"
    assert mail.signs == ["writing", "nothing"]


async def test_files_precede_the_text_about_them(questions: QuestionBuilder) -> None:
    mail = Mail({"p1": picture(), "d1": b"1,2"})
    incoming = sent(PHOTO, text="Compare!", quoted="My data", to=(REPORT,))
    question, _ = await questions.build(incoming, mail, [], model=VISION_MODEL, payer=PAYER)

    assert question.text == "> My data\n\n[picture]\n\n[File: report.txt]\n```\n1,2\n```\n\nCompare!"


async def test_an_unreadable_file_beside_readable_ones_is_explained_and_marked(questions: QuestionBuilder) -> None:
    mail = Mail({"d1": b"facts", "p1": b"no picture"})
    broken = replace(PHOTO, name="a_b.png"), replace(PHOTO, name="c.png")
    question, notes = await questions.build(
        sent(*broken, REPORT, text="Well?"), mail, [], model=VISION_MODEL, payer=PAYER
    )

    assert question.text.startswith("[File: report.txt]")
    assert "[unreadable picture: a_b.png]\n\n[unreadable picture: c.png]" in question.text
    assert notes == ("I can't open `a_b.png`, `c.png`. Please send it as JPEG or PNG.",)


async def test_sentences_are_in_the_language_of_the_sender(reading_with: Callable[..., QuestionBuilder]) -> None:
    incoming = sent(VOICE, text="你好")
    incoming = replace(incoming, sender=replace(incoming.sender, locale="zh-hans"))
    question, notes = await reading_with().build(incoming, Mail(), [], model=VISION_MODEL, payer=PAYER)

    assert question.text == "[unreadable voice message]\n\n你好"
    assert notes == ("这里暂不支持语音消息\uff0c请改用文字。",)


async def test_a_quote_is_cut_to_the_available_room_with_a_notice(
    reading_with: Callable[..., QuestionBuilder],
) -> None:
    lines = "\n".join(f"line {number}" for number in range(1000))
    reading = reading_with(file_limit=2_000)
    whole, none = await reading.build(sent(text="Sum up", quoted=lines[:1900]), Mail(), [], model=BLIND, payer=PAYER)
    question, notes = await reading.build(sent(text="Sum up", quoted=lines), Mail(), [], model=BLIND, payer=PAYER)

    assert (len(whole.text) > 1900, none) == (True, ())
    assert question.text.count("> line") == 234
    assert question.text.endswith("> line 233\n> [cut: the message has 8,889 characters]\n\nSum up")
    assert notes == ("I read the first 2,000 of 8,889 characters of the message you replied to.",)


async def test_the_newest_answer_is_not_quoted_again(reading_with: Callable[..., QuestionBuilder]) -> None:
    answer = "word " * 1000
    known = [HistoryMessage("user", "Q"), HistoryMessage("assistant", answer)]
    incoming = sent(text="Shorter!", quoted=answer)
    question, notes = await reading_with(file_limit=1_000).build(incoming, Mail(), known, model=BLIND, payer=PAYER)

    assert (question.text, notes) == ("Shorter!", ())


async def test_a_quote_leaves_less_room_for_documents(reading_with: Callable[..., QuestionBuilder]) -> None:
    incoming = sent(text="Compare", quoted="word " * 180, to=(REPORT,))
    mail = Mail({"d1": b"x" * 900})
    question, notes = await reading_with(file_limit=1_000).build(incoming, mail, [], model=BLIND, payer=PAYER)

    assert "[unreadable file: report.txt]" in question.text
    assert notes == ("I can read 1,000 characters of files at a time. Left out: `report.txt`.",)


async def test_a_document_whose_media_type_misleads_is_read(questions: QuestionBuilder) -> None:
    code = Attachment("video", "d1", "index.ts", "video/mp2t", 12)
    question, notes = await questions.build(
        sent(code, text="?"), Mail({"d1": b"let a = 1"}), [], model=BLIND, payer=PAYER
    )

    assert question.text == "[File: index.ts]\n```\nlet a = 1\n```\n\n?"
    assert notes == ()


@pytest.mark.parametrize(
    ("attachment", "data", "key"),
    [
        (Attachment("video", "d1", "stream.ts", "video/mp2t"), b"G@\x00\x10\x00\x01" * 99, "file.other"),
        (Attachment("document", "d1", "scan.dcm", "image/dicom"), b"\x00\x01DICM" * 99, "file.broken"),
        (Attachment("document", "d1", "data.bin", ""), b"\x00\x01\x02" * 99, "file.unreadable"),
        (Attachment("other", "d1", "data.bin", ""), b"\x00\x01\x02" * 99, "file.unreadable"),
    ],
)
async def test_a_file_without_text_is_treated_by_its_media_type(
    questions: QuestionBuilder, attachment: Attachment, data: bytes, key: str
) -> None:
    with pytest.raises(UserFacingError) as caught:
        await questions.build(sent(attachment, text="?"), Mail({"d1": data}), [], model=VISION_MODEL, payer=PAYER)

    assert caught.value.key == key


async def test_a_picture_with_another_suffix_is_recognised(questions: QuestionBuilder) -> None:
    scan = Attachment("document", "p1", "scan.backup", "image/png")
    question, _ = await questions.build(
        sent(scan, text="?"), Mail({"p1": picture()}), [], model=VISION_MODEL, payer=PAYER
    )

    assert question.images
