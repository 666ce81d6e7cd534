"""`/forget`: deleting what is stored of a chat, or of whoever asks for it."""

from __future__ import annotations

from core.chat.delivery.event_context import EventContext
from core.chat.events.choose_lane import get_origin
from core.chat.events.deletions import DELETION_NOTE, Deletions
from core.chat.events.memory_before_threads import RECALLED_NOTE
from core.chat.events.new_or_moved_chats import MIGRATION_NOTE
from core.chat.question.prompt import describe_speaker
from core.queue import DeadLetters, FirstMessage, WaitingMessages
from core.store import Erasure
from core.usage import UsageCounters

from .command_fields import PERSONAL_WORDS
from .preference_scope import describe_scope
from .set_preference import PreferenceWriter

_CONFIRMATIONS = frozenset({"yes", "确认", "確認", "是"})
_KEPT_NOTES = (DELETION_NOTE, MIGRATION_NOTE, RECALLED_NOTE)


class ForgetCommand:
    """Deletes at once, after one word that confirms it; messages on the platforms stay."""

    def __init__(
        self,
        erasure: Erasure,
        waiting: WaitingMessages,
        dead_letters: DeadLetters,
        deletions: Deletions,
        preferences: PreferenceWriter,
        usage: UsageCounters,
    ) -> None:
        self._erasure = erasure
        self._waiting = waiting
        self._dead_letters = dead_letters
        self._deletions = deletions
        self._preferences = preferences
        self._usage = usage

    async def forget(self, context: EventContext) -> None:
        """Delete what the argument names, or say what would be deleted and how to confirm that."""
        words = context.half_width_argument.lower().split()
        is_personal = context.first_word in PERSONAL_WORDS
        is_confirmed = len(words) == 1 + is_personal and words[-1] in _CONFIRMATIONS
        if is_personal and not context.incoming.direct:
            await context.reply("forget.me_elsewhere")
        elif is_personal and is_confirmed:
            await self._forget_person(context)
        elif is_personal:
            await context.reply("forget.me_ask")
        elif is_confirmed:
            await self._forget_conversation(context)
        else:
            await context.reply("forget.ask", where=describe_scope(context))

    async def _forget_conversation(self, context: EventContext) -> None:
        chat = context.chat
        if context.memory != chat:
            await self._erasure.delete_chat(context.memory)
            await self._erasure.rewrite_log()
            await context.reply("forget.done_without_settings")
            return
        await self._withdraw(await self._waiting.drop_of_conversation(chat, kept_lane=context.job.lane))
        await self._dead_letters.drop_of_conversation(chat)
        deletes_preferences = await self._preferences.may_set(context)
        await self._erasure.delete_chat(
            chat, threads=context.is_outside_threads, preferences=deletes_preferences, kept_notes=_KEPT_NOTES
        )
        await self._erasure.rewrite_log()
        await context.reply("forget.done" if deletes_preferences else "forget.done_without_settings")

    async def _forget_person(self, context: EventContext) -> None:
        """Delete all of a person; their private chat with the bot is this one."""
        incoming, chat = context.incoming, context.incoming.chat
        person, account = get_origin(incoming).person, f"{chat.platform}:{chat.account}"
        await self._withdraw(await self._waiting.drop_of_person(person, kept_lane=context.job.lane))
        await self._dead_letters.drop_of_person(person)
        await self._dead_letters.drop_of_conversation(context.chat)
        await self._erasure.delete_chat(str(chat.parent), threads=True, kept_notes=_KEPT_NOTES)
        speaker = f"{describe_speaker(incoming)}: "
        await self._erasure.delete_person(account, incoming.sender.owner_id, speaker=speaker)
        await self._usage.forget_past("person", context.payer.person)
        await self._usage.forget_past("chat", context.payer.chat)
        await self._erasure.rewrite_log()
        await context.reply("forget.me_done")

    async def _withdraw(self, begun: list[FirstMessage]) -> None:
        """Stop the answers to messages that may have begun; whoever writes one removes it from the history."""
        for message in begun:
            await self._deletions.withdraw(message.conversation, message.event_id, message.conversation)
