"""Parsing prompts for image models, with options in the usual notation (`--size 512x512`)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from core.chat.text.normalize_width import to_half_width
from core.chat.text.truncate import truncate
from core.chat.text.user_error import UserFacingError
from core.media.visible_text import strip_invisible

from .image_prompt import ImagePrompt

MAX_PROMPT_LENGTH = 2_000
"""Characters of a prompt."""
_MAX_COUNT = 4
_SIDES = range(64, 2_049)
"""Pixels."""
_MAX_RATIO = 4.0
"""Of the longer side to the shorter one, with `--ar`."""
_AREA, _GRID = 1024 * 1024, 64
"""Pixels of a picture with `--ar`, and the number that its sides are multiples of, as image models prefer."""
_MAX_REPEATED = 41
"""Characters of a wrong value that the reply repeats."""

# Other characters that keyboards produce for the signs of options, one for one: dashes, multiplication signs.
_SIGNS = str.maketrans("\u2012\u2013\u2015\u2212\xd7\u2715\u2716", "\u2014" * 4 + "xxx")
_CHINESE = {
    "尺寸": "size", "比例": "ar", "张数": "n", "数量": "n", "画质": "quality", "质量": "quality", "风格": "style",
}  # fmt: skip
_VALUES = {"标准": "standard", "高清": "hd", "生动": "vivid", "鲜艳": "vivid", "自然": "natural"}
# Phones and Chinese keyboards turn `--` into one or two dashes; before a word that is no option they are punctuation.
_NAMED = re.compile(
    rf"(?<![A-Za-z0-9_-])(?P<dashes>--|—{{1,2}}-?)(?P<name>[A-Za-z]+|(?:{'|'.join(_CHINESE)})(?=[\s=:\d]))\s*[=:]?\s*"
)
# Options of image models, as prompts contain them; other words behind dashes belong to the prompt.
_PROMPT_OPTIONS = re.compile(
    r"(?<![A-Za-z0-9_-])--(?:ar|aspect|c|chaos|cfg|hd|iw|n|negative|niji|no|q|quality|s|seed|size|sref|steps|style"
    r"|stylize|tile|v|w|weird)(?=[\s=:\d]|\Z).*",
    re.DOTALL | re.IGNORECASE,
)
_QUOTES = "\"'`“”\u2018\u2019"
_OTHER = rf"[^\s,;!?。、()\[\]{_QUOTES}]"
_WORD = rf"(?!--|—){_OTHER}*(?<![.:])"
_END = r"(?!\.?[a-z0-9]|[-—~到至]\d)"
"""The end of a number that is no range: Chinese needs no blank behind it, and a sentence may end with it."""
_SIZE = re.compile(r"(\d{1,5})(?:px)?(?:(?:\s*[x*]\s*|\s+)(\d{1,5})(?:px)?)?", re.IGNORECASE)
_RATIO = re.compile(r"(\d{1,5}(?:\.\d{1,5})?)\s*[:/x]\s*(\d{1,5}(?:\.\d{1,5})?)", re.IGNORECASE)
_PLAIN_WORD = re.compile(r"[a-z][a-z0-9_-]{0,19}")


def parse_imagine(argument: str, quoted: str = "") -> ImagePrompt:
    """Parse the argument of `/imagine`, with its options anywhere in it.

    Without words of its own, the prompt is the `quoted` message. Raises `UserFacingError`, which names the mistake.
    """
    words: list[str] = []
    image_prompt, end = ImagePrompt(""), 0
    plain = to_half_width(argument).translate(_SIGNS)
    for found in _NAMED.finditer(plain):
        name = found["name"].lower()
        option = _OPTIONS.get(_CHINESE.get(name, name))
        if option is None:
            if found["dashes"] == "--":
                raise UserFacingError("imagine.option", name=_shorten(found["name"]))
            continue
        try:
            value, behind = _parse_value(option, found)
        except UserFacingError:
            if name in _CHINESE and found["dashes"] == "——":  # Chinese's own dash, before words like any others
                continue
            raise
        words.append(argument[end : found.start()])
        end = behind
        image_prompt = replace(image_prompt, **{option.field: value})
    words.append(argument[end:])
    return replace(image_prompt, prompt=_read_prompt(" ".join(words), quoted))


def parse_tool_arguments(prompt: str, options: Mapping[str, object]) -> ImagePrompt:
    """Make a prompt of the arguments that a chat model gives to its tool.

    Options inside the prompt's text are left out. Raises `UserFacingError` like `parse_imagine`.
    """
    image_prompt = ImagePrompt(_read_prompt(_PROMPT_OPTIONS.sub("", prompt), ""))
    for name, value in options.items():
        option = _OPTIONS[name]
        text = f"{value:g}" if isinstance(value, float) else str(value)  # JSON knows no integers
        image_prompt = replace(
            image_prompt, **{option.field: option.read(to_half_width(text).translate(_SIGNS).strip())}
        )
    return image_prompt


def _parse_value(option: _Option, named: re.Match[str]) -> tuple[str | int, int]:
    """Return the value behind an option's name, and its end."""
    found = option.value.match(named.string, named.end())
    if not found or not found["value"]:
        raise UserFacingError("imagine.value", name=named["name"])
    return option.read(found["value"]), found.end()


