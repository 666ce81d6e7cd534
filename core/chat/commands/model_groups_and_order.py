"""The models that people may choose from, in groups and in their order; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from core.chat.text.letters_and_digits import letters_and_digits
from core.wanjie import Model, find_similar_names

Tab: TypeAlias = Literal["chat", "speech", "image", "video"]
TABS: tuple[Tab, ...] = ("chat", "speech", "image", "video")

_WORDS: Mapping[str, Tab] = {
    **dict.fromkeys(("chat", "text", "对话", "聊天", "文字", "文本"), "chat"),
    **dict.fromkeys(("speech", "voice", "tts", "语音", "声音", "朗读"), "speech"),
    **dict.fromkeys(("image", "images", "picture", "pictures", "图片", "图像", "绘图", "画图"), "image"),
    **dict.fromkeys(("video", "videos", "视频"), "video"),
}
_MAX_SIMILAR = 20


@dataclass(frozen=True, slots=True)
class ModelGroup:
    """The models of one kind, by their ids; there is at least one."""

    tab: Tab
    heading: str
    models: tuple[str, ...]
    current: str = ""
    """The model for this kind of work now, in whichever group it is; models of videos answer like those of chats."""


def group_models(
    models: Iterable[Model], headings: Mapping[Tab, str], current: Mapping[Tab, str | None]
) -> tuple[ModelGroup, ...]:
    """Group models by kind, in their order; kinds without models, and models without a use here, are left out."""
    by_tab: dict[str, dict[str, None]] = {tab: {} for tab in TABS}
    for model in models:
        by_tab.get(model.kind, {})[model.id] = None
    return tuple(ModelGroup(tab, headings[tab], tuple(by_tab[tab]), current[tab] or "") for tab in TABS if by_tab[tab])


def parse_kind(text: str) -> tuple[Tab | None, str]:
    """Split a text into the kind of models that it names first, if any, and the rest."""
    first, _, rest = text.strip().partition(" ")
    tab = _WORDS.get(first.casefold())
    return (tab, rest.strip()) if tab else (None, text.strip())


def of_kind(groups: Iterable[ModelGroup], tab: Tab | None) -> tuple[ModelGroup, ...]:
    """Return the group of one kind; all groups for None."""
    return tuple(group for group in groups if tab in {None, group.tab})


def filter_by_name(groups: Iterable[ModelGroup], query: str) -> tuple[ModelGroup, ...]:
    """Keep the models whose ids hold each word of `query`; only letters and digits are compared."""
    words = [word for word in map(_letters_of, query.split()) if word]
    return _keep(groups, {m for group in groups for m in group.models if words and _contains_all(m, words)})


def find_similar(groups: Iterable[ModelGroup], text: str) -> tuple[ModelGroup, ...]:
    """Keep the models whose ids are similar to `text`."""
    ids = {model: _letters_of(model) for group in groups for model in group.models}
    return _keep(groups, set(find_similar_names(_letters_of(text), ids, _MAX_SIMILAR)))


def limit_models(groups: Iterable[ModelGroup], most: int) -> tuple[ModelGroup, ...]:
    """Keep at most `most` models, so that no long group displaces a short one."""
    left = sorted(groups, key=lambda group: len(group.models))
    kept: set[str] = set()
    for index, group in enumerate(left):
        share = (most - len(kept)) // (len(left) - index)
        kept |= set(group.models[:share])
    return _keep(groups, kept)


def _keep(groups: Iterable[ModelGroup], kept: set[str]) -> tuple[ModelGroup, ...]:
    left = (replace(group, models=tuple(model for model in group.models if model in kept)) for group in groups)
    return tuple(group for group in left if group.models)


def _contains_all(model: str, words: list[str]) -> bool:
    plain = _letters_of(model)
    return all(word in plain for word in words)


def _letters_of(text: str) -> str:
    """Return letters and digits alone: nobody remembers the dashes and dots of an id."""
    return letters_and_digits(text.casefold())
