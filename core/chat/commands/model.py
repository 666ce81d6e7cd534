"""`/model`: which models answer, speak and draw in a chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.access import ModelPermissions
from core.chat.answer.select_model_or_fallback import ModelSelector, Work
from core.chat.delivery.event_context import EventContext
from core.chat.port.incoming import ChatRef
from core.chat.port.markdown import Markdown, format_code
from core.chat.port.menus import Menu, Option
from core.chat.text.translations import Translations
from core.chat.text.truncate import truncate
from core.store import PreferenceName
from core.wanjie import AmbiguousModelError, Catalog, UnknownModelError, WanjieError

from .back_to_settings import add_settings_row
from .model_groups_and_order import (
    ModelGroup,
    Tab,
    filter_by_name,
    find_similar,
    group_models,
    limit_models,
    of_kind,
    parse_kind,
)
from .model_menu_pages import MenuState, active_group, find_model, list_menu, menu_options, paged_menu
from .preference_scope import describe_scope
from .set_preference import PreferenceWriter

_DEFAULT_WORDS = frozenset({"default", "默认"})
_MAX_NAME_LENGTH = 101
"""Characters, the ellipsis included; a longer text is no name of a model, and the reply would only repeat it."""
_MAX_SUGGESTIONS = 5

_PREFERENCE: Mapping[Tab, PreferenceName] = {
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
_CONFIRMATION: Mapping[Tab, str] = {
    "chat": "model.chosen_chat",
    "video": "model.chosen_video",
    "speech": "model.chosen_speech",
    "image": "model.chosen_image",
}


class ModelCommand:
    """Shows and sets the models of a chat."""

    def __init__(
        self, catalog: Catalog, models: ModelSelector, preferences: PreferenceWriter, translations: Translations
    ) -> None:
        self._catalog = catalog
        self._models = models
        self._preferences = preferences
        self._translations = translations

    async def choose(self, context: EventContext) -> None:
        """Set the model that is named, or show those that match; without a name, show them all."""
        tab, name = parse_kind(" ".join(context.half_width_argument.split()))
        if name.casefold() in _DEFAULT_WORDS:
            await self._clear(context, "speech" if tab == "speech" else "image" if tab == "image" else "chat")
            return
        groups = await self._list_fresh(context, lambda listed: filter_by_name(listed, name) if name else listed, tab)
        if not groups:
            await _report_none(context)
        elif not of_kind(groups, tab):
            await context.reply("model.none_of_kind", kind=context.translate(_HEADING[tab or "chat"]))
        elif name:
            await self._choose_by_name(context, groups, tab, truncate(name, _MAX_NAME_LENGTH))
        elif menu := _menu(context, groups, MenuState(tab)):
            await context.show_menu(menu)

    async def show_menu(self, context: EventContext) -> None:
        """Show all models in place of the menu that was pressed."""
        groups = await self._list_fresh(context, bool)
        if menu := _menu(context, groups, MenuState()):
            await context.show_menu(menu)
        else:
            await context.reply("model.none_chat")

    async def on_select(self, context: EventContext, value: str) -> None:
        """Set the model of a menu entry, or show the page that a control leads to."""
        state = MenuState.read(value)
        groups = await self._list_fresh(context, lambda listed: state or find_model(listed, value))
        found = find_model(groups, value)
        if found:
            group, model = found
            await self._set(context, group.tab, model)
            groups = await self._list_groups(context.incoming.chat, context.models, context.locale)
            state = MenuState(None if context.outbox.capabilities.searchable_menus else group.tab)
        menu = state and _menu(context, groups, state)
        if menu is None:
            await context.notify_presser("model.left")
            menu = _menu(context, groups, MenuState())
        if menu is None:
            await _report_none(context)
        elif found:
            await context.show_menu(menu)
        else:
            await context.show_menu_page(menu)

    async def suggest(
        self, chat: ChatRef, text: str, permissions: ModelPermissions, locale: str, most: int
    ) -> tuple[Option, ...]:
        """Return at most `most` models that match what a reader types; a few of every kind for no text."""
        tab, name = parse_kind(text)
        groups = of_kind(await self._list_groups(chat, permissions, locale), tab)
        found = (filter_by_name(groups, name) or find_similar(groups, name)) if name else groups
        return menu_options(limit_models(found, most))

    async def _choose_by_name(
        self, context: EventContext, groups: Sequence[ModelGroup], tab: Tab | None, name: str
    ) -> None:
        """Set the only model that `name` can mean; else show the several, or suggest others."""
        found = filter_by_name(of_kind(groups, tab), name)
        candidates: list[tuple[Tab, str]] = [(group.tab, model) for group in found for model in group.models]
        suggestions: tuple[str, ...] = ()
        closed = ""
        try:
            meant = await self._catalog.resolve(name, tab)
        except UnknownModelError as error:
            suggestions = error.suggestions
        except AmbiguousModelError:
            pass
        else:
            closed = "" if context.models.allows(meant.id) else meant.id
            candidates = [(kind, model) for kind, model in candidates if model == meant.id] or candidates
        if closed:
            await context.reply("model.closed", model=closed)
        elif len(candidates) == 1:
            kind, model = candidates[0]
            await self._set(context, kind, model)
            await context.reply(_CONFIRMATION[kind], model=model, where=describe_scope(context))
        elif menu := _menu(context, groups, MenuState(tab, query=name)):
            await context.show_menu(menu)
        else:
            known = {model for group in groups for model in group.models}
            await _suggest_models(context, name, [model for model in suggestions if model in known])

    async def _set(self, context: EventContext, tab: Tab, model: str | None) -> None:
        await self._preferences.set(context, _PREFERENCE[tab], model)

    async def _clear(self, context: EventContext, work: Work) -> None:
        """Return to the default, or to the choice of the chat around; works without the list of models."""
        await self._set(context, work, None)
        try:
            model = await (await self._models.load(context.incoming.chat, context.models)).find(work)
        except WanjieError:  # the default's name is known from the list alone
            await context.reply("model.taken_back_alone")
            return
        if model is None:
            await context.reply("model.none_of_kind", kind=context.translate(_HEADING[work]))
        else:
            now = context.translate(_CONFIRMATION[work], model=model, where=describe_scope(context))
            await context.reply("model.taken_back", now=now)

    async def _list_fresh(
        self, context: EventContext, matches: Callable[[Sequence[ModelGroup]], object], tab: Tab | None = None
    ) -> tuple[ModelGroup, ...]:
        """List all models; when nothing of `tab` matches, the list may be old, so it is fetched again."""
        groups = await self._list_groups(context.incoming.chat, context.models, context.locale)
        if matches(of_kind(groups, tab)) or not self._catalog.invalidate_unless_fresh():
            return groups
        return await self._list_groups(context.incoming.chat, context.models, context.locale)

    async def _list_groups(self, chat: ChatRef, permissions: ModelPermissions, locale: str) -> tuple[ModelGroup, ...]:
        """List the models that somebody with these permissions may use."""
        headings: dict[Tab, str] = {tab: self._translations.plain_text(key, locale) for tab, key in _HEADING.items()}
        listed = [model for model in await self._catalog.list_models() if permissions.allows(model.id)]
        return group_models(listed, headings, await self._find_current(chat, permissions))

    async def _find_current(self, chat: ChatRef, permissions: ModelPermissions) -> dict[Tab, str | None]:
        """Return the model of a chat for each kind of work; None when the key has none."""
        models = await self._models.load(chat, permissions)
        answering = await models.find("chat")
        return {
            "chat": answering,
            "video": answering,
            "speech": await models.find("speech"),
            "image": await models.find("image"),
        }


async def _report_none(context: EventContext) -> None:
    await context.reply("model.none_open" if context.models.are_limited else "model.none_chat")


async def _suggest_models(context: EventContext, name: str, models: Sequence[str]) -> None:
    if models:
        names = Markdown(", ").join(format_code(model) for model in models[:_MAX_SUGGESTIONS])
        await context.reply("model.suggest", name=name, suggestions=names)
    else:
        await context.reply("model.unknown", name=name)


def _menu(context: EventContext, groups: Sequence[ModelGroup], state: MenuState) -> Menu | None:
    """Return a menu in the form that the platform has for menus; None when there is no model to show."""
    found = filter_by_name(groups, state.query) if state.query else groups
    of_tab = of_kind(found, state.tab)
    if not of_tab:
        return None
    if context.outbox.capabilities.searchable_menus:
        return add_settings_row(context, list_menu(_title(context, of_tab, state), of_tab))
    menu = paged_menu(_title(context, found, state), found, state, everything=context.translate_plainly("model.all"))
    menu, shown = add_settings_row(context, menu), len(menu.options)
    if state.fits_button or shown == _count(found):
        return menu
    return replace(menu, title=f"{menu.title} " + context.translate("model.narrow", shown=shown))


def _title(context: EventContext, groups: Sequence[ModelGroup], state: MenuState) -> Markdown:
    if state.query:
        return context.translate("model.fitting", name=state.query, count=_count(groups))
    if state.tab is None and context.outbox.capabilities.searchable_menus:
        now = [
            context.translate("model.now", kind=group.heading, model=group.current) for group in _one_per_choice(groups)
        ]
        return context.translate("model.title_all", where=describe_scope(context), now=Markdown("\n").join(now))
    group = active_group(groups, state.tab)
    return context.translate(_TITLE[group.tab], where=describe_scope(context), model=group.current)


def _count(groups: Sequence[ModelGroup]) -> int:
    return sum(len(group.models) for group in groups)


def _one_per_choice(groups: Sequence[ModelGroup]) -> list[ModelGroup]:
    """Return one group for each thing that can be chosen: videos are made by the model that answers."""
    return [group for group in groups if group.tab != "video" or len(groups) == 1]
