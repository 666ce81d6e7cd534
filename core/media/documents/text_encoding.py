"""Detect the encoding of a text file; pure."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from unicodedata import name

from chardet import detect_all

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like the next one
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_BE: "utf-16",
}
_LATIN_CODECS = ("cp1252", "cp1250", "cp1254")
_OTHER_SCRIPT_CODECS = ("cp1251", "koi8-r", "koi8-u", "cp866", "cp1253", "cp1255", "cp1256", "tis-620")
_LEGACY_CODECS = ("gb18030", "big5hkscs", "cp932", "cp949", "euc_jis_2004", *_LATIN_CODECS, *_OTHER_SCRIPT_CODECS)
"""What was usual before UTF-8 in China, Taiwan, Japan, Korea; in the West, its East and Turkey; where people write
Cyrillic, Greek, Hebrew, Arabic and Thai letters."""
_SEVEN_BIT_ENCODINGS = {
    "iso2022_jp_2": re.compile(rb"\x1b\$[@B](?:[!-~]{2})+\x1b\("),
    "iso2022_kr": re.compile(rb"\x1b\$\)C.*\x0e(?:[!-~]{2})+\x0f", re.DOTALL),
    "hz": re.compile(rb"~\{(?:[!-w][!-~])+~\}"),
}
"""Encodings of e-mail that say in seven bits when they leave ASCII; they would pass for it."""
_SHORT_WEIGHTS = {"euc_jis_2004": 0.4, "tis-620": 0.3}
"""How much some guesses count for a word or two: the commonest words of Big5 are kana in EUC-JP, most bytes Thai."""
_MAC_CODECS = {**dict.fromkeys(_LATIN_CODECS, "mac_roman"), "cp1251": "mac_cyrillic"}
"""What a Mac of before 2001 wrote in place of these; the library takes its letters for signs and capitals of theirs."""
_SIGNS_WITHIN_WORDS = "\u2018\u2019\u2010\u2013\u2014\u00b7"
"""Apostrophes, hyphens, dashes and the middle dot."""
_SINGLE_BYTE_CODECS = frozenset((*_LATIN_CODECS, *_OTHER_SCRIPT_CODECS))
_MIN_LATIN_RATIO = 3.0
"""How many times likelier than the West's another encoding of Latin letters must be to be believed."""
_MIN_CONFIDENCE, _MIN_CHINESE_CONFIDENCE = 0.05, 0.022
"""The confidence from which on a guess stands against what looks like half-width kana, which the library knows not; and
against kana without a mark of voice, which many a Chinese word of two characters looks like."""
_NO_MATCH_CONFIDENCE = 0.1
"""The confidence of the library's only answer when nothing fits."""
_NON_ASCII = re.compile(rb"[\x80-\xff]+")
_KANA = re.compile(r"[\uff61-\uff9f]")
_VOICING_MARK = re.compile("[ﾞﾟ]")
_IMPOSSIBLE_KANA = re.compile(
    "(?<![ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<![ﾊ-ﾎ])ﾟ|(?<![ｷｼﾁﾃﾆﾋﾌﾐﾘﾞﾟ])[ｬｭｮ]|(?<![ｦ-ﾟ])[ｰｯﾝ]|^[^｢]*｣|(?<=[ｦ-ﾟ])[A-Z\\\\[-~](?=[ｦ-ﾟ])"
)
"""Kana in an order in which no word has them."""
_SHIFT_JIS = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xdf]|[\x81-\x9f][\x40-\x7e\x80-\xfc])*+(?:[\x81-\x9f]\Z)?")
"""Without the rarer half of its characters, whose bytes the other encodings use most."""
_UNDEFINED = re.compile("[\ue000-\uf8ff\ufffd]")
_COMMON_CHARACTERS = {
    "gb2312": re.compile(rb"[\x00-\x7f]|[\xa1-\xa9\xb0-\xd7][\xa1-\xfe]"),
    "big5": re.compile(rb"[\x00-\x7f]|[\xa1-\xc6][\x40-\xfe]"),
    "shift_jis": re.compile(rb"[\x00-\x7f\xa1-\xdf]|[\x81-\x97][\x40-\xfc]"),
    "euc_kr": re.compile(rb"[\x00-\x7f]|[\xa1-\xac\xb0-\xc8][\xa1-\xfe]"),
    "cp1255": re.compile(rb"[\x00-\x7f\xe0-\xfa]"),
    "cp1256": re.compile(rb"[\x00-\x7f\xa1\xba\xbf-\xfe]"),
    "tis-620": re.compile(rb"[\x00-\x7f\xa1-\xfb]"),
}
"""The half of each character set in daily use, which stands first in it; and the signs and alphabets."""
_COMMON_CHINESE = re.compile(rb"(?:[\xb0-\xd7][\xa1-\xfe])+")
_SCRIPTS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC", "COMBINING"})
_MAX_AMBIGUOUS_BYTES = 24
"""Bytes; more of them are never valid in both by chance."""
_MIN_COMMON_SHARE = 0.9
_LAST_PLANE = 0x10
_MIN_UTF_16_LENGTH = 4
"""Characters of UTF-16 without a mark and without a zero that can be told from chance."""
_MAX_ASCII_SHARE = 0.75
"""The share of printable ASCII from which on bytes are no UTF-16 of other scripts."""
_MIN_ZERO_SHARE = 0.25
_SAMPLE_BYTES = 65_536
_GUESS_BYTES = 16_384
_SHORT_SAMPLE_BYTES = 4_096
_CONTEXT_BYTES = 16
"""Bytes of ASCII that a guess sees before what it is about: more would only water it down."""
_MAX_LINES = 40


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec of Python; if `lenient`, invalid bytes become U+FFFD, otherwise they rule the codec out."""

    codec: str
    lenient: bool = False


def detect_encodings(data: bytes) -> Iterator[Encoding]:
    """Yield the possible encodings of `data`, the most likely first."""
    yield from (Encoding(codec) for mark, codec in _BYTE_ORDER_MARKS.items() if data.startswith(mark))
    yield from (Encoding(codec) for codec, shift in _SEVEN_BIT_ENCODINGS.items() if shift.search(data[:_SAMPLE_BYTES]))
    zeros = b"\0" in data[:_SAMPLE_BYTES]
    if zeros:
        yield from _detect_utf_32(data[:_SHORT_SAMPLE_BYTES])
        yield from _detect_utf_16(data[:_SHORT_SAMPLE_BYTES])
    if _is_chinese_by_chance(data[:_SHORT_SAMPLE_BYTES]):
        yield Encoding("gb18030")
    yield Encoding("utf-8")
    if not zeros:
        yield from _detect_utf_16(data[:_SHORT_SAMPLE_BYTES])
    if first := _NON_ASCII.search(data):
        yield from _guess_encodings(data[max(0, first.start() - _CONTEXT_BYTES) :][:_GUESS_BYTES])


def _guess_encodings(sample: bytes) -> Iterator[Encoding]:
    """Guess the encodings of bytes that are not valid UTF-8."""
    if _is_mostly_utf_8(sample):
        yield Encoding("utf-8", lenient=True)
    yield Encoding(_guess_encoding(sample), lenient=True)


def _is_chinese_by_chance(sample: bytes) -> bool:
    """Whether the bytes are a few common Chinese words that happen to be valid UTF-8, of scripts that never mix."""
    words = _NON_ASCII.findall(sample)
    if not words or sum(map(len, words)) > _MAX_AMBIGUOUS_BYTES or not all(map(_COMMON_CHINESE.fullmatch, words)):
        return False
    return all(_decodes(word, "utf-8") for word in words) and any(
        len({name(letter, "").partition(" ")[0] for letter in word.decode()} & _SCRIPTS) > 1 for word in words
    )


def _detect_utf_32(sample: bytes) -> Iterator[Encoding]:
    """Detect UTF-32 without a byte order mark: the upper half of each character is less than 17."""
    for codec, zero, plane in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        if len(sample) >= 8 and not any(sample[zero::4]) and max(sample[plane::4]) <= _LAST_PLANE:  # noqa: PLR2004 - bytes
            yield Encoding(codec)


def _detect_utf_16(sample: bytes) -> Iterator[Encoding]:
    """Detect UTF-16 without a byte order mark."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) == 0 and max(even, odd) * 2 > len(sample) * _MIN_ZERO_SHARE:
        yield Encoding("utf-16-be" if even else "utf-16-le", lenient=True)
    printable = sum(0x20 <= byte < 0x7F for byte in sample)  # noqa: PLR2004 - ASCII
    if len(sample) < 2 * _MIN_UTF_16_LENGTH or printable > len(sample) * _MAX_ASCII_SHARE:
        return
    shares = {codec: _measure_common_share(sample.decode(codec, "replace")) for codec in ("utf-16-le", "utf-16-be")}
    best = max(shares, key=shares.__getitem__)
    if shares[best] >= _MIN_COMMON_SHARE:
        yield Encoding(best, lenient=True)


