"""Documents are read into the question, as data, as far as there is room."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.chat.port.incoming import Attachment
from core.chat.question.build_question import QuestionBuilder
from core.chat.text.user_error import UserFacingError
from tests.core.chat.sent_files import REPORT, Mail, pdf, sent
from tests.core.metered import PAYER

MODEL = "deepseek-v3"


def file(name: str, mime: str = "", number: int = 1) -> Attachment:
    return Attachment("document", f"d{number}", name, mime)


@pytest.mark.parametrize(
    ("attachment", "data", "text"),
    [
        (file("people.csv", "text/csv"), "name,age\nAda,36\n".encode("utf-16"), "name,age\nAda,36"),
        (file("run.py", "text/x-python"), b"print('hi')\n", "print('hi')"),
        (file("notes.txt", "text/plain"), "你好".encode("gb18030"), "你好"),
        (file("logo.svg", "image/svg+xml"), b"<svg></svg>", "<svg></svg>"),
        (file("", "text/plain"), b"no name", "no name"),
    ],
)
async def test_text_of_every_kind_is_read(
    questions: QuestionBuilder, attachment: Attachment, data: bytes, text: str
) -> None:
    question, notes = await questions.build(
        sent(attachment, text="Well?"), Mail({"d1": data}), [], model=MODEL, payer=PAYER
    )

    heading = f"[File: {attachment.name}]" if attachment.name else "[File]"
    assert question.text == f"{heading}\n```\n{text}\n```\n\nWell?"
    assert notes == ()


async def test_a_pdf_is_read_page_by_page(questions: QuestionBuilder) -> None:
    mail = Mail({"d1": pdf("first page", "second page")})
    question, notes = await questions.build(
        sent(file("report.pdf", "application/pdf")), mail, [], model=MODEL, payer=PAYER
    )

    assert question.text.startswith("[File: report.pdf, pages 1 to 2 of 2]\n```\nfirst page")
    assert "second page" in question.text
    assert notes == ()


async def test_a_shortened_text_is_reported(reading_with: Callable[..., QuestionBuilder]) -> None:
    mail = Mail({"d1": b"x" * 53_210})
    question, notes = await reading_with(file_limit=20_000).build(sent(REPORT), mail, [], model=MODEL, payer=PAYER)

    assert question.text.startswith("[File: report.txt, cut after 20,000 characters]")
    assert question.text.count("x") == 20_000 + "report.txt".count("x")
    assert notes == ("I read the first 20,000 of 53,210 characters of `report.txt`.",)


async def test_a_shortened_pdf_is_reported_with_its_pages(reading_with: Callable[..., QuestionBuilder]) -> None:
    mail = Mail({"d1": pdf(*["\n".join(["a" * 60] * 10)] * 5)})
    question, notes = await reading_with(file_limit=1_000).build(
        sent(file("r.pdf")), mail, [], model=MODEL, payer=PAYER
    )

    found = re.search(r"r\.pdf, pages 1 to 2 of 5, cut after (\d+) characters", question.text)  # at the end of a line
    assert found is not None
    assert notes == (f"I read the first {found[1]} characters of `r.pdf` (up to page 2 of 5).",)


async def test_all_files_of_a_message_share_the_room(reading_with: Callable[..., QuestionBuilder]) -> None:
    files = [file(f"{number}.txt", "text/plain", number) for number in range(4)]
    mail = Mail({each.id: b"y" * 700 for each in files})
    question, notes = await reading_with(file_limit=1_000).build(sent(*files), mail, [], model=MODEL, payer=PAYER)

    assert question.text.count("y") == 1_000
    assert notes == (
        "I read the first 300 of 700 characters of `1.txt`.",
        "I can read 1,000 characters of files at a time. Left out: `2.txt`, `3.txt`.",
    )
    assert mail.fetched == ["d0", "d1"]


async def test_a_document_leaves_room_in_a_small_history(reading_with: Callable[..., QuestionBuilder]) -> None:
    reading = reading_with(history_tokens=3_000)
    question, _ = await reading.build(sent(REPORT), Mail({"d1": "字".encode() * 9_000}), [], model=MODEL, payer=PAYER)

    assert question.text.count("字") == 1_000


async def test_the_document_of_the_message_replied_to_belongs_to_the_question(questions: QuestionBuilder) -> None:
    question, _ = await questions.build(
        sent(text="Sum it up", to=(REPORT,)), Mail({"d1": b"abc"}), [], model=MODEL, payer=PAYER
    )

    assert question.text == "[File: report.txt]\n```\nabc\n```\n\nSum it up"


@pytest.mark.parametrize(
    ("attachment", "data"),
    [
        (file("letter.docx"), b"PK\x03\x04" + bytes(range(256)) * 8),
        (file("locked.pdf"), pdf("secret", locked=True)),
        (file("scan.pdf"), pdf("", "")),
        (file("broken.pdf", "application/pdf"), b"%PDF-1.4\nnothing"),
        (file("program.exe"), bytes(range(256)) * 8),
        (file("empty.txt", "text/plain"), b""),
    ],
)
async def test_a_file_without_text_is_explained(
    questions: QuestionBuilder, attachment: Attachment, data: bytes
) -> None:
    with pytest.raises(UserFacingError) as caught:
        await questions.build(sent(attachment, text="Sum it up"), Mail({"d1": data}), [], model=MODEL, payer=PAYER)

    assert (caught.value.key, caught.value.values["name"]) == ("file.unreadable", f"`{attachment.name}`")


async def test_a_reply_to_an_unreadable_file_is_answered_with_a_notice(questions: QuestionBuilder) -> None:
    incoming = sent(text="Thanks", to=(replace(REPORT, id="gone"),))
    question, notes = await questions.build(incoming, Mail(), [], model=MODEL, payer=PAYER)

    assert question.text == "[unreadable file: report.txt]\n\nThanks"
    assert notes == ("This file is no longer available: `report.txt`. Please send it again.",)
