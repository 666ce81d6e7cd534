"""What somebody orders from an image model: a prompt, and options in the notation that is usual for them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Self

from core.chat.text.half_width import half_width
from core.chat.text.user_error import UserFacingError
from core.media.visible_text import strip_invisible

_LONGEST = 2_000
"""Characters of a prompt."""
_MOST = 4
_SIDES = range(64, 2_049)
"""Pixels."""
_WIDEST = 4.0
"""How much longer than the other one a side may be that follows from `--ar`."""
_AREA, _GRID = 1024 * 1024, 64
"""Pixels of such a picture, and what its sides are multiples of, as image models like them."""
_SHOWN = 40
"""Characters of a mistaken value that are repeated."""
_HINTS = ("another composition", "another angle", "different colours", "another mood")
"""What makes a variation. The Open API has no seed, and the same words may well make the same picture again."""

# What else keyboards put in the place of an option's signs, one for one: dashes, signs of multiplication.
_SIGNS = str.maketrans("\u2012\u2013\u2015\u2212\xd7\u2715\u2716", "\u2014" * 4 + "xxx")
_CHINESE = {
    "尺寸": "size", "比例": "ar", "张数": "n", "数量": "n", "画质": "quality", "质量": "quality", "风格": "style",
}  # fmt: skip
_VALUES = {"标准": "standard", "高清": "hd", "生动": "vivid", "鲜艳": "vivid", "自然": "natural"}
# Phones and Chinese keyboards make one or two dashes of `--`; before a word that is no option they are punctuation.
_NAMED = re.compile(
    rf"(?<![A-Za-z0-9_-])(?P<dashes>--|—{{1,2}}-?)(?P<name>[A-Za-z]+|(?:{'|'.join(_CHINESE)})(?=[\s=:\d]))\s*[=:]?\s*"
)
# Options of image models, as their prompts show them; other words behind dashes are the prompt's own.
_WRITTEN = re.compile(
    r"(?<![A-Za-z0-9_-])--(?:ar|aspect|c|chaos|cfg|hd|iw|n|negative|niji|no|q|quality|s|seed|size|sref|steps|style"
    r"|stylize|tile|v|w|weird)(?=[\s=:\d]|\Z).*",
    re.DOTALL | re.IGNORECASE,
)
_QUOTES = "\"'`“”\u2018\u2019"
_OTHER = rf"[^\s,;!?。、()\[\]{_QUOTES}]"
_WORD = rf"(?!--|—){_OTHER}*(?<![.:])"
_END = r"(?!\.?[a-z0-9]|[-—~到至]\d)"
"""Where a number is over, and no range: Chinese needs no blank behind it, and a sentence may end with it."""
_SIZE = re.compile(r"(\d{1,5})(?:px)?(?:(?:\s*[x*]\s*|\s+)(\d{1,5})(?:px)?)?", re.IGNORECASE)
_RATIO = re.compile(r"(\d{1,5}(?:\.\d{1,5})?)\s*[:/x]\s*(\d{1,5}(?:\.\d{1,5})?)", re.IGNORECASE)
_PLAIN = re.compile(r"[a-z][a-z0-9_-]{0,19}")


@dataclass(frozen=True, slots=True)
class ImagePrompt:
    """Pictures to be made; the defaults are those of the Open API's page."""

    prompt: str
    """As it was written, on one line; 1 to 2,000 characters."""
    size: str = "1024x1024"
    n: int = 1
    quality: str = "standard"
    style: str = "vivid"
    english: str = ""
    """The prompt in English, once somebody has seen to it; "" before."""
    variation: int = 0
    """Which variation of what was ordered at first it is; 0 for that itself."""
    varied_before: int = 0
    """How many variations of this one were ordered."""

    @property
    def words(self) -> str:
        """What the image model is told."""
        hint = f", {_HINTS[(self.variation - 1) % len(_HINTS)]}" if self.variation else ""
        return (self.english or self.prompt) + hint

    @property
    def options(self) -> str:
        """The options that make it unlike an order without any, as they would be written."""
        mine, usual = asdict(self), asdict(ImagePrompt(""))
        told = (name for name in ("size", "n", "quality", "style") if mine[name] != usual[name])
        return " ".join(f"--{name} {mine[name]}" for name in told)

    @property
    def next_variation(self) -> ImagePrompt:
        """The same order with a small change that neither it nor its last variation had."""
        return replace(self, variation=self.variation + self.varied_before + 1, varied_before=0)

    @property
    def counted(self) -> ImagePrompt:
        """The same order, one variation of which was ordered since."""
        return replace(self, varied_before=self.varied_before + 1)

    def pack(self) -> str:
        """Write it down, for `unpack` to read."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def unpack(cls, text: str) -> Self:
        """Read an order that another version of this program may have written."""
        fields = json.loads(text)
        return cls(**{name: value for name, value in fields.items() if name in cls.__dataclass_fields__})


def parse_imagine(argument: str, quoted: str = "") -> ImagePrompt:
    """Read what stands behind `/imagine`, with its options anywhere in it.

    Without words of its own it is about the `quoted` message. Raises `UserFacingError`, which names what is wrong.
    """
    words: list[str] = []
    order, end = ImagePrompt(""), 0
    plain = half_width(argument).translate(_SIGNS)
    for found in _NAMED.finditer(plain):
        name = found["name"].lower()
        option = _OPTIONS.get(_CHINESE.get(name, name))
        if option is None:
            if found["dashes"] == "--":
                raise UserFacingError("imagine.option", name=_repeated(found["name"]))
            continue
        try:
            value, behind = _value(option, found)
        except UserFacingError:
            if name in _CHINESE and found["dashes"] == "——":  # Chinese's own dash, before words like any others
                continue
            raise
        words.append(argument[end : found.start()])
        end = behind
        order = replace(order, **{option.field: value})
    words.append(argument[end:])
    return replace(order, prompt=_prompt(" ".join(words), quoted))


def parse_tool_arguments(prompt: str, options: Mapping[str, object]) -> ImagePrompt:
    """The order of a model, which gives the options beside the prompt.

    What it writes into the prompt as if it were talking to an image model is left out. Raises `UserFacingError` like
    `parse_imagine`.
    """
    order = ImagePrompt(_prompt(_WRITTEN.sub("", prompt), ""))
    for name, value in options.items():
        option = _OPTIONS[name]
        text = f"{value:g}" if isinstance(value, float) else str(value)  # JSON knows no integers
        order = replace(order, **{option.field: option.read(half_width(text).translate(_SIGNS).strip())})
    return order


def _value(option: _Option, named: re.Match[str]) -> tuple[str | int, int]:
    """The value behind an option's name, and where it ends."""
    found = option.value.match(named.string, named.end())
    if not found or not found["value"]:
        raise UserFacingError("imagine.value", name=named["name"])
    return option.read(found["value"]), found.end()