def _measure_common_share(text: str) -> float:
    """Return the share of characters in common use, in the language that has the most of them."""
    counts = (
        sum(common.fullmatch(character.encode(codec, "ignore")) is not None for character in text)
        for codec, common in _COMMON_CHARACTERS.items()
    )
    return max(counts) / max(1, len(text))


def _is_mostly_utf_8(sample: bytes) -> bool:
    """Whether well-formed characters outnumber stray bytes."""
    text = sample.decode("utf-8", "replace")
    strange = text.count("\ufffd")
    return sum(not character.isascii() for character in text) >= 3 * strange


def _guess_encoding(sample: bytes) -> str:
    weighed = _weigh_encodings(sample)
    ranked = sorted(weighed, key=weighed.__getitem__, reverse=True)
    best = next((codec for codec in ranked if _decodes(sample, codec)), next(iter(ranked), ""))
    if _has_isolated_accents(sample):
        best = _choose_latin(weighed) if best in _SINGLE_BYTE_CODECS else best
    elif weighed.get(best, 0.0) < _MIN_CONFIDENCE and _is_half_width(sample, chinese=weighed.get("gb18030", 0.0)):
        best = "cp932"
    elif best in _SINGLE_BYTE_CODECS:
        best = _vote(sample.splitlines())
    best = _prefer_mac(sample, best)
    return best or next((codec for codec in _LEGACY_CODECS if _decodes(sample, codec)), "cp1252")


