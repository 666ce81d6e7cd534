# pyright: reportUnknownMemberType=false
# Pillow's annotations name NumPy, which is not installed.
"""Files that are made to exhaust whoever decodes them. Each ends with a result or a refusal, within a second or two."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import pytest
from PIL import Image as Pillow
from structlog.testing import capture_logs

from core.media.audio.encoder import extract_audio, join_audio
from core.media.decoding import jobs_and_limits
from core.media.decoding.jobs_and_limits import Limits
from core.media.decoding.pool import DecoderPool
from core.media.decoding_results import BadImageError, UnreadableAudioError, UnreadableDocumentError
from core.media.documents.read_by_type import read_document
from core.media.images.resize import inspect_image, shrink
from tests.core.chat.video_files import make_video
from tests.core.media import pdf_files
from tests.core.media.audio_files import SLOWEST_FRAME

MEGABYTE = 1_000_000


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*chunks: bytes, width: int = 8, height: int = 8) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes((width + 1) * height), 9))
    return b"\x89PNG\r\n\x1a\n" + b"".join((header, *chunks, pixels, chunk(b"IEND", b"")))


def unfolding(megabytes: int) -> bytes:
    return b"a\0\0" + zlib.compress(bytes(megabytes * MEGABYTE), 9)


def saved(form: str, *more: Pillow.Image) -> bytes:
    file = io.BytesIO()
    Pillow.new("RGB", (16, 16)).save(file, form, save_all=bool(more), append_images=[*more])
    return file.getvalue()


def wav(rate: int, channels: int) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate, 48_000, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", 9_600) + bytes(9_600)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def archive(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return file.getvalue()


PICTURES: dict[str, Callable[[], bytes]] = {
    "text": lambda: png(chunk(b"zTXt", unfolding(20))),
    "texts": lambda: png(*[chunk(b"zTXt", unfolding(1))] * 80),
    "colour profile": lambda: png(chunk(b"iCCP", unfolding(20))),
    "pixels": lambda: png(width=7_100, height=7_100)[:5_000],
    "TIFF": lambda: saved("TIFF"),
    "BMP": lambda: saved("BMP"),
    "AVIF": lambda: saved("AVIF"),
    "ICO": lambda: saved("ICO"),
    "HEIC": lambda: b"\0\0\0\x18ftypheic" + bytes(100),
}
ARCHIVES: dict[str, Callable[[], bytes]] = {
    "docx": lambda: archive("word/document.xml", bytes(20 * MEGABYTE)),
    "xlsx": lambda: archive("xl/sharedStrings.xml", b"<a>" * 7 * MEGABYTE),
    "epub": lambda: archive("a.xhtml", archive("b.xhtml", bytes(20 * MEGABYTE))),
    "gzip": lambda: gzip.compress(b"[" * 20 * MEGABYTE),
}
"""Made when they are needed: packing them takes longer than refusing them."""


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_that_unfolds_or_is_of_a_kind_that_nobody_checks_is_refused(kind: str) -> None:
    data = PICTURES[kind]()
    with pytest.raises(BadImageError):
        inspect_image(data)
    with pytest.raises(BadImageError):
        shrink(data, max_side=100, max_bytes=10_000)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_of_a_thousand_frames_the_beginning_is_decoded(form: str) -> None:
    frames = [Pillow.new("RGB", (16, 16), (number % 256, number // 256, 0)) for number in range(1_000)]

    assert inspect_image(saved(form, *frames)).width == 16


@pytest.mark.parametrize(
    ("rate", "channels"), [(2**31 - 1, 1), (192_000, 1), (7_999, 1), (0, 1), (48_000, 65_535), (48_000, 3)]
)
def test_a_sound_of_a_shape_that_no_voice_has_is_refused(rate: int, channels: int) -> None:
    with pytest.raises(UnreadableAudioError):
        join_audio([wav(rate, channels)], "opus")


def test_a_sound_of_broken_packets_is_given_up_before_its_end() -> None:
    broken = SLOWEST_FRAME[:4] + b"\xff" * 68

    with pytest.raises(UnreadableAudioError, match=r"^1001 of 1\d{3} packets"):
        join_audio([SLOWEST_FRAME * 5 + broken * 50_000], "opus")


@pytest.mark.parametrize("atom", [b"mvhd", b"mdhd", b"tkhd"])
def test_what_a_video_says_of_its_length_counts_for_nothing(atom: bytes) -> None:
    data = make_video(1)
    start = data.rindex(atom) + 20
    lying = data[:start] + b"\x7f\xff\xff\xff" + data[start + 4 :]

    assert extract_audio(lying).seconds == pytest.approx(extract_audio(data).seconds)


@pytest.mark.parametrize("atom", [b"stsz", b"stts", b"stco"])
def test_a_video_whose_tables_claim_more_than_memory_holds_is_refused(atom: bytes) -> None:
    data = make_video(1)
    start = data.rindex(atom) + 8
    lying = data[:start] + b"\x0f\xff\xff\xff" * 3 + data[start + 12 :]

    with pytest.raises(UnreadableAudioError):
        extract_audio(lying)


@pytest.mark.parametrize("kind", ARCHIVES)
def test_no_archive_is_unpacked(kind: str) -> None:
    with pytest.raises(UnreadableDocumentError, match="archive"):
        read_document(ARCHIVES[kind](), "a.docx", "", max_length=1_000)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 2 * MEGABYTE,
        "<div>" * 400_000,
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>',
        "<svg xmlns='http://www.w3.org/2000/svg'>" + "<g>" * 100_000,
    ],
    ids=["JSON", "HTML", "XML", "SVG"],
)
def test_a_text_is_a_text_however_deep_it_is(text: str) -> None:
    assert text.startswith(read_document(text.encode(), "a.xml", "", max_length=1_000).text)


@pytest.fixture
async def pool() -> AsyncGenerator[DecoderPool]:
    running = DecoderPool(2)
    yield running
    await running.aclose()


async def test_a_pdf_file_that_unfolds_to_gigabytes_is_refused(pool: DecoderPool) -> None:
    data, job = pdf_files.bomb(60), jobs_and_limits.read_document("a.pdf", "", max_length=1_000)

    assert len(data) < 10_000
    with capture_logs() as logs, pytest.raises(UnreadableDocumentError):
        await pool.run(replace(job, limits=Limits(10, 20.0, 250_000_000)), data, person="a")
    assert logs[0]["reason"] == "ended with status -6"  # PDFium ends the process that has no memory for it
