"""The languages into which messages are translated, by the names that people give them; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.chat.text.normalize_width import to_half_width


@dataclass(frozen=True, slots=True)
class TargetLanguage:
    """A language; `code` is that of ISO 639-1, with a script where one language has two."""

    code: str
    english: str
    """Its name in English, as models know it."""
    own: str
    """Its own name for itself."""
    others: tuple[str, ...] = ()
    """What it is called in Chinese, and other spellings."""


DEFAULT_LANGUAGE = TargetLanguage("en", "English", "English", ("英语", "英文", "英語"))
LANGUAGES = (
    DEFAULT_LANGUAGE,
    TargetLanguage("zh", "Simplified Chinese", "简体中文", ("Chinese", "中文", "汉语", "简体", "中國語")),
    TargetLanguage("zh-hant", "Traditional Chinese", "繁體中文", ("繁体中文", "繁体", "繁體")),
    TargetLanguage("ja", "Japanese", "日本語", ("日语", "日文", "日語")),
    TargetLanguage("ko", "Korean", "한국어", ("韩语", "韩文", "韓語")),
    TargetLanguage("es", "Spanish", "Español", ("西班牙语", "西班牙文")),
    TargetLanguage("fr", "French", "Français", ("法语", "法文", "法語")),
    TargetLanguage("de", "German", "Deutsch", ("德语", "德文", "德語")),
    TargetLanguage("pt", "Portuguese", "Português", ("葡萄牙语",)),
    TargetLanguage("it", "Italian", "Italiano", ("意大利语",)),
    TargetLanguage("nl", "Dutch", "Nederlands", ("荷兰语",)),
    TargetLanguage("pl", "Polish", "Polski", ("波兰语",)),
    TargetLanguage("tr", "Turkish", "Türkçe", ("土耳其语",)),
    TargetLanguage("ru", "Russian", "Русский", ("俄语", "俄文", "俄語")),
    TargetLanguage("uk", "Ukrainian", "Українська", ("乌克兰语",)),
    TargetLanguage("ar", "Arabic", "العربية", ("阿拉伯语",)),
    TargetLanguage("hi", "Hindi", "हिन्दी", ("印地语",)),
    TargetLanguage("th", "Thai", "ไทย", ("泰语", "泰文")),
    TargetLanguage("vi", "Vietnamese", "Tiếng Việt", ("越南语", "越南文")),
    TargetLanguage("id", "Indonesian", "Bahasa Indonesia", ("印尼语", "印度尼西亚语")),
)
_BY_NAME: Mapping[str, TargetLanguage] = {
    name.casefold(): language
    for language in LANGUAGES
    for name in (language.code, language.english, language.own, *language.others)
}
_BY_CODE = {language.code for language in LANGUAGES}
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})
_HEAD = re.compile(r"\s*(?P<name>[^:\n]{1,30}?)\s*[:\n]\s*")


def find_language(locale: str) -> TargetLanguage:
    """Return the language of a reader's language tag, such as `zh-hans` or `pt_BR`; English for any other."""
    language, *rest = locale.replace("_", "-").lower().split("-")
    if language == "zh" and _TRADITIONAL & set(rest):
        language = "zh-hant"
    return _BY_NAME[language] if language in _BY_CODE else DEFAULT_LANGUAGE


def split_language(argument: str) -> tuple[TargetLanguage | None, str]:
    """Split an argument into the language that it begins with, and the text behind it.

    A code stands alone or before a colon (`ja: hello`), since some codes are words; a name may have a blank behind it.
    """
    plain = to_half_width(argument)
    if language := _BY_NAME.get(plain.strip().casefold()):
        return language, ""
    if (head := _HEAD.match(plain)) and (language := _BY_NAME.get(head["name"].casefold())):
        return language, argument[head.end() :].strip()
    word = next(iter(plain.split(maxsplit=1)), "")
    if word.casefold() not in _BY_CODE and (language := _BY_NAME.get(word.casefold())):
        return language, argument.strip()[len(word) :].strip()
    return None, argument.strip()
