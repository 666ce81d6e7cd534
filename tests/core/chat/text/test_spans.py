"""Spans of a text that two readers have found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.chat.text.spans import contains, intersect

Spans = list[tuple[int, int]]


def _pair_up(places: list[int]) -> Spans:
    ends = sorted(places)
    return list(zip(ends[::2], ends[1::2], strict=False))


_SPANS = st.lists(st.integers(0, 30), unique=True).map(_pair_up)


@given(_SPANS, _SPANS)
def test_a_place_is_in_the_common_spans_if_it_is_in_both(spans: Spans, others: Spans) -> None:
    common = intersect(spans, others)

    for place in range(31):
        assert contains(spans, place) == any(start <= place < end for start, end in spans)
        assert contains(common, place) == (contains(spans, place) and contains(others, place))
