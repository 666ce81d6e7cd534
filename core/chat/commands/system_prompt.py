"""`/system`: the instructions that the model of a chat reads before everything else."""

from __future__ import annotations

from core.chat.answer.select_model_or_fallback import ModelSelector
from core.chat.delivery.event_context import EventContext
from core.chat.port.forms import MAX_TEXT_LENGTH
from core.chat.port.markdown import escape_markdown

from .ask_for_argument import ask_for_argument
from .set_preference import PreferenceWriter

_MAX_LENGTH = 8_000
"""Characters; a few thousand tokens of every request."""
_OFF_WORDS = frozenset({"off", "关闭", "关"})


class SystemCommand:
    """Sets and shows the system prompt of a chat."""

    def __init__(self, models: ModelSelector, preferences: PreferenceWriter) -> None:
        self._models = models
        self._preferences = preferences

    async def set_prompt(self, context: EventContext) -> None:
        """Set the argument as the prompt; without one, show the prompt that holds."""
        text = context.argument
        if not text:
            await self._ask(context)
        elif len(text) > _MAX_LENGTH:
            await context.reply("system.long", length=len(text), limit=_MAX_LENGTH)
        elif context.half_width_argument.lower() in _OFF_WORDS:
            await self._preferences.set(context, "system", None)
            await context.reply("system.off")
        else:
            await self._preferences.set(context, "system", text)
            await context.reply("system.set")

    async def _ask(self, context: EventContext) -> None:
        """Show the prompt that holds, and ask for another one whoever may set it."""
        now = (await self._models.load(context.incoming.chat, context.models)).preferences.system
        shown = context.translate("system.now", text=escape_markdown(now)) if now else context.translate("system.empty")
        forms = context.outbox.capabilities.forms
        asks = await self._preferences.may_set(context) and (not forms or len(now or "") <= MAX_TEXT_LENGTH)
        if not (asks and forms):
            await context.reply_text(shown)
        if asks:
            await ask_for_argument(context, "system", shown)
