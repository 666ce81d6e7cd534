"""`/language`: in which language a chat reads the service's sentences."""

from __future__ import annotations

from dataclasses import replace

from core.chat.delivery.event_context import EventContext
from core.chat.port.menus import Menu, Option
from core.chat.text.translations import Translations

from .back_to_settings import add_settings_row
from .preference_scope import describe_scope
from .set_preference import PreferenceWriter

_AUTOMATIC = "auto"
_AUTOMATIC_WORDS = frozenset({_AUTOMATIC, "automatic", "default", "自动", "默认"})


class LanguageCommand:
    """Sets the language of a chat; answers of models follow the questions, whatever is set here."""

    def __init__(self, preferences: PreferenceWriter, translations: Translations) -> None:
        self._preferences = preferences
        self._translations = translations

    async def choose(self, context: EventContext) -> None:
        """Set the language that is named; without one that exists, show a menu."""
        chosen = self._find(context.half_width_argument.casefold())
        if chosen is None:
            await self.show_menu(context)
        else:
            await self._set(context, chosen)
            await _speaking(context, chosen).reply("language.set", where=describe_scope(_speaking(context, chosen)))

    async def on_select(self, context: EventContext, value: str) -> None:
        """Set what was selected, and show the menu in that language."""
        chosen = self._find(value)
        if chosen is not None:
            await self._set(context, chosen)
            context = _speaking(context, chosen)
        await self.show_menu(context, chosen)

    async def show_menu(self, context: EventContext, chosen: str | None = None) -> None:
        """Show the languages, each by its own name."""
        now = chosen or context.preferences.language or _AUTOMATIC
        named = [(language, self._translations.plain_text("language.name", language)) for language in self._languages]
        options = (
            Option(context.translate_plainly("language.auto"), _AUTOMATIC, current=now == _AUTOMATIC),
            *(Option(name, language, current=language == now) for language, name in named),
        )
        menu = Menu("language", context.translate("language.title"), options)
        await context.show_menu(add_settings_row(context, menu))

    async def _set(self, context: EventContext, chosen: str) -> None:
        await self._preferences.set(context, "language", None if chosen == _AUTOMATIC else chosen)

    @property
    def _languages(self) -> tuple[str, ...]:
        return self._translations.languages

    def _find(self, word: str) -> str | None:
        """Return the code of the language that a word names; None when it names none."""
        if word in _AUTOMATIC_WORDS:
            return _AUTOMATIC
        names = {self._translations.plain_text("language.name", code).casefold(): code for code in self._languages}
        return names.get(word) or (word if word in self._languages else None)


def _speaking(context: EventContext, language: str) -> EventContext:
    """Return the context with its sentences in a language."""
    if language == _AUTOMATIC:
        return context
    incoming = replace(context.incoming, sender=replace(context.incoming.sender, locale=language))
    return replace(context, incoming=incoming)
