"""Pictures are shown to models that see, and once more with the questions that follow."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.chat.port.errors import ContentRejectedError, RateLimitedError, RecipientGoneError
from core.chat.port.incoming import Attachment
from core.chat.question.build_question import QuestionBuilder
from core.chat.text.user_error import UserFacingError
from core.store import HistoryMessage
from tests.core.chat.sent_files import PHOTO, Mail, picture, sent
from tests.core.metered import PAYER

BLIND, VISION_MODEL = "deepseek-v3", "GPT-4o"


@pytest.fixture
def mail() -> Mail:
    return Mail({"p1": picture()})


def photos(count: int) -> list[Attachment]:
    return [replace(PHOTO, id=f"p{number}", name=f"{number}.png") for number in range(count)]


def opened(url: str) -> Image.Image:
    head, data = url.split(",")
    assert head.endswith(";base64")
    return Image.open(BytesIO(b64decode(data)))


async def blindness(questions: QuestionBuilder, mail: Mail, model: str | None = BLIND) -> UserFacingError:
    with pytest.raises(UserFacingError) as caught:
        await questions.build(sent(PHOTO, text="What is this?"), mail, [], model=model, payer=PAYER)
    return caught.value


async def test_a_picture_is_sent_to_a_vision_model(questions: QuestionBuilder, mail: Mail) -> None:
    question, notes = await questions.build(
        sent(PHOTO, text="What is this?"), mail, [], model=VISION_MODEL, payer=PAYER
    )

    assert question.text == "[picture]\n\nWhat is this?"
    assert [opened(url).size for url in question.images] == [(40, 30)]
    assert question.files == ("p1",)
    assert notes == ()


async def test_a_picture_without_words_is_marked_in_the_text(questions: QuestionBuilder, mail: Mail) -> None:
    question, _ = await questions.build(sent(replace(PHOTO, name="cat.png")), mail, [], model=VISION_MODEL, payer=PAYER)

    assert question.text == "[picture: cat.png]"


async def test_a_photo_sent_as_a_file_is_a_picture(questions: QuestionBuilder, mail: Mail) -> None:
    file = Attachment("document", "p1", "IMG_1.PNG", "application/octet-stream")
    question, _ = await questions.build(sent(file), mail, [], model=VISION_MODEL, payer=PAYER)

    assert len(question.images) == 1


async def test_the_picture_of_the_message_replied_to_belongs_to_the_question(
    questions: QuestionBuilder, mail: Mail
) -> None:
    incoming = sent(text="What is in this?", quoted="my cat", to=(PHOTO,))
    question, _ = await questions.build(incoming, mail, [], model=VISION_MODEL, payer=PAYER)

    assert question.text == "> my cat\n\n[picture]\n\nWhat is in this?"
    assert len(question.images) == 1


async def test_a_large_picture_is_resized(questions: QuestionBuilder) -> None:
    mail = Mail({"p1": picture(3000, 1500, "JPEG")})
    question, _ = await questions.build(sent(PHOTO), mail, [], model=VISION_MODEL, payer=PAYER)

    assert opened(question.images[0]).size == (1568, 784)


async def test_a_model_without_vision_suggests_others(questions: QuestionBuilder, mail: Mail, sim: WanjieSim) -> None:
    sim.script.models = ("deepseek-v3", "GPT-4o", "Flux.1-Schnell", *(f"qwen{number}-vl" for number in range(9)))

    error = await blindness(questions, mail)
    assert error.key == "file.blind"
    assert error.values["suggestions"] == "`GPT-4o`, `qwen0-vl`, `qwen1-vl`, `qwen2-vl`, `qwen3-vl`"
    assert mail.fetched == []


async def test_a_key_without_vision_models_is_explained(questions: QuestionBuilder, mail: Mail, sim: WanjieSim) -> None:
    sim.script.models = ("deepseek-v3",)

    assert (await blindness(questions, mail)).key == "file.blind_all"


async def test_an_unavailable_list_suggests_no_models(questions: QuestionBuilder, mail: Mail, sim: WanjieSim) -> None:
    sim.script.fail_next.append(Failure(503))

    assert (await blindness(questions, mail)).key == "file.blind_all"


async def test_a_key_without_models_is_the_reason_given(questions: QuestionBuilder, mail: Mail) -> None:
    assert (await blindness(questions, mail, None)).key == "model.none_chat"


async def test_a_model_configured_for_vision_gets_pictures(
    reading_with: Callable[..., QuestionBuilder], mail: Mail
) -> None:
    reading = reading_with(vision_models="deepseek*")
    question, _ = await reading.build(sent(PHOTO), mail, [], model=BLIND, payer=PAYER)

    assert len(question.images) == 1


async def test_a_reply_to_a_picture_is_answered_without_vision_with_a_notice(
    questions: QuestionBuilder, mail: Mail
) -> None:
    question, notes = await questions.build(sent(text="Thank you!", to=(PHOTO,)), mail, [], model=BLIND, payer=PAYER)

    assert question.text == "[unreadable picture]\n\nThank you!"
    assert question.images == ()
    assert "`gemini-2.5-pro`" in notes[0]


async def test_a_bare_mention_below_a_picture_is_explained_without_vision(
    questions: QuestionBuilder, mail: Mail
) -> None:
    with pytest.raises(UserFacingError, match=r"file\.blind"):
        await questions.build(sent(to=(PHOTO,)), mail, [], model=BLIND, payer=PAYER)


@pytest.mark.parametrize("data", [b"", b"not a picture", picture(300, 300)[:200]])
async def test_a_broken_picture_is_explained(questions: QuestionBuilder, data: bytes) -> None:
    with pytest.raises(UserFacingError, match=r"file\.broken"):
        await questions.build(sent(PHOTO, text="?"), Mail({"p1": data}), [], model=VISION_MODEL, payer=PAYER)


async def test_at_most_four_pictures_are_sent_and_the_others_reported(questions: QuestionBuilder) -> None:
    pictures = photos(6)
    mail = Mail({photo.id: picture() for photo in pictures})
    question, notes = await questions.build(sent(*pictures), mail, [], model=VISION_MODEL, payer=PAYER)

    assert question.files == ("p0", "p1", "p2", "p3")
    assert "[unreadable picture: 5.png]" in question.text
    assert notes == ("I can look at 4 pictures at a time. Left out: `4.png`, `5.png`.",)
    assert mail.fetched == ["p0", "p1", "p2", "p3"]


async def test_a_question_that_follows_still_has_the_picture(questions: QuestionBuilder, mail: Mail) -> None:
    question, _ = await questions.build(sent(PHOTO), mail, [], model=VISION_MODEL, payer=PAYER)
    history = [HistoryMessage("user", question.text, question.files), HistoryMessage("assistant", "A cat.")]

    assert await questions.load_pictures(history, mail, VISION_MODEL, person="tg:1:7") == {"p1": question.images[0]}
    assert mail.fetched == ["p1"]


async def test_another_process_downloads_the_picture_again(questions: QuestionBuilder, mail: Mail) -> None:
    found = await questions.load_pictures(
        [HistoryMessage("user", "[picture]", ("p1",))], mail, VISION_MODEL, person="tg:1:7"
    )

    assert opened(found["p1"]).size == (40, 30)


async def test_a_model_without_vision_gets_no_pictures_of_the_history(questions: QuestionBuilder, mail: Mail) -> None:
    history = [HistoryMessage("user", "[picture]", ("p1",))]

    assert await questions.load_pictures(history, mail, BLIND, person="tg:1:7") == {}
    assert await questions.load_pictures(history, mail, None, person="tg:1:7") == {}
    assert mail.fetched == []


async def test_the_four_newest_pictures_of_the_history_are_sent(questions: QuestionBuilder) -> None:
    mail = Mail({photo.id: picture() for photo in photos(6)})
    files = (("p0", "p1"), ("p2", "p3"), ("p2", "p3"), ("p4",))
    history = [HistoryMessage("user", "[picture]", each) for each in files]

    assert set(await questions.load_pictures(history, mail, VISION_MODEL, person="tg:1:7")) == {"p4", "p3", "p2", "p1"}


@pytest.mark.parametrize("error", [ContentRejectedError("deleted"), RecipientGoneError("gone")])
async def test_unavailable_old_pictures_are_left_out(questions: QuestionBuilder, mail: Mail, error: Exception) -> None:
    mail.files["broken"] = b"no picture"
    history = [HistoryMessage("user", "[picture]", (file,)) for file in ("p1", "broken", "lost")]
    mail.script = [error]

    assert set(await questions.load_pictures(history, mail, VISION_MODEL, person="tg:1:7")) == {"p1"}


async def test_a_rate_limit_does_not_lose_an_old_picture(questions: QuestionBuilder, mail: Mail) -> None:
    mail.script = [RateLimitedError(0.01)]

    assert set(
        await questions.load_pictures([HistoryMessage("user", "", ("p1",))], mail, VISION_MODEL, person="tg:1:7")
    ) == {"p1"}


@pytest.mark.parametrize(("locale", "left_out"), [("en", "3 pictures, `cat.png`"), ("zh", "3 张图片、`cat.png`")])
async def test_pictures_without_names_are_counted(questions: QuestionBuilder, locale: str, left_out: str) -> None:
    pictures = [Attachment("image", f"p{number}", "", "image/png") for number in range(7)]
    incoming = sent(*pictures, Attachment("image", "p7", "cat.png", "image/png"))
    mail = Mail({attachment.id: picture() for attachment in incoming.attachments})
    asked = replace(incoming, sender=replace(incoming.sender, locale=locale))
    _, (note,) = await questions.build(asked, mail, [], model=VISION_MODEL, payer=PAYER)

    assert left_out in note
