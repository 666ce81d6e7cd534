"""Where pages end: properties over all texts, and a table of the places that readers like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat.text.page_breaks import (
    find_break,
    find_page_end,
    measure_page,
    utf16_length,
)

LIMIT = 60
TEXTS = st.text(alphabet="ab \n.。☃😀`#", max_size=400)


def cut(text: str) -> list[str]:
    pages: list[str] = []
    start = 0
    while (end := find_page_end(text, measure_page(text, start, LIMIT))) is not None:
        pages.append(text[start:end])
        start = end
    return [*pages, text[start:]]


@given(TEXTS)
def test_the_pages_joined_are_the_text(text: str) -> None:
    assert text == "".join(cut(text))


@given(TEXTS)
def test_every_page_fits(text: str) -> None:
    assert all(utf16_length(page) <= LIMIT for page in cut(text))


@given(TEXTS, TEXTS)
def test_a_full_page_never_changes_when_text_is_appended(text: str, more: str) -> None:
    full = cut(text)[:-1]

    assert full == cut(text + more)[: len(full)]


@given(TEXTS, st.integers(0, 400))
def test_the_sure_part_of_a_page_stays_on_it_whatever_follows(text: str, seen: int) -> None:
    sure = measure_page(text[:seen], 0, LIMIT).sure

    assert cut(text)[0].startswith(text[:sure])


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("one two\n\nthree four", "one two"),
        ("one two\nthree four", "one two"),
        ("one two. three four", "one two."),
        ("一二三。四五六七", "一二三。"),
        ("one two three four", "one two three"),
        ("one ||two. three|| four", "one ||two. three||"),
        ("onetwothreefour", "onetwothreefour"),
    ],
)
def test_a_page_ends_at_the_best_place(text: str, end: str) -> None:
    assert end == text[: find_break(text, 0, len(text))]


def test_no_character_is_cut_in_two() -> None:
    text = "😀" * 100

    assert all(page.strip("😀") == "" and utf16_length(page) <= LIMIT for page in cut(text))
