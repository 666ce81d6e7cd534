"""The menus of models and the values of their entries; pure.

A value describes completely what its entry does, so that every replica understands it, at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from core.chat.port.menus import Menu, Option
from core.chat.port.names import clean_line
from core.chat.text.truncate import truncate_middle

from .model_groups_and_order import TABS, ModelGroup, Tab

_MENU = "model"
_PAGE_LENGTH = 8
"""Models of a page: with the controls they fit on a phone's screen."""
_MAX_VALUE_BYTES = 48
_MAX_QUERY_BYTES = 36
"""The bytes of a value without its sign, the longest name of a tab, a page below 1,000 and two spaces."""
_MAX_LABEL_LENGTH = 60
"""Characters: about as many as one line of a wide screen takes."""

_LEFT, _RIGHT = "‹", "›"  # noqa: RUF001 - arrows that every font has, and none that is an emoji

# What a value begins with. The characters are none that a platform would escape.
_BY_ID, _BY_FINGERPRINT = "=", "#"
_TO_TAB, _BACK, _HERE, _ON, _TO_ALL = "/", "-", ".", "+", "*"
_CONTROLS = (_TO_TAB, _BACK, _HERE, _ON, _TO_ALL)
_ANSWERING: frozenset[Tab] = frozenset({"chat", "video"})
_TABS: Mapping[str, Tab] = {tab: tab for tab in TABS}


@dataclass(frozen=True, slots=True)
class MenuState:
    """The part of a paged menu that is shown."""

    tab: Tab | None = None
    """None: the one with the model that answers now, if it is there."""
    page: int = 0
    """From 1; 0 is the page with the current model."""
    query: str = ""
    """The search that the models match; "" shows them all."""

    @property
    def fits_button(self) -> bool:
        """Whether a button can lead to it: the search must fit into the button's value."""
        return len(self.query.encode()) <= _MAX_QUERY_BYTES

    def value(self, sign: str) -> str:
        return f"{sign}{self.tab} {self.page} {self.query}".rstrip()

    @classmethod
    def read(cls, value: str) -> MenuState | None:
        """Read the value of a control; return None for any other value."""
        word, page, query, *_ = (*value[1:].split(" ", 2), "", "")
        tab = _TABS.get(word)
        if value[:1] not in _CONTROLS or tab is None or not page.isdecimal():
            return None
        return cls(tab, int(page), query)


def active_group(groups: Sequence[ModelGroup], tab: Tab | None) -> ModelGroup:
    """Return the group that a menu of this tab shows, else the nearest one.

    Without a tab that is the group of the model that answers, even when that model is not in the list any more.
    """
    asked = [group for group in groups if group.tab == tab]
    answering = [group for group in groups if group.tab in _ANSWERING and group.current in group.models]
    return next(iter((*asked, *answering, *groups)))


def paged_menu(title: str, groups: Sequence[ModelGroup], menu_state: MenuState, *, everything: str) -> Menu:
    """Return one page, with controls that lead to the others; `everything` labels the button that ends a search.

    `groups` holds the models that match the query, at least one; a page that is gone becomes the last one.
    """
    group = active_group(groups, menu_state.tab)
    pages = [group.models[start : start + _PAGE_LENGTH] for start in range(0, len(group.models), _PAGE_LENGTH)]
    number = min(menu_state.page or _find_page(group.current, pages), len(pages))
    here = replace(menu_state, tab=group.tab, page=number)
    rows = (
        *(_navigation_rows(groups, here, len(pages)) if menu_state.fits_button else ()),
        _end_search_row(here, everything),
    )
    return Menu(_MENU, title, _options(replace(group, models=pages[number - 1])), tuple(row for row in rows if row))


def list_menu(title: str, groups: Sequence[ModelGroup]) -> Menu:
    """All models in one list under their headings."""
    return Menu(_MENU, title, menu_options(groups))


def menu_options(groups: Sequence[ModelGroup]) -> tuple[Option, ...]:
    """Return all models as options, those of each group under its heading."""
    return tuple(option for group in groups for option in _options(group))


def find_model(groups: Sequence[ModelGroup], value: str) -> tuple[ModelGroup, str] | None:
    """Return the model behind an entry's value and its group; None when it is in no group (any more)."""
    return next(((group, model) for group in groups for model in group.models if _value(model) == value), None)


def _find_page(model: str, pages: Sequence[Sequence[str]]) -> int:
    return next((number for number, page in enumerate(pages, 1) if model in page), 1)


def _navigation_rows(groups: Sequence[ModelGroup], here: MenuState, pages: int) -> tuple[tuple[Option, ...], ...]:
    tabs = tuple(
        Option(group.heading, replace(here, tab=group.tab, page=0).value(_TO_TAB), current=group.tab == here.tab)
        for group in groups
    )
    # The last page leads to the first, so that the arrows stay where the finger is.
    arrows = (
        Option(_LEFT, replace(here, page=here.page - 1 or pages).value(_BACK)),
        Option(f"{here.page}/{pages}", here.value(_HERE)),
        Option(_RIGHT, replace(here, page=here.page % pages + 1).value(_ON)),
    )
    return (arrows if pages > 1 else (), tabs if len(groups) > 1 else ())


def _end_search_row(here: MenuState, everything: str) -> tuple[Option, ...]:
    return (Option(everything, MenuState(here.tab).value(_TO_ALL)),) if here.query else ()


def _options(group: ModelGroup) -> tuple[Option, ...]:
    return tuple(
        Option(_label(model), _value(model), current=model == group.current, group=group.heading)
        for model in group.models
    )


def _label(model: str) -> str:
    """Return an id on one line; a long one without its middle, since ids differ at their ends."""
    return truncate_middle(clean_line(model) or _value(model), _MAX_LABEL_LENGTH, tail=20)


def _value(model: str) -> str:
    """Return a model's id where it fits into an entry's value, else a fingerprint of it."""
    value = _BY_ID + model
    return (
        value if len(value.encode()) <= _MAX_VALUE_BYTES else _BY_FINGERPRINT + sha256(model.encode()).hexdigest()[:16]
    )
