"""What the service itself says, in the reader's language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from core.chat.port.markdown import Markdown, escape_line, fit_into_code
from core.chat.port.names import clean_line

from .chinese_command_names import CHINESE_NAMES

_FOLDER = Path(__file__).parents[2] / "locales"
_DEFAULT = "en"
_PLURAL = frozenset({"one", "other"})
_CODE = re.compile(r"(`[^`]*`)")
_COMMAND = re.compile(rf"(?<![\w/])/(?={'|'.join(CHINESE_NAMES)})")


_Forms = dict[str, str]
"""A sentence by grammatical number: `other`, and `one` in languages with a singular of its own."""


class Translations:
    """The catalogue of sentences; each exists in every language."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        """Read the languages in `folder`, once a process; a folder without sentences is no language."""
        self._languages = _load_languages(folder)

    @property
    def languages(self) -> tuple[str, ...]:
        """The language codes (ISO 639-1) there are, the default one first."""
        return (_DEFAULT, *sorted(set(self._languages) - {_DEFAULT}))

    def keys(self, language: str) -> set[str]:
        """All keys of a language, such as `error.refused`."""
        return set(self._languages[language])

    def text(self, key: str, locale: str, /, **values: object) -> Markdown:
        """Sentence `key` for a reader with the language tag `locale` (any form: `zh`, `zh-hans`, `zh_CN`, "").

        `values` fill the placeholders, as literal text on one line unless they are `Markdown`. Two of them do more:
        `count` chooses between the singular and the plural of a sentence that has both, and `sign` replaces the `/` of
        the commands in the sentence. An unknown language reads English; an unknown key is a `KeyError`.
        """
        parts = _CODE.split(self._choose_form(key, locale, values))
        in_prose = {name: _to_markdown(value) for name, value in values.items()}
        in_code = {name: fit_into_code(value) for name, value in values.items()}
        return Markdown("".join(part.format(**(in_code if at % 2 else in_prose)) for at, part in enumerate(parts)))

    def plain_text(self, key: str, locale: str, /, **values: object) -> str:
        """Like `text`, for a label, a hint or a model, where nothing reads Markdown: the values stand as they are."""
        template = self._choose_form(key, locale, values)
        return template.format(**{name: clean_line(str(value)) for name, value in values.items()})

    def _choose_form(self, key: str, locale: str, values: Mapping[str, object]) -> str:
        language = locale.replace("_", "-").partition("-")[0].lower()
        forms = self._languages.get(language, self._languages[_DEFAULT])[key]
        template = forms["one" if "one" in forms and values.get("count") == 1 else "other"]
        return replace_command_signs(template, str(values.get("sign", "/")))


def replace_command_signs(text: str, sign: str) -> str:
    """Replace the `/` of the commands that a text mentions."""
    return _COMMAND.sub(lambda _: sign, text)


def _to_markdown(value: object) -> Markdown:
    return value if isinstance(value, Markdown) else escape_line(value)


@cache
def _load_languages(folder: Path) -> Mapping[str, Mapping[str, _Forms]]:
    return {place.name: _load_language(place) for place in {file.parent for file in folder.glob("*/*.toml")}}


def _load_language(folder: Path) -> dict[str, _Forms]:
    """Read all files of a language; a file holds what one part of the service says."""
    sentences: dict[str, _Forms] = {}
    for file in sorted(folder.glob("*.toml")):
        sentences |= _flatten(tomllib.loads(file.read_text(encoding="utf-8")))
    return sentences


def _flatten(table: dict[str, Any], prefix: str = "") -> dict[str, _Forms]:
    """Join nested keys with dots; a sentence of one form has it under `other`, as one with a plural has."""
    flat: dict[str, _Forms] = {}
    for key, value in table.items():
        if not isinstance(value, dict):
            flat[prefix + key] = {"other": str(value)}
        elif value.keys() == _PLURAL:
            flat[prefix + key] = value
        else:
            flat |= _flatten(value, f"{prefix}{key}.")  # pyright: ignore[reportUnknownArgumentType] - TOML tables have text keys
    return flat