def _read_prompt(words: str, quoted: str) -> str:
    prompt = strip_invisible(" ".join(words.split())) or strip_invisible(" ".join(quoted.split()))
    if not prompt:
        raise UserFacingError("imagine.empty")
    if len(prompt) > MAX_PROMPT_LENGTH:
        raise UserFacingError("imagine.long", length=len(prompt), limit=MAX_PROMPT_LENGTH)
    return prompt


def _read_size(value: str) -> str:
    found = _SIZE.fullmatch(value)
    width, height = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if width not in _SIDES or height not in _SIDES:
        raise UserFacingError("imagine.size", text=_shorten(value))
    return f"{width}x{height}"


def _read_ratio(value: str) -> str:
    """Return a size of about a megapixel with this ratio."""
    found = _RATIO.fullmatch(value)
    width, height = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    if not width or not height or not 1 / _MAX_RATIO <= width / height <= _MAX_RATIO:
        raise UserFacingError("imagine.ratio", text=_shorten(value))
    sides = (math.sqrt(_AREA * width / height), math.sqrt(_AREA * height / width))
    return "x".join(str(round(side / _GRID) * _GRID) for side in sides)


def _read_count(value: str) -> int:
    number = value.removesuffix("张")
    if number not in {str(most) for most in range(1, _MAX_COUNT + 1)}:
        raise UserFacingError("imagine.count", text=_shorten(value), limit=_MAX_COUNT)
    return int(number)


def _read_quality(value: str) -> str:
    return _read_word(value, "imagine.quality")


def _read_style(value: str) -> str:
    return _read_word(value, "imagine.style")


def _read_word(value: str, key: str) -> str:
    """Return a word; each image model decides which words it takes."""
    word = _VALUES.get(value, value.lower())
    if not _PLAIN_WORD.fullmatch(word):
        raise UserFacingError(key, text=_shorten(value))
    return word


def _shorten(value: str) -> str:
    """Return a wrong value as the reply repeats it, safe between back-ticks."""
    return truncate(value.replace("`", "'"), _MAX_REPEATED)


@dataclass(frozen=True, slots=True)
class _Option:
    field: str
    """Of `ImagePrompt`."""
    value: re.Pattern[str]
    """The text of its value, quotation marks around it included."""
    read: Callable[[str], str | int]


def _make_option(field: str, read: Callable[[str], str | int], value: str = "") -> _Option:
    """Make an option whose value matches `value` or, so that the reply can name a mistake, any word."""
    pattern = rf"(?P<quote>[{_QUOTES}])?(?P<value>{value}{_WORD})(?(quote)[{_QUOTES}]?)"
    return _Option(field, re.compile(pattern, re.IGNORECASE), read)


_OPTIONS = {
    "size": _make_option("size", _read_size, rf"\d+(?:px)?(?:(?:\s*[x*]\s*|\s+(?=\d{{3,4}}(?!\d)))\d+(?:px)?)?{_END}|"),
    "ar": _make_option("size", _read_ratio, rf"\d+(?:\.\d+)?\s*[:/x]\s*\d+(?:\.\d+)?{_END}|"),
    "n": _make_option("n", _read_count, rf"\d+{_END}张?|"),
    "quality": _make_option("quality", _read_quality),
    "style": _make_option("style", _read_style),
}
