"""Pictures inside the text of an answer."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.wanjie.streaming.embedded_images import EmbeddedImages

PICTURE = b"\x89PNG" + bytes(range(256)) * 3
URL = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
WRITTEN = f"![image]({URL})"


def parted(*pieces: str) -> list[str | bytes | None]:
    """What the pieces of a text tell, neighbouring words joined."""
    reader = EmbeddedImages()
    told: list[str | bytes | None] = []
    for part in [*(part for piece in pieces for part in reader.feed(piece)), *reader.finish()]:
        if isinstance(part, str) and told and isinstance(told[-1], str):
            told[-1] += part
        else:
            told.append(part)
    return told


@given(st.lists(st.integers(0, 1200), max_size=30))
def test_a_picture_is_found_wherever_the_stream_was_cut(cuts: list[int]) -> None:
    text = f'Here:\n{WRITTEN}\nand ![again](data:image/jpeg;base64,QUJD "A title") so.'
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]

    assert parted(*pieces) == ["Here:\n", PICTURE, "\nand ", b"ABC", " so."]


@pytest.mark.parametrize("text", ["Good", "**Bold", "Use `d", "metadata:image/", "mad"])
def test_a_word_that_ends_like_the_beginning_of_an_address_is_not_held_back(text: str) -> None:
    assert list(EmbeddedImages().feed(text)) == [text]


@pytest.mark.parametrize(
    ("before", "picture", "after"),
    [
        ("Here: ", f'<img src="{URL}">', " so."),
        ("Here: ", f"<img alt='a cat' width=64 src='{URL}' loading=lazy/>", "\nso."),
        ("", f"<IMG SRC={URL}>", ""),
        ("Here: ", URL, " and so on."),
        ("Here:\n", URL, "\n"),
        ("[Download](", URL, ") it"),
        ("", URL, ""),
    ],
)
@given(cut=st.integers(0, 1200))
def test_a_picture_is_found_in_every_form(cut: int, before: str, picture: str, after: str) -> None:
    text = before + picture + after

    assert parted(text[:cut], text[cut:]) == [*filter(None, [before]), PICTURE, *filter(None, [after])]


@given(st.text(alphabet='!d[]()a:image/;base64, `x<g src="\n>', max_size=60), st.integers(0, 60))
def test_other_text_is_unchanged(text: str, cut: int) -> None:
    told = parted(text[:cut], text[cut:])

    assert told == ([text] if text else []) or "base64," in text


@pytest.mark.parametrize(
    "text",
    [
        "![a](https://example.com/a.png)",
        "wow! [x](y)",
        "data:image/png;base64,QUJD",
        f"```md\n{WRITTEN}\n```",
        "![",
        "<img",
        '<img src="https://example.com/a.png"> and data',
        f"`{URL}`",
        f'```html\n<img src="{URL}">\n```',
        "An address begins like data:image/png;base64,iVBORw0KGgo… and goes on.",
        "!",
    ],
)
def test_text_that_is_not_a_picture_is_unchanged(text: str) -> None:
    assert parted(text) == [text]


@pytest.mark.parametrize("payload", ["%%%", "A", "QUJD…", ""])
def test_a_broken_picture_is_reported(payload: str) -> None:
    assert None in parted(f"![a](data:image/png;base64,{payload}) after")


def test_an_unterminated_picture_is_broken() -> None:
    assert parted(WRITTEN[:200]) == [None]
