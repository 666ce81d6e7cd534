# pyright: reportUnknownMemberType=false
# Pillow's annotations name NumPy, which is not installed.
"""Pictures from outside."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL.ExifTags import Base

from bots.sandbox.wanjie.sample_media import make_png
from core.media.decoding_results import BadImageError, EncodedImage, ImageInfo
from core.media.images.jpeg_scans import count_scans
from core.media.images.resize import inspect_image, shrink
from tests.core.media.progressive_jpeg import progressive_jpeg

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}


def picture(mode: str = "RGB", size: tuple[int, int] = (80, 50)) -> Pillow.Image:
    """Colours that flow into each other, the left half brighter."""
    flow = Pillow.linear_gradient("L").resize(size)
    flow.paste(255, (0, 0, size[0] // 2, size[1]))
    pixels = Pillow.merge("RGB", (flow, flow.rotate(180), flow))
    return pixels.quantize(64) if mode == "P" else pixels.convert(mode)


def saved(pixels: Pillow.Image, form: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    pixels.save(file, form, **options)
    return file.getvalue()


def look(data: bytes) -> Pillow.Image:
    pixels = Pillow.open(io.BytesIO(data))
    pixels.load()
    return pixels


def noise(size: tuple[int, int]) -> Pillow.Image:
    return Pillow.effect_noise(size, 100).convert("RGB")


def turned() -> bytes:
    """Lie on its side, with a note of who took it."""
    exif = Pillow.Exif()
    exif[Base.Orientation], exif[Base.Artist] = 6, "Ada Lovelace"
    return saved(picture(), "JPEG", exif=exif)


def bomb(width: int, height: int) -> bytes:
    """Claim a size that no memory holds."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(bytes(1000)), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def endless(frames: int) -> bytes:
    """Show one pixel again and again."""
    frame = b",\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"


@pytest.mark.parametrize("form", SUFFIXES)
def test_a_picture_is_known_by_what_is_in_it(form: str) -> None:
    assert inspect_image(saved(picture(), form)) == ImageInfo(f"image/{form.lower()}", SUFFIXES[form], 80, 50)


def test_the_simulator_s_pictures_are_pictures() -> None:
    assert inspect_image(make_png(64, 48, 7)) == ImageInfo("image/png", ".png", 64, 48)


def test_an_animation_is_a_picture() -> None:
    frames = [picture("P"), picture("P").rotate(90)]

    assert inspect_image(saved(frames[0], "GIF", save_all=True, append_images=frames[1:])).mime == "image/gif"


@pytest.mark.parametrize("form", SUFFIXES)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_truncated_picture_is_refused(form: str, share: float) -> None:
    data = saved(picture(size=(200, 200)), form)

    with pytest.raises(BadImageError):
        inspect_image(data[: int(share * len(data))])


def test_an_animation_that_ends_early_is_refused() -> None:
    data = saved(picture("P"), "GIF", save_all=True, append_images=[picture("P").rotate(90)])

    with pytest.raises(BadImageError):
        inspect_image(data[:-100])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>404</html>",
        b'{"error": 1}',
        saved(picture(), "BMP"),
        saved(picture(), "TIFF"),
        b"\0\0\0\x18ftypheic" + bytes(100),
        b"RIFF\0\0\0\0WAVEfmt ",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"\xff\xd8\xff",
    ],
    ids=["empty", "HTML", "JSON", "BMP", "TIFF", "HEIC", "WAV", "SVG", "GIF's name", "JPEG's name"],
)
def test_data_that_is_not_a_picture_is_refused(data: bytes) -> None:
    with pytest.raises(BadImageError):
        inspect_image(data)
    with pytest.raises(BadImageError):
        shrink(data, max_side=100, max_bytes=10_000)


@pytest.mark.parametrize("size", [(8000, 7000), (12_000, 12_000), (100_000, 100_000)])
def test_a_picture_that_takes_too_much_memory_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(BadImageError, match="pixels"):
        inspect_image(bomb(*size))
    with pytest.raises(BadImageError, match="pixels"):
        shrink(bomb(*size), max_side=100, max_bytes=10_000)


def test_a_picture_of_thousands_of_scans_is_refused_before_it_is_decoded() -> None:
    data = progressive_jpeg(7000, 7000, 6000)

    assert len(data) < 600_000
    with pytest.raises(BadImageError, match="scans"):
        inspect_image(data)
    with pytest.raises(BadImageError, match="scans"):
        shrink(data, max_side=100, max_bytes=10_000)
    assert inspect_image(progressive_jpeg(700, 700, 64)) == ImageInfo("image/jpeg", ".jpg", 700, 700)


def test_scans_of_a_preview_and_of_what_follows_the_picture_do_not_count() -> None:
    preview = progressive_jpeg(8, 8, 500)
    exif = Pillow.Exif()
    exif[Base.UserComment] = preview

    assert inspect_image(saved(picture(), "JPEG", exif=exif) + preview).mime == "image/jpeg"


@given(st.binary())
def test_scans_are_counted_in_any_bytes(data: bytes) -> None:
    assert 0 <= count_scans(b"\xff\xd8" + data) <= len(data)


