"""What is done about an event that was read and let in: each kind has its own service."""

from __future__ import annotations

from collections.abc import Mapping

from core.chat.actions.welcome_and_first_questions import Welcome
from core.chat.commands.home_page_contents import HomePage
from core.chat.events.choose_lane import parse_platform_name
from core.chat.events.memory_before_threads import EarlierMemory
from core.chat.events.new_or_moved_chats import NewChats
from core.queue import Inbox, LaneKind
from core.store import Conversations

from .actions.answer_question import QuestionAnswerer
from .actions.count_ratings import RatingCounter
from .actions.name_conversation import ConversationTitles
from .commands.dispatcher import CommandDispatcher
from .delivery.event_context import EventContext
from .delivery.remove_old_buttons import OldButtons
from .events.deletions import Deletions
from .port.platform import Platform


class Responder:
    """Knows who is responsible for which kind of event."""

    def __init__(
        self,
        platforms: Mapping[str, Platform],
        inbox: Inbox,
        conversations: Conversations,
        commands: CommandDispatcher,
        answerer: QuestionAnswerer,
        old_buttons: OldButtons,
        ratings: RatingCounter,
        titles: ConversationTitles,
        welcome: Welcome,
        home: HomePage,
    ) -> None:
        """`platforms` by the first part of their chat references."""
        self._platforms = platforms
        self._conversations = conversations
        self._commands = commands
        self._answerer = answerer
        self._old_buttons = old_buttons
        self._deletions = Deletions(inbox, conversations)
        self._ratings = ratings
        self._titles = titles
        self._welcome = welcome
        self._home = home
        self._new_chats = NewChats(inbox, conversations)
        self._earlier_memory = EarlierMemory(conversations)

    async def respond(self, context: EventContext) -> None:
        """Do what the event asks for; raises what went wrong."""
        incoming = context.incoming
        if incoming.deleted:
            await self._withdraw(context)
        elif incoming.rating is not None:
            await self._ratings.count(incoming, incoming.rating)
        elif incoming.default_title is not None:
            await self._titles.note_default(context, incoming.default_title)
        elif incoming.previous_chat is not None:
            await self._new_chats.note_move(incoming)
            await self._conversations.move_chat(str(incoming.previous_chat), context.chat)
        elif incoming.added:
            await self._greet(context)
        elif incoming.home or incoming.opened:
            await self._answer_visit(context)
        elif context.job.lane_kind is LaneKind.OVERFLOW:
            await context.reply("talk.full")
        elif incoming.choice is not None:
            await self._commands.handle_choice(context, incoming.choice)
        elif incoming.command:
            await self._commands.run_command(context)
        else:
            await self._answerer.answer_message(context)

    async def _answer_visit(self, context: EventContext) -> None:
        """Show what awaits somebody who opens the bot's page, or the private chat."""
        await (self._home.respond(context) if context.incoming.home else self._welcome.welcome(context))

    async def _withdraw(self, context: EventContext) -> None:
        """Forget a question whose message was deleted, wherever it is remembered."""
        deleted = context.incoming.deleted
        await self._deletions.withdraw(context.chat, deleted, context.memory)
        for chat in await self._earlier_memory.list_other_places(context.incoming):
            await self._deletions.withdraw(chat, deleted, chat)
        self.remove_old_buttons(context)

    async def _greet(self, context: EventContext) -> None:
        """Say how to use the bot, where it is new."""
        read = self._platforms[parse_platform_name(context.job.lane)].read
        if await self._new_chats.is_new_chat(context.job.lane, context.incoming, read):
            await self._welcome.greet_group(context)

    def remove_old_buttons(self, context: EventContext) -> None:
        """Begin to remove the buttons of older answers in the chat."""
        self._old_buttons.start_removal(context.chat, context.outbox)
