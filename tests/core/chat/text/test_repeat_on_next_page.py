"""What a page closes, and the next one repeats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat.text.code_fences import find_open_fence
from core.chat.text.repeat_on_next_page import fence_closer, page_prefix

TEXTS = st.text(alphabet="ab \n.。☃😀`#", max_size=400)


@pytest.mark.parametrize(
    ("body", "opening"),
    [
        ("plain", ""),
        ("```python\nx = 1", "```python\n"),
        ("```python\nx = 1\n```", ""),
        ("```\na\n```\n~~~sh\nb", "~~~sh\n"),
        ("````md\n```\ninside\n```\n", "````md\n"),
        ("~~~\n```\nstill open", "~~~\n"),
        ("```a``` is a code span", ""),
        ("  ```js\nindented", "```js\n"),
        ("```" + "x" * 4000, "```" + "x" * 32 + "\n"),
        ("```js title=a.js\nx", "```js\n"),
    ],
)
def test_an_open_fence_is_recognised(body: str, opening: str) -> None:
    assert opening == find_open_fence(body)


def test_a_fence_is_closed_with_its_own_mark() -> None:
    assert fence_closer("````md\n") == "\n````"
    assert fence_closer("~~~\n") == "\n~~~"
    assert not fence_closer("")


TABLE = "Look:\n\n| a | b |\n|---|:-:|\n| 1 | 2 |"


@pytest.mark.parametrize(
    ("body", "following", "opening"),
    [
        (TABLE, "\n| 3 | 4 |", "| a | b |\n|---|:-:|\n"),
        ("| a | b |\n|---|:-:|\n| 3 | 4 |", "\n|", "| a | b |\n|---|:-:|\n"),
        (TABLE, "\n\nThat was it.", ""),
        (TABLE, "\n", ""),
        (TABLE, "", ""),
        ("| a | b |\n|---|---|", "\n| 1 |", "| a | b |\n|---|---|\n"),
        ("| a | b |", "\n|---|---|", ""),
        ("| no rule |\n| here |", "\n| 1 |", ""),
        ("| " + "x" * 400 + " |\n|---|", "\n| 1 |", ""),
        ("```\n" + TABLE, "\n| 3 | 4 |", "```\n"),
        ("plain", "\n| 1 |", ""),
    ],
)
def test_a_table_takes_its_header_to_the_next_page(body: str, following: str, opening: str) -> None:
    assert page_prefix(body, following) == opening


def test_many_table_rules_are_read_in_linear_time() -> None:
    assert page_prefix("| a |\n|" + "-" * 50_000 + "x", "\n|") == ""


@given(TEXTS, TEXTS)
def test_without_fences_and_tables_nothing_is_carried(body: str, following: str) -> None:
    assert page_prefix(body.replace("`", "").replace("~", ""), following) == ""
