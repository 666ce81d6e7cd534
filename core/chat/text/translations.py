"""What the service itself says, in the reader's language."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from .typed_commands import CHINESE_NAMES

_FOLDER = Path(__file__).parents[2] / "locales"
_DEFAULT = "en"
_COMMAND = re.compile(rf"(?<![\w/])/(?={'|'.join(CHINESE_NAMES)})")


class Translations:
    """The catalogue of sentences; each exists in every language."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        """Read the languages in `folder`; what holds no sentences there is none."""
        self._languages = {place.name: _language(place) for place in {file.parent for file in folder.glob("*/*.toml")}}

    @property
    def languages(self) -> tuple[str, ...]:
        """The language codes (ISO 639-1) there are, the default one first."""
        return (_DEFAULT, *sorted(set(self._languages) - {_DEFAULT}))

    def keys(self, language: str) -> set[str]:
        """All keys of a language, such as `error.refused`."""
        return set(self._languages[language])

    def text(self, key: str, locale: str, /, **values: object) -> str:
        """Sentence `key` for a reader with the language tag `locale` (any form: `zh`, `zh-hans`, `zh_CN`, "").

        `values` fill the placeholders; `sign` among them is what the commands that it names begin with, where that is
        not `/`. An unknown language reads English; an unknown key is a `KeyError`.
        """
        language = locale.replace("_", "-").partition("-")[0].lower()
        template = self._languages.get(language, self._languages[_DEFAULT])[key]
        return _COMMAND.sub(str(values.get("sign", "/")), template).format(**values)


def _language(folder: Path) -> dict[str, str]:
    """Read all files of a language; a file holds what one part of the service says."""
    sentences: dict[str, str] = {}
    for file in sorted(folder.glob("*.toml")):
        sentences |= _flatten(tomllib.loads(file.read_text(encoding="utf-8")))
    return sentences


def _flatten(table: dict[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")  # pyright: ignore[reportUnknownArgumentType] - TOML tables have text keys
        else:
            flat[prefix + key] = str(value)
    return flat
