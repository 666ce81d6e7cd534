"""What others may write as JSON, and what is left of it for those who read it."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.json_reader import (
    NOT_JSON,
    as_int,
    clean_text,
    load_json,
    parse_first_entries,
    parse_json,
    parse_leading_json,
)

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner)
    ),
)


@given(VALUES)
def test_ordinary_json_is_read_as_it_stands(value: object) -> None:
    assert load_json(json.dumps(value)) == value
    assert load_json(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("depth", [200, 50_000, 1_000_000])
@pytest.mark.parametrize("closed", [True, False])
def test_deep_nesting_is_not_json(opening: str, depth: int, *, closed: bool) -> None:
    closing = "".join({"[": "]", "{": "}"}.get(sign, "") for sign in reversed(opening))
    text = opening * depth + "1" + closing * depth * closed

    assert parse_json(text, NOT_JSON) is NOT_JSON
    assert parse_leading_json(text) == (NOT_JSON, 0)
    with pytest.raises(ValueError, match="levels"):
        load_json(text.encode())


def test_brackets_within_strings_are_not_nesting() -> None:
    text = json.dumps({"text": "[" * 500 + '\\"{' * 500, "list": [[]] * 500})

    assert load_json(text) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" + ",".join(["[]"] * 200_000) + "]",
        "[" + ",".join(["0"] * 400_000) + "]",
        '"' + '\\"' * 2_000_000,
        '["' * 200_000,
        '{"a":[' * 100_000 + '"' * 99_999,
    ],
    ids=["lists", "numbers", "open string of quotes", "lists of strings", "both"],
)
def test_refusing_what_is_too_much_takes_no_time(text: str) -> None:
    began = time.process_time()

    assert parse_json(text, NOT_JSON) is NOT_JSON
    assert time.process_time() - began < 1  # 0.1 s; what is quadratic takes minutes


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\ud83d"', "a\ufffd"),
        (r'"\ude0ab"', "\ufffdb"),
        (r'"\ud83d\ude0a"', "\U0001f60a"),
        (r'"\uD83D \uDE0A"', "\ufffd \ufffd"),
        (r'"\\ud83d\ude0a"', "\\ud83d\ufffd"),
        (r'{"\ud83d": ["x\u0000y"]}', {"\ufffd": ["x\ufffdy"]}),
        (b'"\xff\xfe"', "\ufffd\ufffd"),
        (b'\xef\xbb\xbf"a"', "a"),
        ("NaN", None),
        ("[Infinity, -Infinity, 1e999]", [None, None, None]),
        ("9" * 5_000, None),
        ("-" + "9" * 30, None),
        ("123456789012345678", 123456789012345678),
        ('{"a": 1, "a": "b"}', {"a": "b"}),
    ],
)
def test_what_is_read_is_clean(text: str | bytes, value: object) -> None:
    assert load_json(text) == value


@given(st.lists(st.sampled_from([r"\ud83d", r"\uDE0A", r"\\", r"\\ud83d", "u", "a", r"\u0000", r"\u0041", r"\n"])))
def test_what_is_read_is_clean_whatever_stands_beside_it(pieces: list[str]) -> None:
    text = f'["{"".join(pieces)}"]'

    assert load_json(text) == [clean_text(json.loads(text)[0])]


def test_halves_of_characters_can_be_kept_for_who_joins_them() -> None:
    assert load_json(r'["\ud83d", "\u0000"]', keep_surrogates=True) == ["\ud83d", "\ufffd"]


@given(st.text(st.characters()))
def test_clean_text_can_be_encoded(text: str) -> None:
    cleaned = clean_text(text)

    assert cleaned.encode().decode() == cleaned
    assert "\0" not in cleaned
    assert clean_text(cleaned) == cleaned


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"a"}', "\0", '"\n"', "[1,]", "1 2"])
def test_what_is_no_json_is_told(text: str) -> None:
    assert parse_json(text, NOT_JSON) is NOT_JSON


def test_a_leading_value_is_read_with_its_end() -> None:
    assert parse_leading_json(' {"a": 1} more') == ({"a": 1}, 9)
    assert parse_leading_json("more") == (NOT_JSON, 0)


@pytest.mark.parametrize(("value", "number"), [(3, 3), (3.0, 3), (3.5, 0), ("3", 0), (None, 0), (True, 0), ([], 0)])
def test_whole_numbers(value: object, number: int) -> None:
    assert as_int(value) == number


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ('["a", {"b": ["c"]} ,1]', ["a", {"b": ["c"]}]),
        ('{"data": [ "a"', ["a"]),
        ('{"data": ["a",', ["a"]),
        ('{"data": [{"a": ', []),
        ("[]", []),
        ("{}", []),
        ("[" * 1_000, []),
    ],
)
def test_the_first_entries_of_a_long_list_are_read(text: str, entries: list[object]) -> None:
    assert parse_first_entries(text, 2) == entries