@pytest.mark.parametrize("form", ["WEBP", "GIF"])
def test_formats_that_need_more_memory_are_refused_earlier(form: str) -> None:
    with pytest.raises(BadImageError, match="pixels"):
        inspect_image(saved(Pillow.new("L", (4001, 4000)), form))


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_pictures_that_need_much_memory_to_resize_are_refused(form: str) -> None:
    data = saved(Pillow.new("L", (4001, 4000)), form)

    with pytest.raises(BadImageError, match="pixels"):
        shrink(data, max_side=100, max_bytes=10_000)


@pytest.mark.parametrize("size", [(7000, 5000), (20_000, 1_000)])
def test_large_photos_are_reduced_while_decoding(size: tuple[int, int]) -> None:
    data = shrink(saved(Pillow.new("L", size), "JPEG"), max_side=1000, max_bytes=1_000_000).data

    assert look(data).size == (1000, 1000 * size[1] // size[0])


def test_only_the_beginning_of_a_long_animation_is_checked() -> None:
    data = endless(200_000)

    assert inspect_image(data) == ImageInfo("image/gif", ".gif", 1, 1)
    assert look(shrink(data, max_side=100, max_bytes=10_000_000).data).size == (1, 1)


def test_a_picture_whose_checksum_is_wrong_is_refused() -> None:
    wrong = bytearray(saved(picture()))
    wrong[wrong.index(b"IEND") - 5] ^= 1  # what stands before this chunk's length

    with pytest.raises(BadImageError):
        inspect_image(bytes(wrong))


@given(st.sampled_from(sorted(SUFFIXES)), st.integers(0, 10_000), st.binary(max_size=8))
def test_a_broken_picture_is_refused_or_accepted(form: str, at: int, put: bytes) -> None:
    data = saved(picture(size=(20, 20)), form)
    at %= len(data)
    broken = data[:at] + put + data[at + len(put) :]

    with suppress(BadImageError):
        inspect_image(broken)
    with suppress(BadImageError):
        shrink(broken, max_side=10, max_bytes=2000)


@pytest.mark.parametrize("form", SUFFIXES)
def test_a_picture_that_fits_is_unchanged(form: str) -> None:
    data = saved(picture(), form)

    assert shrink(data, max_side=80, max_bytes=len(data)) == EncodedImage(data, f"image/{form.lower()}")


@pytest.mark.parametrize("form", SUFFIXES)
def test_a_large_picture_keeps_its_ratio(form: str) -> None:
    data, mime = astuple(shrink(saved(picture(size=(800, 500)), form), max_side=80, max_bytes=100_000))

    assert look(data).size == (80, 50)
    assert mime == inspect_image(data).mime
    assert mime == ("image/png" if form in {"PNG", "GIF"} else "image/jpeg")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_large_rotated_picture_is_turned_upright(form: str) -> None:
    exif = Pillow.Exif()
    exif[Base.Orientation] = 6
    data = shrink(saved(picture(size=(800, 500)), form, exif=exif), max_side=80, max_bytes=100_000).data

    assert look(data).size == (50, 80)
    assert not look(data).getexif()


def test_a_rotated_picture_is_turned_upright_and_loses_its_metadata() -> None:
    data, mime = astuple(shrink(turned(), max_side=100, max_bytes=100_000))
    upright = look(data)

    assert mime == "image/jpeg"
    assert upright.size == (50, 80)
    assert not upright.getexif()
    assert b"Lovelace" not in data


@pytest.mark.parametrize("most", [60_000, 20_000, 5_000])
def test_quality_is_reduced_until_the_byte_limit_is_met(most: int) -> None:
    data, mime = astuple(shrink(saved(noise((300, 300))), max_side=300, max_bytes=most))

    assert len(data) <= most
    assert mime == "image/jpeg"
    assert min(look(data).size) > 16


def test_an_impossible_byte_limit_is_refused() -> None:
    with pytest.raises(BadImageError):
        shrink(saved(noise((300, 300))), max_side=300, max_bytes=300)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_colour_mode_is_supported(mode: str) -> None:
    source = Pillow.new("I;16", (80, 50), 0xC0C0) if mode == "I;16" else picture(mode)
    data, mime = astuple(shrink(saved(source), max_side=40, max_bytes=100_000))
    left = look(data).convert("L").getpixel((4, 12))

    assert mime == "image/png"
    assert left == pytest.approx(0xC0 if mode == "I;16" else picture("L").getpixel((8, 25)), abs=40)


def test_cmyk_is_converted_to_rgb() -> None:
    data = shrink(saved(picture("CMYK"), "JPEG"), max_side=40, max_bytes=100_000).data

    assert look(data).mode == "RGB"


def test_transparency_is_kept_in_png_and_white_in_jpeg() -> None:
    clear = noise((200, 200)).convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 100, 200))
    kept = shrink(saved(clear), max_side=150, max_bytes=1_000_000).data
    poor, mime = astuple(shrink(saved(clear), max_side=150, max_bytes=8_000))

    assert look(kept).convert("RGBA").getpixel((10, 10)) == (0, 0, 0, 0)
    assert mime == "image/jpeg"
    assert look(poor).convert("L").getpixel((10, 10)) == pytest.approx(255, abs=3)


def test_an_animation_becomes_its_first_frame() -> None:
    frames = [Pillow.new("RGB", (30, 30), "red"), Pillow.new("RGB", (30, 30), "blue")]
    data, mime = astuple(
        shrink(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), max_side=100, max_bytes=100_000)
    )

    assert mime == "image/png"
    assert look(data).convert("RGB").getpixel((5, 5)) == (255, 0, 0)
