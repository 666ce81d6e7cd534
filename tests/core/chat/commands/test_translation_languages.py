# ruff: noqa: RUF001 - the colons of Chinese are meant
"""The languages into which messages are translated, as people name them."""

import pytest

from core.chat.commands.translation_languages import LANGUAGES, find_language, split_language


@pytest.mark.parametrize(
    ("argument", "code", "text"),
    [
        ("ja", "ja", ""),
        ("Japanese", "ja", ""),
        ("日语", "ja", ""),
        ("german see you", "de", "see you"),
        ("German: see you", "de", "see you"),
        ("英语：明天见", "en", "明天见"),
        ("traditional chinese: hi", "zh-hant", "hi"),
        ("pt:", "pt", ""),
        ("it is raining", "", "it is raining"),
        ("note: buy milk", "", "note: buy milk"),
        ("", "", ""),
    ],
)
def test_an_argument_may_begin_with_a_language(argument: str, code: str, text: str) -> None:
    language, rest = split_language(argument)

    assert (language.code if language else "", rest) == (code, text)


@pytest.mark.parametrize(
    ("locale", "code"),
    [("zh-hans", "zh"), ("zh_TW", "zh-hant"), ("pt-BR", "pt"), ("en-US", "en"), ("tlh", "en"), ("", "en")],
)
def test_a_reader_s_language_is_found(locale: str, code: str) -> None:
    assert find_language(locale).code == code


def test_no_two_languages_share_a_name() -> None:
    names = [name.casefold() for one in LANGUAGES for name in {one.code, one.english, one.own, *one.others}]

    assert len(names) == len(set(names))
