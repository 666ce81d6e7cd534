"""`/settings`: one menu of all that a chat can choose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from core.chat.answer.select_model_or_fallback import ChatModels, ModelSelector
from core.chat.delivery.event_context import EventContext
from core.chat.generation.synthesize_speech import SpeechSynthesizer
from core.chat.port.menus import Menu, Option
from core.store import Erasure, ObservedMessages, PreferenceName, limit_lifetime, list_retentions
from core.wanjie import WanjieError

from .back_to_settings import add_settings_row
from .preference_scope import describe_scope
from .set_preference import PreferenceWriter

_MENU = "settings"
_ENTRIES: Mapping[str, str] = {
    "model": "settings.model",
    "voice": "settings.voice",
    "reasoning": "settings.reasoning",
    "language": "settings.language",
}
"""The labels of what has a command, and so a menu, of its own."""
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class _ChatSetting:
    """What only the admins of a group set: the keys of labels by `values`, the default one first."""

    preference: PreferenceName
    label: str
    title: str
    values: Mapping[str, str]


_MEMORY = _ChatSetting(
    "memory",
    "settings.memory",
    "settings.memory_title",
    {_DEFAULT: "settings.memory_shared", "user": "settings.memory_user", "thread": "settings.memory_thread"},
)
_OBSERVE = _ChatSetting(
    "observe",
    "settings.observe",
    "settings.observe_title",
    {_DEFAULT: "settings.observe_off", "on": "settings.observe_on"},
)
_FOLLOW_UPS = _ChatSetting(
    "follow_ups",
    "settings.follow_ups",
    "settings.follow_ups_title",
    {_DEFAULT: "settings.follow_ups_on", "off": "settings.follow_ups_off"},
)
_CHANGE = _ChatSetting(
    "change",
    "settings.change",
    "settings.change_title",
    {_DEFAULT: "settings.change_everyone", "admins": "settings.change_admins"},
)
_KEEP = _ChatSetting(
    "keep",
    "settings.keep",
    "settings.keep_title",
    {_DEFAULT: "settings.keep_default", "week": "settings.keep_week", "day": "settings.keep_day"},
)


class SettingsCommand:
    """Shows what holds in a chat, and leads to the menu of each choice."""

    def __init__(
        self,
        models: ModelSelector,
        speech: SpeechSynthesizer,
        preferences: PreferenceWriter,
        observed: ObservedMessages,
        erasure: Erasure,
        menus: Mapping[str, Callable[[EventContext], Awaitable[None]]],
        *,
        lifetime: timedelta,
    ) -> None:
        """`menus` shows the menu of each command that sets something, by its name; `lifetime` is that of a history."""
        self._models = models
        self._speech = speech
        self._preferences = preferences
        self._observed = observed
        self._erasure = erasure
        self._menus = menus
        self._lifetime = lifetime

    async def show(self, context: EventContext) -> None:
        """Show all choices with what holds now."""
        models = await self._models.load(context.incoming.chat, context.models)
        labels = {**_ENTRIES, **{name: found.label for name, found in self._list_settings(context).items()}}
        values = {entry: await self._describe(context, models, entry) for entry in labels}
        options = tuple(
            Option(context.translate_plainly(label, value=values[entry]), entry) for entry, label in labels.items()
        )
        await context.show_menu(
            Menu(_MENU, context.translate("settings.title", where=describe_scope(context)), options)
        )

    async def on_select(self, context: EventContext, value: str) -> None:
        """Show the menu of a choice, or set what was chosen in one."""
        entry, _, chosen = value.partition(" ")
        setting = self._list_settings(context).get(entry)
        if entry in self._menus:
            await self._menus[entry](context)
        elif setting is None or (chosen and chosen not in setting.values):
            await self.show(context)
        else:
            if chosen:
                await self._set(context, setting, chosen)
            await self._show_setting(context, setting)

    async def _set(self, context: EventContext, setting: _ChatSetting, chosen: str) -> None:
        """Set what was chosen; that the bot begins or ends to observe is said in the group."""
        await self._preferences.set_for_admins(context, setting.preference, None if chosen == _DEFAULT else chosen)
        if setting is _KEEP:
            await self._erasure.shorten_chat(context.chat, limit_lifetime(self._lifetime, chosen))
        if setting is not _OBSERVE or chosen == (context.preferences.observe or _DEFAULT):
            return
        if chosen == "on":
            await context.reply("settings.observe_begins")
        else:
            await self._observed.clear(context.chat)
            await context.reply("settings.observe_ends")

    def _list_settings(self, context: EventContext) -> dict[str, _ChatSetting]:
        """Return what can be set here beside what has a command, by the names of the entries."""
        keeping = [_KEEP] if list_retentions(self._lifetime) else []
        if context.incoming.direct:
            return {setting.preference: setting for setting in keeping}
        capabilities = context.outbox.capabilities
        observing = [_OBSERVE] if capabilities.observes else []
        following = [_FOLLOW_UPS] if capabilities.threads_are_conversations else []
        restricting = [_CHANGE] if self._preferences.may_be_restricted else []
        return {each.preference: each for each in (_MEMORY, *keeping, *observing, *following, *restricting)}

    async def _show_setting(self, context: EventContext, setting: _ChatSetting) -> None:
        preferences = (await self._models.load(context.incoming.chat, context.models)).preferences
        now = getattr(preferences, setting.preference) or _DEFAULT
        options = tuple(
            Option(context.translate_plainly(key), f"{setting.preference} {value}", current=value == now)
            for value, key in self._list_values(context, setting)
        )
        title = context.translate(setting.title, where=describe_scope(context))
        await context.show_menu(add_settings_row(context, Menu(_MENU, title, options)))

    async def _describe(self, context: EventContext, models: ChatModels, entry: str) -> str:
        """Return what holds now, in a few words."""
        preferences = models.preferences
        match entry:
            case "model":
                return await _name_model(models)
            case "voice":
                return self._speech.voice(preferences)
            case "reasoning":
                return context.translate_plainly(f"reasoning.label_{preferences.reasoning or 'fold'}")
            case "language":
                return context.translate_plainly("language.name" if preferences.language else "language.auto")
            case _:
                setting = self._list_settings(context)[entry]
                now = getattr(preferences, setting.preference) or _DEFAULT
                return context.translate_plainly(setting.values.get(now, setting.values[_DEFAULT]))

    def _list_values(self, context: EventContext, setting: _ChatSetting) -> Iterator[tuple[str, str]]:
        """Yield the values that make a difference here.

        Where threads are conversations, each has its own memory anyway; longer than the deployment nothing is kept.
        """
        idle = {"thread"} if context.outbox.capabilities.threads_are_conversations else set[str]()
        if setting is _KEEP:
            idle = {value for value in setting.values if value not in {_DEFAULT, *list_retentions(self._lifetime)}}
        yield from ((value, key) for value, key in setting.values.items() if value not in idle)


async def _name_model(models: ChatModels) -> str:
    try:
        return await models.find("chat") or "–"  # noqa: RUF001 - the dash of an empty field
    except WanjieError:  # the name of the default model takes the list
        return "…"
