"""What is open on a page of a long answer, found without reading the whole answer again."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.chat.text.find_parsing_start import ReadingStart, find_reading_start
from core.chat.text.forbidden_page_breaks import find_cuts, find_list_offsets
from core.chat.text.page_breaks import find_page_end, measure_page
from core.chat.text.repeat_on_next_page import find_begun_spans, find_carried_marks

_LONGEST_ANSWER = 390_000
_MAX_READ = 12_000
_BLOCKS = st.sampled_from(
    [
        "Some **bold** words.",
        "```python\na ** b\n\nc ** d\n```",
        "- one\n  - two\n\n    still *two*",
        "| a |\n|---|\n| **b** |",
    ]
)


@given(st.text("a \n`*", max_size=50), st.integers(0, 50))
def test_little_is_read_before_a_place(end: str, begin: int) -> None:
    text = "word " * 10_000 + end

    start = find_reading_start(text, begin, len(text))

    assert begin <= start.offset
    assert len(start.read(text, len(text))) <= _MAX_READ + len(start.fence)


@settings(max_examples=10)
@given(st.lists(_BLOCKS, min_size=1, max_size=8), st.sampled_from(["Open **words", "```js\nx ** y", "- a\n  - b **c"]))
def test_what_is_open_is_found_as_if_all_were_read(before: list[str], last: str) -> None:
    text = "\n\n".join(before * (15_000 // len("".join(before)) + 1) + [last])
    start = find_reading_start(text, 0, len(text))

    found, all_found = find_cuts(text, start, len(text)), find_cuts(text, ReadingStart(0), len(text))

    assert start.offset > 0
    assert found.unclosed == all_found.unclosed
    assert [span for span in all_found.spans if span[0] >= start.offset] == [
        span for span in found.spans if span[0] >= start.offset
    ]


def test_a_fence_that_is_open_for_long_is_known() -> None:
    text = "```python\n" + "x = 1 ** 2\n" * 5_000

    assert find_reading_start(text, 0, len(text)).fence == "```python\n"
    assert find_cuts(text, find_reading_start(text, 0, len(text)), len(text)).unclosed is None


@pytest.mark.parametrize("unit", ["![", "[a](http://b.c) ", "*_~`", "a\n", "a_b_", "**[", "```\n", "**中文**"])
def test_the_last_page_of_the_longest_answer_costs_little(unit: str) -> None:
    text = (unit * _LONGEST_ANSWER)[:_LONGEST_ANSWER]
    begun = time.thread_time()

    page = measure_page(text, _LONGEST_ANSWER - 10_000, 3_500)
    end = find_page_end(text, page)
    assert end is not None
    find_carried_marks(text, 0, end, page.stop, find_begun_spans(text, 0, end, page.stop))
    find_list_offsets(text, 0, end)

    assert time.thread_time() - begun < 2  # 0.3 s on a busy machine