def _prompt(words: str, quoted: str) -> str:
    prompt = strip_invisible(" ".join(words.split())) or strip_invisible(" ".join(quoted.split()))
    if not prompt:
        raise UserFacingError("imagine.empty")
    if len(prompt) > _LONGEST:
        raise UserFacingError("imagine.long", length=len(prompt), limit=_LONGEST)
    return prompt


def _size(value: str) -> str:
    found = _SIZE.fullmatch(value)
    width, height = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if width not in _SIDES or height not in _SIDES:
        raise UserFacingError("imagine.size", text=_repeated(value))
    return f"{width}x{height}"


def _ratio(value: str) -> str:
    """A size of about a megapixel that has this ratio."""
    found = _RATIO.fullmatch(value)
    width, height = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    if not width or not height or not 1 / _WIDEST <= width / height <= _WIDEST:
        raise UserFacingError("imagine.ratio", text=_repeated(value))
    sides = (math.sqrt(_AREA * width / height), math.sqrt(_AREA * height / width))
    return "x".join(str(round(side / _GRID) * _GRID) for side in sides)


def _count(value: str) -> int:
    number = value.removesuffix("张")
    if number not in {str(most) for most in range(1, _MOST + 1)}:
        raise UserFacingError("imagine.count", text=_repeated(value), limit=_MOST)
    return int(number)


def _quality(value: str) -> str:
    return _plain(value, "imagine.quality")


def _style(value: str) -> str:
    return _plain(value, "imagine.style")


def _plain(value: str, key: str) -> str:
    """One word; which ones there are, each image model decides for itself."""
    word = _VALUES.get(value, value.lower())
    if not _PLAIN.fullmatch(word):
        raise UserFacingError(key, text=_repeated(value))
    return word


def _repeated(value: str) -> str:
    """What was written, fit to stand between back-ticks."""
    shown = value.replace("`", "'")
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


@dataclass(frozen=True, slots=True)
class _Option:
    field: str
    """Of `ImagePrompt`."""
    value: re.Pattern[str]
    """What belongs to its value, quotation marks around it included."""
    read: Callable[[str], str | int]


def _option(field: str, read: Callable[[str], str | int], value: str = "") -> _Option:
    """An option whose value is like `value` or, so that a mistake can be named, any word."""
    pattern = rf"(?P<quote>[{_QUOTES}])?(?P<value>{value}{_WORD})(?(quote)[{_QUOTES}]?)"
    return _Option(field, re.compile(pattern, re.IGNORECASE), read)


_OPTIONS = {
    "size": _option("size", _size, rf"\d+(?:px)?(?:(?:\s*[x*]\s*|\s+(?=\d{{3,4}}(?!\d)))\d+(?:px)?)?{_END}|"),
    "ar": _option("size", _ratio, rf"\d+(?:\.\d+)?\s*[:/x]\s*\d+(?:\.\d+)?{_END}|"),
    "n": _option("n", _count, rf"\d+{_END}张?|"),
    "quality": _option("quality", _quality),
    "style": _option("style", _style),
}
