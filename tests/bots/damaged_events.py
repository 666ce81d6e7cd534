"""Real events with fields that are missing, of another type or in another place, as no documentation promises them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, cast

from hypothesis import strategies as st

_ODD: Sequence[Any] = (
    *(None, True, 0, -1, 1.5, 2**70, float("inf"), "", "x", "\0", "\ud800", "a:b", "<", "<|x>", "9" * 40, "nan"),
    *([], [[]], [None], [{}], ["x"], {}, {"text": "x"}, {"id": 1}, {"type": []}, {"a": {"b": [1]}}),
)


@st.composite
def draw_damaged(draw: st.DrawFn, events: Sequence[Any]) -> Any:  # noqa: ANN401 - any JSON
    """One of `events` with up to eight damages."""
    event = copy.deepcopy(draw(st.sampled_from(events)))
    for _ in range(draw(st.integers(1, 8))):
        places = list(_places(event))
        if places:
            holder, key = draw(st.sampled_from(places))
            _damage(draw, holder, key)
    return event


def _damage(draw: st.DrawFn, holder: Any, key: Any) -> None:  # noqa: ANN401 - any JSON
    act = draw(st.sampled_from(("replace", "replace", "remove", "rename")))
    if act == "replace":
        holder[key] = copy.deepcopy(draw(st.sampled_from(_ODD)))
    elif act == "remove" or isinstance(holder, list):
        del holder[key]
    else:
        holder[draw(st.sampled_from(("text", "type", "id", "user", "from", "blocks", "elements", "chat")))] = (
            holder.pop(key)
        )


def _places(node: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Every value within, by what holds it and its name or number there."""
    pairs = [*cast("dict[Any, Any]", node).items()] if isinstance(node, dict) else [*enumerate(cast("list[Any]", node))]
    for key, value in pairs:
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)
