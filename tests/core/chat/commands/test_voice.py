"""Reading a speed, as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat.commands.voice import read_speed


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("1", "1"),
        ("1.20", "1.2"),
        ("1,25", "1.25"),
        (" 0.8x ", "0.8"),
        ("1\uff0c5 倍", "1.5"),
        ("2\u00d7", "2"),
        ("4", "4"),
    ],
)
def test_a_speed_is_read_in_many_spellings(text: str, speed: str) -> None:
    assert read_speed(text) == speed


@pytest.mark.parametrize(
    "text", ["", "fast", "0.2", "4.01", "0", "-1", "1e0", "nan", "inf", "1.2.3", "1_0", "1 2", "100"]
)
def test_an_invalid_speed_is_not_read(text: str) -> None:
    assert read_speed(text) is None


@given(st.text(max_size=12))
def test_every_speed_that_is_read_is_valid(text: str) -> None:
    speed = read_speed(text)

    assert speed is None or 0.25 <= float(speed) <= 4


@given(st.decimals(min_value="0.25", max_value="4", places=2), st.sampled_from(".,"))
def test_every_valid_speed_is_read(speed: object, point: str) -> None:
    assert float(read_speed(str(speed).replace(".", point)) or 0) == float(str(speed))
