# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Telling marks of Markdown from content such as products, paths, pointers and names; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from .writing_systems import is_punctuation, is_unspaced

_OPENING = frozenset("([{（【《「『〔〖“‘")
_CLOSING = frozenset(")]}）】》」』〕〗”’")
_STOPS = frozenset(",;:!?，。、；：？！")
_OF_NAMES = frozenset("/\\.=@#$%^&+}")
"""Before a mark of one character, these make it a part of a path, a formula or a name."""
_ESCAPED_MARKS = frozenset("*_`~#>|$")
_ESCAPABLE = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") - {"."}
_BEHIND = frozenset("/\\@$^{([")
_POINTER = re.compile(r"\b(?:int|char|void|float|double|long|short|unsigned|signed|const|auto|FILE|struct \w+|\w+_t)\Z")
_TYPES: tuple[type[object], ...] = (object, type, int, float, str, bytes, list, dict, set, type(lambda: None))
_PYTHON = frozenset(name.strip("_") for kind in _TYPES for name in dir(kind) if name.startswith("__"))
_OTHERS = re.compile(
    r"""main|all|file|path|spec|loader|package|version|author|license|email|debug|import|build_class|slots|weakref|del
    |a?enter|a?exit|a?iter|a?next|await|post_init|getattr|missing|[sg]et|delete|set_name|prepare|call|future
    |(?:deep)?copy|i?matmul|[ri]?(?:add|sub|mul|truediv)|pycache|tests|mocks|snapshots|fixtures|proto|typename|schema
    |dirname|filename|define[GS]etter|FILE|LINE|DATE|TIME|FUNCTION|DIR|CLASS|METHOD|NAMESPACE|attribute|global|device
    |host|shared|constant|restrict|asm|inline|func|typeof|VA_ARGS|COUNTER|NEXT_DATA|nuxt|webpack_\w+|esModule""",
    re.VERBOSE,
)
"""Names with two underscores on both sides, of Python, JavaScript, C and PHP."""
_GOES_ON = re.compile(r"[./]\w|\(")


class Closing(IntEnum):
    """How surely a mark closes what another one opened."""

    NO = 0
    MAYBE = 1
    """Only if there is one word between them."""
    YES = 2


@dataclass(frozen=True, slots=True)
class MarkRun:
    """A run of marks, the character before it, and the two after it; "" at an end of the line."""

    mark: str
    before: str
    after: str
    beyond: str = ""

    @property
    def is_delimiter(self) -> bool:
        """Whether CommonMark, by its flanking rules, may take it for a mark."""
        return self.can_close or self.can_open

    @property
    def can_open(self) -> bool:
        """Whether CommonMark may open something here."""
        left, right = self._flanks_left, self._flanks_right
        return left and (self.mark[0] != "_" or not right or is_punctuation(self.before))

    @property
    def can_close(self) -> bool:
        """Whether CommonMark may close something here."""
        left, right = self._flanks_left, self._flanks_right
        return right and (self.mark[0] != "_" or not left or is_punctuation(self.after))

    @property
    def can_be_opener(self) -> bool:
        """Whether a writer may have meant it to open something."""
        single, before, after = len(self.mark) == 1, self.before, self.after
        if not after.strip() or after in _CLOSING or after == "/" or (single and self._starts_suffix()):
            return False
        if after == "\\" and not self._starts_escape():
            return False
        if before.isalnum():
            return is_unspaced(before) or (is_unspaced(after) and is_punctuation(after))
        if before and before in ")]}":
            return not single and after not in _OPENING and not after.isdecimal()
        return not before or before not in _OF_NAMES or not (single or self.mark[0] == "_")

    @property
    def closing(self) -> Closing:
        """How surely a writer meant it to close something."""
        single, before, after = len(self.mark) == 1, self.before, self.after
        if not before.strip() or before in _OPENING:
            return Closing.NO
        if before in "/\\":
            return Closing.NO if single else Closing.MAYBE
        if not single and before.isalnum() and after == "s" and not self.beyond.isalnum():
            return Closing.YES  # the plural of what is bold
        if after.isalnum() and not is_unspaced(after):
            return Closing.YES if is_unspaced(before) and is_punctuation(before) else Closing.MAYBE
        if after and after in _BEHIND:
            return Closing.YES if not single and before.isalnum() and after == "/" else Closing.MAYBE
        goes_on = single and after and after in ".:=" and self.beyond.isalnum() and self.beyond.isascii()
        return Closing.MAYBE if goes_on else Closing.YES

    def _starts_escape(self) -> bool:
        r"""Whether an escaped mark follows, as in `**\$1,000**`, rather than a part of a path."""
        return bool(self.beyond) and self.beyond in (_ESCAPED_MARKS if len(self.mark) == 1 else _ESCAPABLE)

    def _starts_suffix(self) -> bool:
        return self.after in _STOPS or (self.after == "." and (self.beyond.isalnum() or self.beyond == "*"))

    @property
    def _flanks_left(self) -> bool:
        before, after = self.before, self.after
        return bool(after.strip()) and (not is_punctuation(after) or not before.strip() or is_punctuation(before))

    @property
    def _flanks_right(self) -> bool:
        before, after = self.before, self.after
        return bool(before.strip()) and (not is_punctuation(before) or not after.strip() or is_punctuation(after))


def is_pointer_type(text: str) -> bool:
    """Whether a `*` after this text belongs to a pointer type of C."""
    return _POINTER.search(text) is not None


def is_dunder_name(words: str, following: str) -> bool:
    """Whether `__words__` is a name, rather than bold."""
    plain = words.isascii() and words.replace("_", "a").isalnum()
    known = words in _PYTHON or _OTHERS.fullmatch(words) is not None
    return plain and (known or _GOES_ON.match(following) is not None)
