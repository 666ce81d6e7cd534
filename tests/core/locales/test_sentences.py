"""The files of sentences: complete, and the same in every language."""

import re
import string
from pathlib import Path

import pytest

from core.chat.commands import COMMANDS, Command
from core.chat.text.translations import Translations

SOURCES = [Path(__file__).parents[3] / name for name in ("core", "bots")]
SENTENCES = Translations()
KEYS = sorted(SENTENCES.keys("en"))
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”\uff09][,!?;:()]|[,!?;:()] ?[\u4e00-\u9fff“\uff08]")
CODE = re.compile(r"`[^`]*`")
ONE_OF_MANY = re.compile(r"\b1 (?:\w+ )?(?!(?:is|was|has)\b)\w+s\b")
CALL = re.compile(r'"((?:[a-z_]+)\.(?:[a-z_]+))"')


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def raw(key: str, language: str, **known: object) -> str:
    """The sentence as it is written, whatever placeholders it has, but with the values that are known."""
    values = dict(known)
    while True:
        try:
            return SENTENCES.text(key, language, **values)
        except KeyError as missing:
            name = str(missing.args[0])
            assert name not in values
            values[name] = "{" + name + "}"


COUNTED = [key for key in KEYS if "count" in placeholders(raw(key, "en"))]


@pytest.mark.parametrize("language", SENTENCES.languages)
def test_every_language_has_every_sentence(language: str) -> None:
    assert SENTENCES.keys(language) == set(KEYS)


def test_a_sentence_takes_the_same_values_in_every_language() -> None:
    forms = {language: {key: placeholders(raw(key, language)) for key in KEYS} for language in SENTENCES.languages}

    assert {language: form for language, form in forms.items() if form != forms["en"]} == {}


@pytest.mark.parametrize("key", COUNTED)
def test_a_count_of_one_takes_the_singular(key: str) -> None:
    assert not ONE_OF_MANY.search(raw(key, "en", count=1))


def is_good_chinese(sentence: str) -> bool:
    """Whether it has one style of punctuation and address, and no company where its product is meant."""
    return not HALF_WIDTH.search(sentence) and "您" not in sentence and "万界" not in sentence.replace("万界方舟", "")


def test_chinese_uses_one_style_of_punctuation_and_address() -> None:
    sentences = {key: CODE.sub("", raw(key, "zh")) for key in KEYS}

    assert {key: sentence for key, sentence in sentences.items() if not is_good_chinese(sentence)} == {}


def test_every_sentence_that_the_code_says_exists() -> None:
    areas = {key.partition(".")[0] for key in KEYS}
    said = {
        key
        for folder in SOURCES
        for file in folder.rglob("*.py")
        if "sandbox" not in file.parts
        for key in CALL.findall(file.read_text(encoding="utf-8"))
        if key.partition(".")[0] in areas and not key.endswith(".ogg")  # the name of a file
    }

    assert said <= set(KEYS)
    assert {key for key in KEYS if not key.startswith(("command.", "usage.", "example.", "shortcut."))} <= said


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_every_command_is_described(command: Command) -> None:
    assert f"command.{command.name}" in KEYS
    assert (f"shortcut.{command.name}" in KEYS) == command.shortcut
    assert (f"usage.{command.name}" in KEYS) == (f"example.{command.name}" in KEYS) == command.argument
