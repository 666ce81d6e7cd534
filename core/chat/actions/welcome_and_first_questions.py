"""What somebody who opens the private chat with the bot finds there: questions to begin with."""

from __future__ import annotations

from datetime import timedelta

from core.chat.delivery.event_context import EventContext
from core.chat.text.translations import replace_command_signs
from core.store import Conversations

_PROMPT_KEYS = ("start.prompt_text", "start.prompt_code", "start.prompt_picture")
_WELCOMED_NOTE = "welcomed"
_WELCOMED_LIFETIME = timedelta(days=400)


class Welcome:
    """Offers questions to begin with, or greets once where the platform has no place for them."""

    def __init__(self, conversations: Conversations, prompts: tuple[str, ...]) -> None:
        """`prompts` are the operator's; () for three of the service's own, in the reader's language."""
        self._conversations = conversations
        self._prompts = prompts

    async def welcome(self, context: EventContext) -> None:
        """Offer the questions; without a place for them, name them in a message, the first time only."""
        prompts = self._list_prompts(context)
        if await context.outbox.suggest_prompts(prompts):
            return
        if await self._conversations.get_note(context.chat, _WELCOMED_NOTE) is None:
            texts = (context.translate("start.opened"), self.list_questions(context), context.translate("start.more"))
            await context.reply_text("\n\n".join(texts))
            await self._conversations.put_note(context.chat, _WELCOMED_NOTE, "1", lifetime=_WELCOMED_LIFETIME)

    async def greet_group(self, context: EventContext) -> None:
        """Say in a group how to use the bot, with the questions, and what it sees there."""
        texts = [context.translate("start.added"), context.translate("start.try"), self.list_questions(context)]
        await context.reply_text("\n\n".join([*texts, *await _describe_visible_messages(context)]))

    def _list_prompts(self, context: EventContext) -> tuple[str, ...]:
        """Return the questions, with commands in the form that works in the conversations which they begin."""
        in_threads = context.outbox.capabilities.threads_are_conversations
        sign = "!" if in_threads else context.incoming.command_sign
        own = (context.translations.plain_text(key, context.locale) for key in _PROMPT_KEYS)
        return tuple(replace_command_signs(prompt, sign) for prompt in self._prompts or own)

    def list_questions(self, context: EventContext) -> str:
        """Return the questions (Markdown), a line each."""
        lines = (context.translate("start.prompt_line", prompt=prompt) for prompt in self._list_prompts(context))
        return "\n".join(lines)


async def _describe_visible_messages(context: EventContext) -> list[str]:
    """Say which messages of a group reach the bot, where people do not know."""
    receives_everything = await context.outbox.receives_everything()
    if receives_everything is None:
        return []
    return [context.translate("start.hears_all" if receives_everything else "start.hears_addressed")]
