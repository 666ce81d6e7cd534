"""`/reasoning`: how much of a model's reasoning is shown."""

from __future__ import annotations

from collections.abc import Mapping

from core.chat.answer.select_model_or_fallback import ModelSelector
from core.chat.answer.shorten_reasoning import ReasoningDisplay
from core.chat.delivery.event_context import EventContext
from core.chat.port.menus import Menu, Option

from .back_to_settings import add_settings_row
from .preference_scope import describe_scope
from .set_preference import PreferenceWriter

_WORDS: Mapping[str, ReasoningDisplay] = {
    **dict.fromkeys(("off", "hide", "no", "none", "关闭", "关", "隐藏"), "off"),
    **dict.fromkeys(("fold", "folded", "short", "折叠", "默认", "default"), "fold"),
    **dict.fromkeys(("full", "all", "on", "全部", "完整", "开"), "full"),
}
_LABEL: Mapping[ReasoningDisplay, str] = {
    "off": "reasoning.label_off",
    "fold": "reasoning.label_fold",
    "full": "reasoning.label_full",
}
_CONFIRMATION: Mapping[ReasoningDisplay, str] = {
    "off": "reasoning.set_off",
    "fold": "reasoning.set_fold",
    "full": "reasoning.set_full",
}


class ReasoningCommand:
    """Sets how much of a model's reasoning a chat sees."""

    def __init__(self, models: ModelSelector, preferences: PreferenceWriter) -> None:
        self._models = models
        self._preferences = preferences

    async def choose(self, context: EventContext) -> None:
        """Set how much is shown; without a word, show a menu."""
        display = _WORDS.get(context.half_width_argument.casefold())
        if display:
            await self._set(context, display)
            await context.reply(_CONFIRMATION[display], where=describe_scope(context))
        else:
            await self.show_menu(context)

    async def on_select(self, context: EventContext, value: str) -> None:
        """Set what was selected and show the menu with its new mark."""
        if display := _WORDS.get(value):
            await self._set(context, display)
        await self.show_menu(context)

    async def _set(self, context: EventContext, display: ReasoningDisplay) -> None:
        # The default is saved as well: a thread may want it where the channel around it wants something else.
        await self._preferences.set(context, "reasoning", display)

    async def show_menu(self, context: EventContext) -> None:
        """Show how much can be shown, and what is chosen."""
        now = (await self._models.load(context.incoming.chat, context.models)).preferences.reasoning or "fold"
        options = tuple(
            Option(context.translate_plainly(key), display, current=display == now) for display, key in _LABEL.items()
        )
        title = context.translate("reasoning.title", where=describe_scope(context))
        await context.show_menu(add_settings_row(context, Menu("reasoning", title, options)))
