"""The menus in which models are chosen, and what stands behind their entries; pure.

A value says everything that its entry does, so that every replica understands it, at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from core.chat.port.menus import Menu, Option

from .model_groups import TABS, ModelGroup, Tab

_MENU = "model"
_ENTRIES = 8
"""Models on a page: with the controls they fit on a phone's screen."""
_VALUE_BYTES = 48
_QUERY_BYTES = 36
"""What a value has left beside its sign, the longest name of a tab, a page below 1,000 and two spaces."""
_LABEL = 60
"""Characters; Slack shows 75, in Telegram they are about as many as a wide screen takes."""

_LEFT, _RIGHT = "‹", "›"  # noqa: RUF001 - arrows that every font has, and none that is an emoji

# What a value begins with. The characters are none that a platform would escape.
_BY_ID, _BY_FINGERPRINT = "=", "#"
_TO_TAB, _BACK, _HERE, _ON, _TO_ALL = "/", "-", ".", "+", "*"
_CONTROLS = (_TO_TAB, _BACK, _HERE, _ON, _TO_ALL)
_ANSWERING: frozenset[Tab] = frozenset({"chat", "video"})
_TABS: Mapping[str, Tab] = {tab: tab for tab in TABS}


@dataclass(frozen=True, slots=True)
class MenuState:
    """The part of a paged menu that its reader looks at."""

    tab: Tab | None = None
    """None: the one with the model that answers now, if it is there."""
    page: int = 0
    """From 1; 0 is the page with the current model."""
    query: str = ""
    """What the models were searched for; "" shows them all."""

    @property
    def lasts(self) -> bool:
        """Whether it can be turned to again: the search must fit behind a button."""
        return len(self.query.encode()) <= _QUERY_BYTES

    def value(self, sign: str) -> str:
        return f"{sign}{self.tab} {self.page} {self.query}".rstrip()

    @classmethod
    def read(cls, value: str) -> MenuState | None:
        """Read the value of a control; None when it is none."""
        word, page, query, *_ = (*value[1:].split(" ", 2), "", "")
        tab = _TABS.get(word)
        if value[:1] not in _CONTROLS or tab is None or not page.isdecimal():
            return None
        return cls(tab, int(page), query)


def active_group(shelves: Sequence[ModelGroup], tab: Tab | None) -> ModelGroup:
    """The shelf that a view of this tab shows; when there is none such, what comes nearest.

    Without a tab it is about the model that answers, even when that is in the list no more: not about one that speaks.
    """
    asked = [shelf for shelf in shelves if shelf.tab == tab]
    answering = [shelf for shelf in shelves if shelf.tab in _ANSWERING and shelf.current in shelf.models]
    return next(iter((*asked, *answering, *shelves)))


def paged_menu(title: str, shelves: Sequence[ModelGroup], menu_state: MenuState, *, everything: str) -> Menu:
    """One short page, with controls that lead to the others; `everything` is the label of the way out of a search.

    `shelves` holds what fits the view's query, at least one model; a page that is gone becomes the last one.
    """
    shelf = active_group(shelves, menu_state.tab)
    pages = [shelf.models[start : start + _ENTRIES] for start in range(0, len(shelf.models), _ENTRIES)]
    number = min(menu_state.page or _page_with(shelf.current, pages), len(pages))
    here = replace(menu_state, tab=shelf.tab, page=number)
    rows = (*(_leading_on(shelves, here, len(pages)) if menu_state.lasts else ()), _leading_out(here, everything))
    return Menu(_MENU, title, _options(replace(shelf, models=pages[number - 1])), tuple(row for row in rows if row))


def list_menu(title: str, shelves: Sequence[ModelGroup]) -> Menu:
    """All models in one list under their headings."""
    return Menu(_MENU, title, menu_options(shelves))


def menu_options(shelves: Sequence[ModelGroup]) -> tuple[Option, ...]:
    """All models, those of each shelf under its heading."""
    return tuple(option for shelf in shelves for option in _options(shelf))


def find_model(shelves: Sequence[ModelGroup], value: str) -> tuple[ModelGroup, str] | None:
    """The model behind an entry's value and where it stands; None when it stands nowhere (any more)."""
    return next(((shelf, model) for shelf in shelves for model in shelf.models if _value(model) == value), None)


def _page_with(model: str, pages: Sequence[Sequence[str]]) -> int:
    return next((number for number, page in enumerate(pages, 1) if model in page), 1)


def _leading_on(shelves: Sequence[ModelGroup], here: MenuState, pages: int) -> tuple[tuple[Option, ...], ...]:
    tabs = tuple(
        Option(shelf.heading, replace(here, tab=shelf.tab, page=0).value(_TO_TAB), current=shelf.tab == here.tab)
        for shelf in shelves
    )
    # Turning goes round, so that the arrows stay where the finger is.
    turns = (
        Option(_LEFT, replace(here, page=here.page - 1 or pages).value(_BACK)),
        Option(f"{here.page}/{pages}", here.value(_HERE)),
        Option(_RIGHT, replace(here, page=here.page % pages + 1).value(_ON)),
    )
    return (turns if pages > 1 else (), tabs if len(shelves) > 1 else ())


def _leading_out(here: MenuState, everything: str) -> tuple[Option, ...]:
    return (Option(everything, MenuState(here.tab).value(_TO_ALL)),) if here.query else ()


def _options(group: ModelGroup) -> tuple[Option, ...]:
    return tuple(
        Option(_label(model), _value(model), current=model == group.current, group=group.heading)
        for model in group.models
    )


def _label(model: str) -> str:
    """An id on one line; of a long one the middle is left out, since ids differ at their ends."""
    line = " ".join(model.split()) or _value(model)
    return line if len(line) <= _LABEL else f"{line[: _LABEL - 21]}…{line[-20:]}"


def _value(model: str) -> str:
    """A model's id where it fits behind an entry, else a fingerprint of it."""
    value = _BY_ID + model
    return value if len(value.encode()) <= _VALUE_BYTES else _BY_FINGERPRINT + sha256(model.encode()).hexdigest()[:16]
