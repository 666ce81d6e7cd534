# ruff: noqa: RUF001 - the stops of Chinese text are meant
"""Documents from outside."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.sandbox.wanjie.sample_media import make_mp3, make_png
from core.media.decoding_results import DocumentExcerpt, UnreadableDocumentError
from core.media.documents.pdf_text import PdfText, UnreadablePdfError, read_pdf
from core.media.documents.read_by_type import read_document
from tests.core.media.pdf_files import pdf

CHINESE = "第一行，你好。\n第二行：世界！\n"
TAIWANESE = "今天天氣很好，我們一起去公園。\n"
JAPANESE = "プロジェクトの予算は、月末までに提出してください。\n"


def office() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w:t>Hello</w:t>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"print('hi')\r\nx = 1\r\n", "print('hi')\nx = 1\n"),
        (CHINESE.encode(), CHINESE),
        (CHINESE.encode("utf-8-sig"), CHINESE),
        (CHINESE.encode("utf-16"), CHINESE),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), CHINESE),
        (CHINESE.encode("gb18030"), CHINESE),
        (TAIWANESE.encode("big5"), TAIWANESE),
        (JAPANESE.encode("cp932"), JAPANESE),
        ("Der Bär aß Müsli im Café.".encode("cp1252"), "Der Bär aß Müsli im Café."),
        (b"\x1b[31mred\x1b[0m log", "\x1b[31mred\x1b[0m log"),
        (b"0" * 500 + b"\0", "0" * 500 + " "),
        (b'{"a": [1, 2]}', '{"a": [1, 2]}'),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ],
    ids=[
        "code",
        "UTF-8",
        "UTF-8 with mark",
        "UTF-16",
        "UTF-16 BE",
        "GB 18030",
        "Big5",
        "Shift JIS",
        "Western",
        "log",
        "log after a crash",
        "JSON",
        "XML",
    ],
)
def test_text_is_read_whatever_its_encoding_and_name(data: bytes, text: str) -> None:
    excerpt = read_document(data, "file.xyz", "application/octet-stream", max_length=1000)

    assert excerpt == DocumentExcerpt(text, len(text))
    assert not excerpt.is_cut


def test_the_bytes_tell_a_pdf_from_a_text() -> None:
    code = b'MARK = b"%PDF-1.7"\n'

    assert read_document(code, "check.py", "text/x-python", max_length=99).text == code.decode()
    assert (
        read_document(b"no more than words", "notes.txt", "application/pdf", max_length=99).text == "no more than words"
    )
    assert read_document(pdf(["A page"]), "letter", "", max_length=99).text == "A page"


def test_a_long_text_is_read_to_its_end_and_cut_at_a_line() -> None:
    lines = "".join(f"{number},värde {number}\n" for number in range(20_000))
    excerpt = read_document(lines.encode(), "table.csv", "text/csv", max_length=1000)

    assert excerpt.is_cut
    assert excerpt.length == len(lines)
    assert len(excerpt.text) <= 1000
    assert excerpt.text.startswith("0,värde 0\n1,")
    assert lines.startswith(f"{excerpt.text}\n")


def test_a_line_that_is_too_long_is_cut_anywhere() -> None:
    assert read_document(b"head\n" + b"x" * 5000, "a.txt", "", max_length=100).text == "head\n" + "x" * 95


def test_a_line_that_just_fits_is_kept() -> None:
    assert read_document(b"abc\nd\nxyz", "a.txt", "", max_length=5).text == "abc\nd"


@pytest.mark.parametrize("most", [9, 10, 11])
def test_a_text_of_just_the_limit_is_whole(most: int) -> None:
    excerpt = read_document(b"123456\n890", "a.txt", "", max_length=most)

    assert excerpt == DocumentExcerpt("123456" if most == 9 else "123456\n890", 10)
    assert excerpt.is_cut == (most == 9)


@given(st.text(st.characters(blacklist_categories=["C"])), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_every_text_is_read_as_it_was_written(text: str, encoding: str) -> None:
    text = "a" * 65_530 + text  # what follows lies on a seam

    assert read_document(text.encode(encoding), "a.txt", "text/plain", max_length=100_000).text == text


@given(st.binary())
def test_every_file_is_read_or_refused(data: bytes) -> None:
    try:
        excerpt = read_document(data, "a", "", max_length=10)
    except UnreadableDocumentError:
        return

    assert 0 < len(excerpt.text) <= 10


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n",
        office(),
        b"\xd0\xcf\x11\xe0" + bytes(500),
        make_png(8, 8, 1),
        make_mp3("hello"),
        b"\1\2" * 50,
    ],
    ids=["empty", "space", "docx", "doc", "picture", "sound", "controls"],
)
def test_a_file_without_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocumentError):
        read_document(data, "letter.txt", "text/plain", max_length=1000)


@pytest.mark.parametrize(
    ("name", "mime"), [("a.PDF", ""), ("a", "application/pdf"), ("a.txt", "text/plain")], ids=["name", "type", "mark"]
)
def test_the_pages_of_a_pdf_file_are_read(name: str, mime: str) -> None:
    excerpt = read_document(pdf(["Hello world\nsecond line", "", "你好，世界"]), name, mime, max_length=1000)

    assert excerpt == DocumentExcerpt("Hello world\nsecond line\n\n你好，世界", 30, 3, 3)
    assert not excerpt.is_cut


def test_only_the_needed_pages_of_a_long_pdf_are_read() -> None:
    excerpt = read_document(pdf(["word " * 20] * 50), "a.pdf", "", max_length=250)

    assert excerpt.is_cut
    assert (excerpt.pages_read, excerpt.pages) == (3, 50)
    assert 125 < len(excerpt.text) <= 250


def test_a_pdf_file_that_ends_with_the_limit_is_whole() -> None:
    assert not read_document(pdf(["12345", "67890"]), "a.pdf", "", max_length=12).is_cut


def test_a_pdf_file_that_takes_too_long_is_read_as_far_as_it_went() -> None:
    pages = read_pdf(pdf(["one", "two", "three"]), max_length=1000, timeout=0)

    assert pages == PdfText("one", 3, 1, 3)


@given(st.binary())
def test_every_pdf_file_is_read_or_refused(data: bytes) -> None:
    for broken in (data, b"%PDF-1.4\n" + data, pdf(["Hello"]).replace(b"obj\n", data, 3)):
        with suppress(UnreadablePdfError):
            assert read_pdf(broken, max_length=10, timeout=1).length >= 0


@pytest.mark.parametrize(
    "data",
    [pdf(["secret"], locked=True), pdf(["", ""]), pdf([]), pdf(["Hello"])[:200], b"%PDF-1.7\n" + bytes(300), b"hello"],
    ids=["locked", "scanned", "no page", "truncated", "broken", "text"],
)
def test_a_pdf_file_without_words_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocumentError):
        read_document(data, "a.pdf", "application/pdf", max_length=1000)


def test_a_broken_page_is_skipped() -> None:
    data = pdf(["one", "two"]).replace(b"/Kids [4 0 R 6 0 R]", b"/Kids [9 0 R 6 0 R]")

    assert read_document(data, "a.pdf", "", max_length=1000).text == "two"
