"""`/model`: which models answer, speak and draw in a chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.chat.answer.model_choice import Work
from core.chat.context import Call, Desk
from core.chat.port.incoming import ChatRef
from core.chat.port.menus import Menu, Option
from core.store import Name
from core.wanjie import AmbiguousModelError, UnknownModelError, WanjieError

from .model_groups import Shelf, Tab, fitting, kind_in, of_kind, shortened, similar, sorted_out
from .model_menu import View, chosen, entries, listed, opened, paged
from .scope import where

_DEFAULT = frozenset({"default", "默认"})
_LONGEST_NAME = 100
"""Characters; what is longer is no name of a model, and would only be repeated to the user."""
_SUGGESTIONS = 5
_OFFERED = 100
"""Options that Slack takes while somebody types in a list (block_suggestion)."""

_CHOICE: Mapping[Tab, Name] = {"chat": "model", "video": "model", "speech": "speech_model", "image": "image_model"}
_HEADING: Mapping[Tab, str] = {
    "chat": "model.kind_chat",
    "video": "model.kind_video",
    "speech": "model.kind_speech",
    "image": "model.kind_image",
}
_TITLE: Mapping[Tab, str] = {
    "chat": "model.title_chat",
    "video": "model.title_video",
    "speech": "model.title_speech",
    "image": "model.title_image",
}
_CHOSEN: Mapping[Tab, str] = {
    "chat": "model.chosen_chat",
    "video": "model.chosen_video",
    "speech": "model.chosen_speech",
    "image": "model.chosen_image",
}


async def choose_model(call: Call) -> None:
    """Set the model that was named, or show those that fit; without a name, show them all."""
    tab, name = kind_in(" ".join(call.typed.split()))
    if name.casefold() in _DEFAULT:
        await _take_back(call, "speech" if tab == "speech" else "image" if tab == "image" else "chat")
        return
    shelves = await _surely(call, lambda listed: fitting(listed, name) if name else listed, tab)
    if not shelves:
        await call.say("model.none_chat")
    elif not of_kind(shelves, tab):
        await call.say("model.none_of_kind", kind=call.phrase(_HEADING[tab or "chat"]))
    elif name:
        await _find(call, shelves, tab, name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…")
    elif menu := _menu(call, shelves, View(tab)):
        await call.choose(menu)


async def pick_model(call: Call, value: str) -> None:
    """Set the model behind a menu entry, or turn to the part of the menu behind a control, and show that."""
    view = View.read(value)
    shelves = await _surely(call, lambda listed: view or chosen(listed, value))
    found = chosen(shelves, value)
    if found:
        shelf, model = found
        await _set(call, shelf.tab, model)
        shelves = await _shelves(call.desk, call.incoming.chat, call.locale)
        view = View(None if call.outbox.capabilities.long_menus else shelf.tab)
    menu = view and _menu(call, shelves, view)
    if menu is None:
        await call.hint("model.left")
        menu = _menu(call, shelves, View())
    if menu is None:
        await call.say("model.none_chat")
    elif found:
        await call.choose(menu)
    else:
        await call.turn_to(menu)


async def suggest_models(desk: Desk, chat: ChatRef, text: str, locale: str) -> tuple[Option, ...]:
    """The models that fit what a reader types to find one, at most a hundred; a few of every kind for no text."""
    tab, name = kind_in(text)
    shelves = of_kind(await _shelves(desk, chat, locale), tab)
    found = (fitting(shelves, name) or similar(shelves, name)) if name else shelves
    return entries(shortened(found, _OFFERED))


async def _find(call: Call, shelves: Sequence[Shelf], tab: Tab | None, name: str) -> None:
    """Set the only model that can be meant by `name`; else show the several, or suggest others."""
    found = fitting(of_kind(shelves, tab), name)
    several: list[tuple[Tab, str]] = [(shelf.tab, model) for shelf in found for model in shelf.models]
    suggestions: tuple[str, ...] = ()
    try:
        meant = await call.desk.catalog.resolve(name, tab)
    except UnknownModelError as error:
        suggestions = error.suggestions
    except AmbiguousModelError:
        pass
    else:
        several = [(kind, model) for kind, model in several if model == meant.id] or several
    if len(several) == 1:
        kind, model = several[0]
        await _set(call, kind, model)
        await call.say(_CHOSEN[kind], model=model, where=where(call))
    elif menu := _menu(call, shelves, View(tab, query=name)):
        await call.choose(menu)
    else:
        known = {model for shelf in shelves for model in shelf.models}
        await _suggest(call, name, [model for model in suggestions if model in known])


async def _suggest(call: Call, name: str, models: Sequence[str]) -> None:
    if models:
        names = ", ".join(f"`{model}`" for model in models[:_SUGGESTIONS])
        await call.say("model.suggest", name=name, suggestions=names)
    else:
        await call.say("model.unknown", name=name)


async def _set(call: Call, tab: Tab, model: str | None) -> None:
    await call.settle(_CHOICE[tab], model)


async def _take_back(call: Call, work: Work) -> None:
    """Let the default hold again, or what the chat around this one chose; the list of models need not be there."""
    await _set(call, work, None)
    try:
        model = await call.desk.chosen.model(await call.choices(), work)
    except WanjieError:  # which model it is can only be told with the list
        await call.say("model.taken_back_alone")
        return
    if model is None:
        await call.say("model.none_of_kind", kind=call.phrase(_HEADING[work]))
    else:
        await call.say("model.taken_back", now=call.phrase(_CHOSEN[work], model=model, where=where(call)))


def _menu(call: Call, shelves: Sequence[Shelf], view: View) -> Menu | None:
    """What `view` shows of the models, in the form that the platform has for menus; None when that is nothing."""
    found = fitting(shelves, view.query) if view.query else shelves
    of_tab = of_kind(found, view.tab)
    if not of_tab:
        return None
    if call.outbox.capabilities.long_menus:
        return listed(_title(call, of_tab, view), of_tab)
    menu = paged(_title(call, found, view), found, view, everything=call.phrase("model.all"))
    cut = not view.lasts and len(menu.options) < _count(found)
    return replace(menu, title=f"{menu.title} " + call.phrase("model.narrow", shown=len(menu.options))) if cut else menu


def _title(call: Call, shelves: Sequence[Shelf], view: View) -> str:
    if view.query:
        return call.phrase("model.fitting", name=view.query, count=_count(shelves))
    if view.tab is None and call.outbox.capabilities.long_menus:
        now = [call.phrase("model.now", kind=shelf.heading, model=shelf.current) for shelf in _one_a_choice(shelves)]
        return call.phrase("model.title_all", where=where(call), now="\n".join(now))
    shelf = opened(shelves, view.tab)
    return call.phrase(_TITLE[shelf.tab], where=where(call), model=shelf.current)


def _count(shelves: Sequence[Shelf]) -> int:
    return sum(len(shelf.models) for shelf in shelves)


def _one_a_choice(shelves: Sequence[Shelf]) -> list[Shelf]:
    """One shelf for each thing that can be chosen: videos are made by the model that answers."""
    return [shelf for shelf in shelves if shelf.tab != "video" or len(shelves) == 1]


async def _surely(call: Call, holds: Callable[[Sequence[Shelf]], object], tab: Tab | None = None) -> tuple[Shelf, ...]:
    """All models; when what is looked for is not among those of `tab`, the list may be old, so it is asked for anew."""
    shelves = await _shelves(call.desk, call.incoming.chat, call.locale)
    if holds(of_kind(shelves, tab)) or not call.desk.catalog.doubt():
        return shelves
    return await _shelves(call.desk, call.incoming.chat, call.locale)


async def _shelves(desk: Desk, chat: ChatRef, locale: str) -> tuple[Shelf, ...]:
    headings: dict[Tab, str] = {tab: desk.sentences.say(key, locale) for tab, key in _HEADING.items()}
    return sorted_out(await desk.catalog.models(), headings, await _current(desk, chat))


async def _current(desk: Desk, chat: ChatRef) -> dict[Tab, str | None]:
    """The model of a chat for each kind of work; None when the key has none."""
    choices = await desk.chosen.choices(chat)
    answering = await desk.chosen.model(choices, "chat")
    return {
        "chat": answering,
        "video": answering,
        "speech": await desk.chosen.model(choices, "speech"),
        "image": await desk.chosen.model(choices, "image"),
    }
