"""Read `.env` in any encoding that an editor may save; values are taken literally."""

from __future__ import annotations

import codecs
import io
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

ENV_FILE = Path(".env")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # its byte order mark begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_READABLE_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)


class EnvFileError(Exception):
    """The file exists and cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The variables of a file by their names in capitals, and warnings for its author."""

    values: dict[str, str] = field(default_factory=dict[str, str])
    warnings: list[str] = field(default_factory=list[str])


def read_env_file(path: Path = ENV_FILE) -> EnvFile:
    """Read a file of variables; empty if there is none. Raises `EnvFileError`.

    Nothing is expanded: `$` and `${…}` are ordinary characters.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return EnvFile()
    except OSError as error:
        raise EnvFileError(f"{path} cannot be read: {error.strerror}.") from error
    text, encoding = _decode(data, path)
    found = EnvFile()
    if path.stat().st_mode & _READABLE_BY_OTHERS:
        found.warnings.append(f"Other users of this machine can read {path}: run chmod 600 {path}.")
    if encoding == "gb18030":
        found.warnings.append(f"{path} is not UTF-8 and was read as GBK; save it as UTF-8.")
    for binding in parse_stream(io.StringIO(text)):
        name = (binding.key or "").upper()
        # A line without a name or "=" may be anything, even a key: only its number is reported.
        if binding.error or (name and (binding.value is None or not _NAME.fullmatch(name))):
            found.warnings.append(f"Line {binding.original.line} of {path} is not NAME=value and was ignored.")
        elif name:
            if found.values.get(name, binding.value) != binding.value:
                found.warnings.append(f"{name} is set more than once in {path}; the last one counts.")
            found.values[name] = binding.value or ""
    return found


def _decode(data: bytes, path: Path) -> tuple[str, str]:
    marked = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    for encoding in [marked] if marked else _guess_encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise EnvFileError(f"{path} is in an encoding that cannot be read; save it as UTF-8.")


def _guess_encodings(data: bytes) -> list[str]:
    """List the encodings to try for a text without a byte order mark; ASCII in UTF-16 has a NUL in each character."""
    if b"\0" in data:
        return ["utf-16-le", "utf-16-be"] if data[1::2].count(0) > data[::2].count(0) else ["utf-16-be", "utf-16-le"]
    return ["utf-8", "gb18030"]


class EnvFileSource(PydanticBaseSettingsSource):
    """The file as a source of settings; an empty value means "not set"."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        self._values = read_env_file().values
        self._prefix = str(self.config.get("env_prefix", ""))

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - as the library calls it
        """The value of one field, or None."""
        return self._values.get(f"{self._prefix}{field_name}".upper()) or None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}