def _choose_latin(weighed: dict[str, float]) -> str:
    """Choose among the encodings of Latin letters with accents."""
    best = max(_LATIN_CODECS, key=lambda codec: weighed.get(codec, 0.0))
    return best if weighed.get(best, 0.0) > _MIN_LATIN_RATIO * weighed.get("cp1252", 0.0) else "cp1252"


def _prefer_mac(sample: bytes, best: str) -> str:
    """Return the Mac's encoding instead of `best` if lines end as on a Mac, or `best` alone has misplaced letters."""
    mac = _MAC_CODECS.get(best, best)
    if mac == best or _count_misplaced(sample.decode(mac, "replace")):
        return best
    has_mac_lines = b"\r" in sample and b"\n" not in sample
    return mac if has_mac_lines or _count_misplaced(sample.decode(best, "replace")) else best


def _count_misplaced(text: str) -> int:
    """Count capitals that follow small letters, and signs between letters, ASCII apart: no word has them."""
    return sum(
        (before.islower() and here.isupper() and not (before + here).isascii())
        or (before.isalpha() and after.isalpha() and _is_sign(here))
        for before, here, after in zip(text, text[1:], text[2:] + " ", strict=False)
    )


def _is_sign(letter: str) -> bool:
    return not letter.isascii() and not letter.isalnum() and letter not in _SIGNS_WITHIN_WORDS


def _weigh_encodings(sample: bytes) -> dict[str, float]:
    """Return how likely each encoding is; empty if the library has no answer."""
    found = detect_all(sample, ignore_threshold=True, include_encodings=_LEGACY_CODECS, compat_names=False)
    if [one["confidence"] for one in found] == [_NO_MATCH_CONFIDENCE]:
        return {}
    weighed = {one["encoding"]: one["confidence"] for one in found if one["encoding"]}
    if len(sample) < 2 * _MIN_UTF_16_LENGTH:
        weighed |= {codec: weighed[codec] * weight for codec, weight in _SHORT_WEIGHTS.items() if codec in weighed}
    return weighed


def _vote(lines: list[bytes]) -> str:
    """Return the likeliest encoding of most lines: a damaged byte rules the right one out for its own line only."""
    votes = Counter[str]()
    for line in [line for line in lines if not line.isascii()][:_MAX_LINES]:
        votes.update(max(weighed.items(), key=itemgetter(1))[:1] if (weighed := _weigh_encodings(line)) else ())
    return votes.most_common(1)[0][0] if votes else ""


def _decodes(sample: bytes, codec: str) -> bool:
    """Whether the bytes are valid, apart from a character cut off at the end and one damaged byte in a hundred."""
    text = codecs.getincrementaldecoder(codec)("replace").decode(sample)
    return len(_UNDEFINED.findall(text)) <= len(text) // 100


def _is_half_width(sample: bytes, *, chinese: float) -> bool:
    """Whether the bytes are Shift JIS, mostly half-width kana, and less likely to be Chinese."""
    if _SHIFT_JIS.fullmatch(sample) is None:
        return False
    text = sample.decode("cp932", "replace")
    if _IMPOSSIBLE_KANA.search(text) or (chinese >= _MIN_CHINESE_CONFIDENCE and not _VOICING_MARK.search(text)):
        return False
    return len(_KANA.findall(text)) * 2 > sum(not character.isascii() for character in text)


def _has_isolated_accents(sample: bytes) -> bool:
    """Whether bytes beyond ASCII stand alone among letters, like letters with accents."""
    runs = [len(run) for run in _NON_ASCII.findall(sample)]
    return sum(run for run in runs if run > 1) * 2 <= sum(runs)
