"""The catalogue of sentences: complete, and the same in every language."""

import re
import string
from pathlib import Path

import pytest

from core.chat.commands import COMMANDS, Command
from core.chat.text.translations import Translations

SOURCES = [Path(__file__).parents[4] / name for name in ("core", "bots")]
SENTENCES = Translations()
KEYS = sorted(SENTENCES.keys("en"))
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”\uff09][,!?;:()]|[,!?;:()] ?[\u4e00-\u9fff“\uff08]")
CODE = re.compile(r"`[^`]*`")
ONE_OF_MANY = re.compile(r"\b1 (?:\w+ )?\w+s\b")
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


@pytest.mark.parametrize("key", KEYS)
def test_a_sentence_takes_the_same_values_in_every_language(key: str) -> None:
    forms = {language: placeholders(raw(key, language)) for language in SENTENCES.languages}

    assert all(form == forms["en"] for form in forms.values())


@pytest.mark.parametrize("key", COUNTED)
def test_one_thing_is_not_spoken_of_as_several(key: str) -> None:
    assert not ONE_OF_MANY.search(raw(key, "en", count=1))


def test_a_count_chooses_the_form_of_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "zh").mkdir()
    (tmp_path / "en" / "area.toml").write_text('[a.files]\none = "{count} file"\nother = "{count} files"\n')
    (tmp_path / "zh" / "area.toml").write_text('[a]\nfiles = "{count} 个文件"\n', encoding="utf-8")
    sentences = Translations(tmp_path)

    assert [sentences.text("a.files", "en", count=count) for count in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert sentences.text("a.files", "zh", count=1) == "1 个文件"
    assert sentences.keys("en") == sentences.keys("zh") == {"a.files"}


@pytest.mark.parametrize("key", KEYS)
def test_chinese_is_of_one_hand(key: str) -> None:
    sentence = CODE.sub("", raw(key, "zh"))

    assert not HALF_WIDTH.search(sentence)
    assert "您" not in sentence
    assert "万界" not in sentence.replace("万界方舟", "")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en", "en"), ("", "en"), ("fr-FR", "en"), ("zh", "zh"), ("zh-hans", "zh"), ("zh_CN", "zh"), ("ZH-TW", "zh")],
)
def test_a_reader_gets_the_nearest_language(locale: str, language: str) -> None:
    assert SENTENCES.text("stop.done", language) == SENTENCES.text("stop.done", locale)


def test_what_else_lies_among_the_languages_is_none(tmp_path: Path) -> None:
    for folder in ("en", "__pycache__"):
        (tmp_path / folder).mkdir()
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "en" / "area.toml").write_text('[a]\nb = "c"\n')
    sentences = Translations(tmp_path)

    assert sentences.languages == ("en",)
    assert sentences.text("a.b", "zh") == "c"


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
    assert {key for key in KEYS if not key.startswith(("command.", "usage.", "example."))} <= said


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_every_command_is_described(command: Command) -> None:
    assert f"command.{command.name}" in KEYS
    assert (f"usage.{command.name}" in KEYS) == (f"example.{command.name}" in KEYS) == command.argument
