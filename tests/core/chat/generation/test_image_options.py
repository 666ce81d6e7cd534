"""Reading what somebody orders from an image model."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat.generation.image_options import parse_imagine, parse_tool_arguments
from core.chat.generation.image_prompt import ImagePrompt
from core.chat.text.user_error import UserFacingError

WORDS = st.lists(st.sampled_from(["a", "red", "cat", "猫", "well-known", "16:9", "5x5", "—", "- \u2013", "a--b", "--"]))
PIECES = ["--", "—", "--x", "猫", "9", "\u00d7", "\uff0c", " "]
GIVEN = {
    "--size 512x768": ("size", "512x768"),
    "--size=512X768": ("size", "512x768"),
    "—size 512\u00d7768": ("size", "512x768"),
    "\u2013size=512 * 768": ("size", "512x768"),
    "——size 512": ("size", "512x512"),
    "--SIZE 1024\u00d71024": ("size", "1024x1024"),
    "--ar 16:9": ("size", "1344x768"),
    "--ar 9:16": ("size", "768x1344"),
    "--ar 1/1": ("size", "1024x1024"),
    "--ar 2.35:1": ("size", "1600x640"),
    "—ar 4:1": ("size", "2048x512"),
    "--n 3": ("n", 3),
    "--n=4": ("n", 4),
    "\u2013n=2": ("n", 2),
    "--n=3": ("n", 3),
    "--n2": ("n", 2),
    "--quality hd": ("quality", "hd"),
    "--quality Low": ("quality", "low"),
    "--style natural": ("style", "natural"),
    "--size 512X768px": ("size", "512x768"),
    "--size 512x 768": ("size", "512x768"),
    "--size 512 768": ("size", "512x768"),
    "--size “512x768”": ("size", "512x768"),
    '--n "2"': ("n", 2),
    "--n 2张": ("n", 2),
    "--尺寸 512x768": ("size", "512x768"),
    "--尺寸512x768": ("size", "512x768"),
    "——比例\uff1a16\uff1a9": ("size", "1344x768"),
    "--张数 3": ("n", 3),
    "--数量=3": ("n", 3),
    "--画质 hd": ("quality", "hd"),
    "--质量 hd": ("quality", "hd"),
    "--风格 natural": ("style", "natural"),
    "--风格 自然": ("style", "natural"),
    "—风格\uff1a鲜艳": ("style", "vivid"),
    "——风格\uff1a生动": ("style", "vivid"),
    "--画质 高清": ("quality", "hd"),
    "--quality 标准": ("quality", "standard"),
}


def complaint(argument: str, quoted: str = "") -> str:
    with pytest.raises(UserFacingError) as caught:
        parse_imagine(argument, quoted)
    return caught.value.key


@pytest.mark.parametrize("option", GIVEN)
@pytest.mark.parametrize("form", ["{} a red cat", "a {} red cat", "a red cat {}", "a  red\ncat {}  "])
def test_an_option_may_stand_anywhere(option: str, form: str) -> None:
    order = parse_imagine(form.format(option))
    field, value = GIVEN[option]

    assert order.prompt == "a red cat"
    assert getattr(order, field) == value


@given(words=WORDS.filter(lambda words: any(word.isalnum() for word in words)), data=st.data())
def test_options_do_not_depend_on_their_places(words: list[str], data: st.DataObject) -> None:
    options = data.draw(st.permutations(["--n 3", "—size 640\u00d7480", "--style=natural"]))
    mixed = list(words)
    for option in options:
        mixed.insert(data.draw(st.integers(0, len(mixed))), option)

    assert parse_imagine(" ".join(mixed)) == ImagePrompt(
        prompt=" ".join(" ".join(words).split()), n=3, size="640x480", style="natural"
    )


@given(argument=st.text() | st.lists(st.sampled_from([*GIVEN, *PIECES])).map("".join))
def test_any_argument_becomes_a_prompt_or_a_user_error(argument: str) -> None:
    order = ImagePrompt("no order")
    with suppress(UserFacingError):
        order = parse_imagine(argument)
    width, height = map(int, order.size.split("x"))

    assert 64 <= min(width, height) <= max(width, height) <= 2048
    assert 1 <= order.n <= 4
    assert 0 < len(order.prompt) <= 2000
    assert order.prompt.strip() == order.prompt


@pytest.mark.parametrize(
    "prompt",
    [
        "a well--known cat",
        "cats — and dogs",
        "a cat —sad— on a mat",
        "--",
        "-size 5",
        "一只猫——很可爱",
        "--- cat",
        "猫--很可爱",
        "猫——风格像莫奈",
        "画一座山——风格\uff1a水墨",
        "一碗面——比例 很大",
        "一群羊——数量 很多——在山上",
    ],
)
def test_punctuation_dashes_are_kept(prompt: str) -> None:
    assert parse_imagine(prompt).prompt == prompt


@pytest.mark.parametrize(
    ("argument", "prompt", "size"),
    [
        ("一只猫--size 512x512", "一只猫", "512x512"),
        ("一只猫\uff0c--size 512\u00d7512\uff0c在雪地里", "一只猫\uff0c \uff0c在雪地里", "512x512"),
        ("--size=\uff11\uff10\uff12\uff14\u00d7\uff17\uff16\uff18一只猫", "一只猫", "1024x768"),
        ("一只猫——ar 16\uff1a9", "一只猫", "1344x768"),
        ("--比例 16:9一只猫", "一只猫", "1344x768"),
    ],
)
def test_chinese_options_need_no_blanks(argument: str, prompt: str, size: str) -> None:
    order = parse_imagine(argument)

    assert (order.prompt, order.size) == (prompt, size)


@pytest.mark.parametrize(
    ("argument", "key"),
    [
        ("cat --sise 512x512", "imagine.option"),
        ("cat --size", "imagine.value"),
        ("cat --n ...", "imagine.value"),
        ("cat --size 1024x1024x3", "imagine.size"),
        ("cat --n 2.5", "imagine.count"),
        ("cat --size large", "imagine.size"),
        ("cat --size 63x512", "imagine.size"),
        ("cat --size 2049x512", "imagine.size"),
        ("cat --size 99999999x1", "imagine.size"),
        ("cat --size --n 2", "imagine.value"),
        ("cat --ar 5:1", "imagine.ratio"),
        ("cat --ar 0:0", "imagine.ratio"),
        ("cat --ar wide", "imagine.ratio"),
        ("cat --n 0", "imagine.count"),
        ("cat --n 5", "imagine.count"),
        ("cat --n two", "imagine.count"),
        ("cat --n 1-4", "imagine.count"),
        ("cat --n 1\u20134", "imagine.count"),
        ("猫 --n 1~4", "imagine.count"),
        ("猫 --张数 1到4张", "imagine.count"),
        ("cat --size 512-1024", "imagine.size"),
        ("cat --quality 很好", "imagine.quality"),
        ("cat --style", "imagine.value"),
        ("猫 --风格 古典", "imagine.style"),
        ("猫—比例 很大", "imagine.ratio"),
        ("", "imagine.empty"),
        ("--n 2", "imagine.empty"),
        ("x" * 2001, "imagine.long"),
    ],
)
def test_an_invalid_option_is_reported(argument: str, key: str) -> None:
    assert complaint(argument) == key


@pytest.mark.parametrize(
    ("argument", "prompt", "n"),
    [
        ("(cat --n 2)", "(cat )", 2),
        ("cat --n 2. A big cat", "cat . A big cat", 2),
        ("cat --n 2 张三", "cat 张三", 2),
        ("猫 --n 2到处跑", "猫 到处跑", 2),
        ("cat --n 2 - 3 dogs", "cat - 3 dogs", 2),
        ("cat --size 512 3 dogs --n 3", "cat 3 dogs", 3),
        ('"cat --n 2"', '"cat "', 2),
    ],
)
def test_text_after_a_value_belongs_to_the_prompt(argument: str, prompt: str, n: int) -> None:
    order = parse_imagine(argument)

    assert (order.prompt, order.n) == (prompt, n)


def test_an_option_without_a_value_is_reported() -> None:
    with pytest.raises(UserFacingError) as caught:
        parse_imagine("cat --ar --n 2")

    assert caught.value.values == {"name": "ar"}


@pytest.mark.parametrize(
    "prompt", ["a red fox --ar 16:9 --v 6", "a red fox --no text, blurry", "a red fox --n 9", " a red\nfox"]
)
def test_unknown_options_after_a_model_s_prompt_are_removed(prompt: str) -> None:
    assert parse_tool_arguments(prompt, {"n": 2.0, "size": "512x768"}) == ImagePrompt("a red fox", n=2, size="512x768")


@pytest.mark.parametrize(
    "prompt", ["a sign that reads --hello-- in neon", "a sign --no-entry-- on a door", "a fox --vivid and red--"]
)
def test_dashes_of_a_model_that_are_no_option_are_kept(prompt: str) -> None:
    assert parse_tool_arguments(prompt, {}).prompt == prompt


@pytest.mark.parametrize("size", ["1024\u00d7768", " 1024x768 ", "1024 X 768"])
def test_a_model_may_write_its_options_as_people_do(size: str) -> None:
    assert parse_tool_arguments("a fox", {"size": size, "n": "2 "}) == ImagePrompt("a fox", size="1024x768", n=2)


@pytest.mark.parametrize(
    ("prompt", "options", "key"),
    [
        ("cat", {"n": 9}, "imagine.count"),
        ("cat", {"n": float("inf")}, "imagine.count"),
        ("cat", {"size": ["512"]}, "imagine.size"),
        ("--v 6", {}, "imagine.empty"),
    ],
)
def test_an_invalid_option_of_a_model_is_reported(prompt: str, options: dict[str, object], key: str) -> None:
    with pytest.raises(UserFacingError) as caught:
        parse_tool_arguments(prompt, options)

    assert caught.value.key == key


def test_a_quoted_invalid_value_is_short_and_without_markup() -> None:
    with pytest.raises(UserFacingError) as caught:
        parse_tool_arguments("cat", {"size": "`" + "x" * 500})

    assert caught.value.values == {"text": "'" + "x" * 39 + "…"}


def test_the_quoted_message_is_the_prompt_when_there_are_no_words() -> None:
    assert parse_imagine("", "a red\ncat --n 3") == ImagePrompt("a red cat --n 3")
    assert parse_imagine("--n 2", "a cat") == ImagePrompt("a cat", n=2)
    assert parse_imagine("a dog --n 2", "a cat") == ImagePrompt("a dog", n=2)
    assert complaint("", "x" * 2001) == "imagine.long"
    assert complaint("", " \n") == "imagine.empty"


def test_only_options_that_change_something_are_shown() -> None:
    assert ImagePrompt("a cat").options == ""
    assert parse_imagine("a cat --n 2 --ar 16:9 --style vivid").options == "--size 1344x768 --n 2"
