"""`/model`: which models answer, speak and draw in a chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.chat.answer.model_choice import Work
from core.chat.context import CommandContext, Services
from core.chat.port.incoming import ChatRef
from core.chat.port.menus import Menu, Option
from core.store import PreferenceName
from core.wanjie import AmbiguousModelError, UnknownModelError, WanjieError

from .model_groups import ModelGroup, Tab, filter_by_name, find_similar, group_models, limit_models, of_kind, parse_kind
from .model_menu import MenuState, active_group, find_model, list_menu, menu_options, paged_menu
from .scope import describe_scope

_DEFAULT = frozenset({"default", "默认"})
_LONGEST_NAME = 100
"""Characters; what is longer is no name of a model, and would only be repeated to the user."""
_SUGGESTIONS = 5
_OFFERED = 100
"""Options that Slack takes while somebody types in a list (block_suggestion)."""

_CHOICE: Mapping[Tab, PreferenceName] = {
    "chat": "model",
    "video": "model",
    "speech": "speech_model",
    "image": "image_model",
}
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


async def choose_model(context: CommandContext) -> None:
    """Set the model that was named, or show those that fit; without a name, show them all."""
    tab, name = parse_kind(" ".join(context.typed.split()))
    if name.casefold() in _DEFAULT:
        await _take_back(context, "speech" if tab == "speech" else "image" if tab == "image" else "chat")
        return
    shelves = await _surely(context, lambda listed: filter_by_name(listed, name) if name else listed, tab)
    if not shelves:
        await context.reply("model.none_chat")
    elif not of_kind(shelves, tab):
        await context.reply("model.none_of_kind", kind=context.translate(_HEADING[tab or "chat"]))
    elif name:
        await _find(context, shelves, tab, name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…")
    elif menu := _menu(context, shelves, MenuState(tab)):
        await context.show_menu(menu)


async def pick_model(context: CommandContext, value: str) -> None:
    """Set the model behind a menu entry, or turn to the part of the menu behind a control, and show that."""
    view = MenuState.read(value)
    shelves = await _surely(context, lambda listed: view or find_model(listed, value))
    found = find_model(shelves, value)
    if found:
        shelf, model = found
        await _set(context, shelf.tab, model)
        shelves = await _shelves(context.services, context.incoming.chat, context.locale)
        view = MenuState(None if context.outbox.capabilities.searchable_menus else shelf.tab)
    menu = view and _menu(context, shelves, view)
    if menu is None:
        await context.notify_presser("model.left")
        menu = _menu(context, shelves, MenuState())
    if menu is None:
        await context.reply("model.none_chat")
    elif found:
        await context.show_menu(menu)
    else:
        await context.show_menu_page(menu)


async def suggest_models(services: Services, chat: ChatRef, text: str, locale: str) -> tuple[Option, ...]:
    """The models that fit what a reader types to find one, at most a hundred; a few of every kind for no text."""
    tab, name = parse_kind(text)
    shelves = of_kind(await _shelves(services, chat, locale), tab)
    found = (filter_by_name(shelves, name) or find_similar(shelves, name)) if name else shelves
    return menu_options(limit_models(found, _OFFERED))


async def _find(context: CommandContext, shelves: Sequence[ModelGroup], tab: Tab | None, name: str) -> None:
    """Set the only model that can be meant by `name`; else show the several, or suggest others."""
    found = filter_by_name(of_kind(shelves, tab), name)
    several: list[tuple[Tab, str]] = [(shelf.tab, model) for shelf in found for model in shelf.models]
    suggestions: tuple[str, ...] = ()
    try:
        meant = await context.services.catalog.resolve(name, tab)
    except UnknownModelError as error:
        suggestions = error.suggestions
    except AmbiguousModelError:
        pass
    else:
        several = [(kind, model) for kind, model in several if model == meant.id] or several
    if len(several) == 1:
        kind, model = several[0]
        await _set(context, kind, model)
        await context.reply(_CHOSEN[kind], model=model, where=describe_scope(context))
    elif menu := _menu(context, shelves, MenuState(tab, query=name)):
        await context.show_menu(menu)
    else:
        known = {model for shelf in shelves for model in shelf.models}
        await _suggest(context, name, [model for model in suggestions if model in known])


async def _suggest(context: CommandContext, name: str, models: Sequence[str]) -> None:
    if models:
        names = ", ".join(f"`{model}`" for model in models[:_SUGGESTIONS])
        await context.reply("model.suggest", name=name, suggestions=names)
    else:
        await context.reply("model.unknown", name=name)


async def _set(context: CommandContext, tab: Tab, model: str | None) -> None:
    await context.set_preference(_CHOICE[tab], model)


async def _take_back(context: CommandContext, work: Work) -> None:
    """Let the default hold again, or what the chat around this one chose; the list of models need not be there."""
    await _set(context, work, None)
    try:
        model = await context.services.models.model_for(await context.preferences(), work)
    except WanjieError:  # which model it is can only be told with the list
        await context.reply("model.taken_back_alone")
        return
    if model is None:
        await context.reply("model.none_of_kind", kind=context.translate(_HEADING[work]))
    else:
        await context.reply(
            "model.taken_back", now=context.translate(_CHOSEN[work], model=model, where=describe_scope(context))
        )


def _menu(context: CommandContext, shelves: Sequence[ModelGroup], menu_state: MenuState) -> Menu | None:
    """What `view` shows of the models, in the form that the platform has for menus; None when that is nothing."""
    found = filter_by_name(shelves, menu_state.query) if menu_state.query else shelves
    of_tab = of_kind(found, menu_state.tab)
    if not of_tab:
        return None
    if context.outbox.capabilities.searchable_menus:
        return list_menu(_title(context, of_tab, menu_state), of_tab)
    menu = paged_menu(_title(context, found, menu_state), found, menu_state, everything=context.translate("model.all"))
    cut = not menu_state.lasts and len(menu.options) < _count(found)
    return (
        replace(menu, title=f"{menu.title} " + context.translate("model.narrow", shown=len(menu.options)))
        if cut
        else menu
    )


def _title(context: CommandContext, shelves: Sequence[ModelGroup], menu_state: MenuState) -> str:
    if menu_state.query:
        return context.translate("model.fitting", name=menu_state.query, count=_count(shelves))
    if menu_state.tab is None and context.outbox.capabilities.searchable_menus:
        now = [
            context.translate("model.now", kind=shelf.heading, model=shelf.current) for shelf in _one_a_choice(shelves)
        ]
        return context.translate("model.title_all", where=describe_scope(context), now="\n".join(now))
    shelf = active_group(shelves, menu_state.tab)
    return context.translate(_TITLE[shelf.tab], where=describe_scope(context), model=shelf.current)


def _count(shelves: Sequence[ModelGroup]) -> int:
    return sum(len(shelf.models) for shelf in shelves)


def _one_a_choice(shelves: Sequence[ModelGroup]) -> list[ModelGroup]:
    """One shelf for each thing that can be chosen: videos are made by the model that answers."""
    return [shelf for shelf in shelves if shelf.tab != "video" or len(shelves) == 1]


async def _surely(
    context: CommandContext, holds: Callable[[Sequence[ModelGroup]], object], tab: Tab | None = None
) -> tuple[ModelGroup, ...]:
    """All models; when what is looked for is not among those of `tab`, the list may be old, so it is asked for anew."""
    shelves = await _shelves(context.services, context.incoming.chat, context.locale)
    if holds(of_kind(shelves, tab)) or not context.services.catalog.refresh_if_doubtful():
        return shelves
    return await _shelves(context.services, context.incoming.chat, context.locale)


async def _shelves(services: Services, chat: ChatRef, locale: str) -> tuple[ModelGroup, ...]:
    headings: dict[Tab, str] = {tab: services.translations.text(key, locale) for tab, key in _HEADING.items()}
    return group_models(await services.catalog.models(), headings, await _current(services, chat))


async def _current(services: Services, chat: ChatRef) -> dict[Tab, str | None]:
    """The model of a chat for each kind of work; None when the key has none."""
    choices = await services.models.preferences(chat)
    answering = await services.models.model_for(choices, "chat")
    return {
        "chat": answering,
        "video": answering,
        "speech": await services.models.model_for(choices, "speech"),
        "image": await services.models.model_for(choices, "image"),
    }
