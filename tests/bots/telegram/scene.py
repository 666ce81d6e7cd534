"""Ann writes on a simulated Telegram, and outboxes answer her."""

from __future__ import annotations

from bots.sandbox.telegram.simulator import TelegramSim
from bots.sandbox.telegram.state import Chat, Message
from bots.sandbox.telegram.user_actions import Person
from bots.telegram.api.call_budget import CallBudget, RateLimiterPort
from bots.telegram.api.client import TelegramApi
from bots.telegram.events.addressing import BotIdentity
from bots.telegram.events.parse import parse_update
from bots.telegram.events.updates import UPDATE_KINDS
from bots.telegram.recovery.message_ids import MessageIdTracker
from bots.telegram.sending.drafts import DraftPolicy
from bots.telegram.sending.group_admins import AdminLookup
from bots.telegram.sending.outbox import TelegramOutbox
from core.chat.port.incoming import Incoming
from core.chat.port.page import Page

FIRST = Page(start=0)


class Scene:
    """Ann writes, and an outbox answers her."""

    def __init__(self, sim: TelegramSim, api: TelegramApi, rate_limiter: RateLimiterPort) -> None:
        self.sim, self.api, self.rate_limiter = sim, api, rate_limiter
        self.ann: Person = sim.user(7, "Ann")
        self.message_ids = MessageIdTracker()
        self.admins = AdminLookup(api)
        self.drafts = DraftPolicy()

    async def read_last_update(self) -> Incoming:
        """What the last update says."""
        updates = await self.api.fetch_updates(None, kinds=UPDATE_KINDS, limit=100, seconds=1)
        incoming = parse_update(updates[-1], BotIdentity(self.sim.bot.id, "wanjie_bot"))
        assert incoming is not None
        return incoming

    async def ask(self, chat: Chat | None = None, topic: int | None = None) -> TelegramOutbox:
        self.ann.say(chat or self.sim.private(self.ann), "/ask@wanjie_bot why?", topic=topic)
        return self.outbox(await self.read_last_update())

    def outbox(self, incoming: Incoming) -> TelegramOutbox:
        return TelegramOutbox(
            self.api, CallBudget(self.rate_limiter), incoming, self.message_ids, self.admins, self.drafts
        )

    def get_last_message(self, chat: int = 7) -> Message:
        return self.sim.messages(chat)[-1]

    def count_calls(self, method: str) -> int:
        return len([call for call in self.sim.calls if call.method == method])
