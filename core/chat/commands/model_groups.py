"""The models that people choose among, sorted by what they are for; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from rapidfuzz import fuzz, process

from core.wanjie import Model

Tab: TypeAlias = Literal["chat", "speech", "image", "video"]
TABS: tuple[Tab, ...] = ("chat", "speech", "image", "video")

_WORDS: Mapping[str, Tab] = {
    **dict.fromkeys(("chat", "text", "对话", "聊天", "文字", "文本"), "chat"),
    **dict.fromkeys(("speech", "voice", "tts", "语音", "声音", "朗读"), "speech"),
    **dict.fromkeys(("image", "images", "picture", "pictures", "图片", "图像", "绘图", "画图"), "image"),
    **dict.fromkeys(("video", "videos", "视频"), "video"),
}
_SIMILAR = 20
_SIMILAR_ENOUGH = 60
"""Score (0 to 100, rapidfuzz's WRatio) from which a model may be the one that was meant."""


@dataclass(frozen=True, slots=True)
class ModelGroup:
    """The models of one kind, by their ids; there is at least one."""

    tab: Tab
    heading: str
    models: tuple[str, ...]
    current: str = ""
    """The model that does this kind of work now, wherever it stands; models of videos answer like those of chats."""


def group_models(
    models: Iterable[Model], headings: Mapping[Tab, str], current: Mapping[Tab, str | None]
) -> tuple[ModelGroup, ...]:
    """Sort models onto shelves, in their order; kinds without models, and models of no use here, are left out."""
    by_tab: dict[str, dict[str, None]] = {tab: {} for tab in TABS}
    for model in models:
        by_tab.get(model.kind, {})[model.id] = None
    return tuple(ModelGroup(tab, headings[tab], tuple(by_tab[tab]), current[tab] or "") for tab in TABS if by_tab[tab])


def parse_kind(text: str) -> tuple[Tab | None, str]:
    """Tell which kind of models a text names first, if any, and what it says beside that."""
    first, _, rest = text.strip().partition(" ")
    tab = _WORDS.get(first.casefold())
    return (tab, rest.strip()) if tab else (None, text.strip())


def of_kind(shelves: Iterable[ModelGroup], tab: Tab | None) -> tuple[ModelGroup, ...]:
    """The shelf of one kind, or all of them."""
    return tuple(shelf for shelf in shelves if tab in {None, shelf.tab})


def filter_by_name(shelves: Iterable[ModelGroup], query: str) -> tuple[ModelGroup, ...]:
    """What is left of the shelves when each word of `query` must occur in a model's id, however either is spelt."""
    words = [word for word in map(_plain, query.split()) if word]
    return _kept(shelves, {m for shelf in shelves for m in shelf.models if words and _has(m, words)})


def find_similar(shelves: Iterable[ModelGroup], text: str) -> tuple[ModelGroup, ...]:
    """What is left of the shelves when ids must only look like `text`."""
    ids = {model: _plain(model) for shelf in shelves for model in shelf.models}
    found = process.extract(_plain(text), ids, scorer=fuzz.WRatio, limit=_SIMILAR, score_cutoff=_SIMILAR_ENOUGH)
    return _kept(shelves, {model for _, _, model in found})


def limit_models(shelves: Iterable[ModelGroup], most: int) -> tuple[ModelGroup, ...]:
    """At most `most` models, so that no long shelf pushes a short one out."""
    left = sorted(shelves, key=lambda shelf: len(shelf.models))
    kept: set[str] = set()
    for index, shelf in enumerate(left):
        share = (most - len(kept)) // (len(left) - index)
        kept |= set(shelf.models[:share])
    return _kept(shelves, kept)


def _kept(shelves: Iterable[ModelGroup], kept: set[str]) -> tuple[ModelGroup, ...]:
    left = (replace(shelf, models=tuple(model for model in shelf.models if model in kept)) for shelf in shelves)
    return tuple(shelf for shelf in left if shelf.models)


def _has(model: str, words: list[str]) -> bool:
    plain = _plain(model)
    return all(word in plain for word in words)


def _plain(text: str) -> str:
    """Letters and digits alone: nobody remembers which dash or dot stands in an id."""
    return "".join(character for character in text.casefold() if character.isalnum())
