"""A private chat and a group on Telegram."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from bots.running_platform import PlatformContext
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.telegram.simulator import TelegramSim
from bots.sandbox.telegram.state import Chat
from bots.sandbox.telegram.user_actions import Person
from bots.telegram.platform import TelegramPlatform
from bots.telegram.settings import TelegramSettings
from tests.free_port import find_free_port

from .case import Calls, Reasons, Shared

_IN_THE_BACKGROUND = {"getMe", "getUpdates", "setMyCommands", "setWebhook"}


class TelegramCase:
    """See `Case`."""

    calls = Calls(
        "sendMessage",
        "editMessageText",
        "editMessageText",
        "sendMessage",
        "editMessageReplyMarkup",
        "sendChatAction",
        voice="sendVoice",
        picture="sendPhoto",
        album="sendMediaGroup",
    )

    reasons = Reasons(
        other_way=(
            "Bad Request: can't parse entities: Unexpected end of name token at byte offset 4",
            "Bad Request: BUTTON_DATA_INVALID",
            "Bad Request: REPLY_MARKUP_INVALID",
            "Bad Request: SOME_NEW_CODE",
        ),
        uneditable=("Bad Request: message can't be edited", "Bad Request: MESSAGE_ID_INVALID"),
        gone=(
            "Bad Request: chat not found",
            "Bad Request: CHAT_RESTRICTED",
            "Bad Request: CHAT_WRITE_FORBIDDEN",
            "Bad Request: PEER_ID_INVALID",
            "Bad Request: TOPIC_CLOSED",
            "Bad Request: TOPIC_DELETED",
            "Bad Request: USER_IS_BLOCKED",
            "Bad Request: message thread not found",
            "Bad Request: not enough rights to send text messages to the chat",
            "Bad Request: need administrator rights in the channel chat",
            "Forbidden: bot was blocked by the user",
            "Forbidden: bot was kicked from the supergroup chat",
            "Forbidden: user is deactivated",
        ),
    )

    def __init__(self, sim: TelegramSim, person: Person, chat: Chat) -> None:
        self.persona = TelegramPersona(sim, person, chat)
        self.direct = chat.person is not None
        self.sender_id = str(person.user.id)
        self._sim = sim

    def platform(self, shared: Shared, *, address: str = "") -> PlatformContext:
        settings = TelegramSettings(
            bot_token=SecretStr(self._sim.token),
            base_url=address or self._sim.base_url,
            file_url=self._sim.file_url,
            **self._settings(),
        )
        return TelegramPlatform(
            settings, shared.budgets, shared.leases, lambda: {"direct": {"en": [("help", "What I can do")]}}
        )

    def _settings(self) -> dict[str, Any]:
        """Further settings: none, so updates are received by polling, and answers grow by edits."""
        return {}

    def flood(self, method: str, seconds: int) -> None:
        self._sim.faults.fail(
            method, 429, f"Too Many Requests: retry after {seconds}", parameters={"retry_after": seconds}
        )

    def break_down(self, method: str) -> None:
        self._sim.faults.bad_gateway(method)

    def lose_answer(self, method: str) -> None:
        self._sim.faults.lose_answer(method)

    def refuse(self, method: str, reason: str, *, times: int = 1000) -> None:
        status = 403 if reason.startswith("Forbidden") else 400
        self._sim.faults.fail(method, status, reason, times=times)

    def relent(self) -> None:
        self._sim.faults.clear()

    def streaming(self) -> int:
        return 0

    def enforce_limits(self) -> None:
        self._sim.limits.enabled = True

    def hurry(self) -> None:
        """Nothing to do: what was not stored is kept by the ingress, which tries again by itself."""

    def expel(self) -> None:
        if self.direct:
            self.persona.person.block()
        else:
            self._sim.remove_bot(self.persona.chat, self.persona.person)

    def forbid_reactions(self) -> None:
        self.persona.chat.available_reactions = frozenset()

    def promote(self) -> None:
        self._sim.promote(self.persona.chat, self.persona.person)

    async def delete(self, message_id: str) -> None:
        self.persona.person.delete(self.persona.chat.messages[int(message_id)])

    @property
    def asked(self) -> int:
        return len([call for call in self._sim.calls if call.method not in _IN_THE_BACKGROUND])

    @property
    def floods(self) -> int:
        return self._sim.floods

    def emphasis(self) -> list[str]:
        shown = self._sim.messages(self.persona.chat.id)[-1]
        return [entity.type for entity in shown.entities if entity.type in {"bold", "italic", "strikethrough"}]

    def pings(self) -> list[str]:
        telling = {"text_mention"} if self.persona.chat.type == "private" else {"mention", "text_mention"}
        own = [message for message in self._sim.messages(self.persona.chat.id) if message.sender is self._sim.bot]
        entities = [entity for message in own for entity in message.entities]
        return [
            f"{entity.type} {entity.argument}"
            for entity in entities
            if entity.type in telling or entity.argument.startswith("tg:")
        ]


class TelegramWebhookCase(TelegramCase):
    """The same with webhooks; each platform is a replica behind one public address."""

    def _settings(self) -> dict[str, Any]:
        port = find_free_port()
        self._sim.delivery.backends.append(f"http://127.0.0.1:{port}")
        # A Bot API server of one's own, as the simulator's address tells, takes any; Telegram's takes only this form.
        return {"webhook_url": "https://bots.example/telegram", "webhook_port": port}


class TelegramDraftsCase(TelegramCase):
    """A private chat that is shown rich drafts before each message."""

    calls = replace(TelegramCase.calls, step="sendRichMessageDraft", last="sendMessage")

    def _settings(self) -> dict[str, Any]:
        return {"stream": "draft"}


class TelegramPlainDraftsCase(TelegramDraftsCase):
    """The same where the Bot API server is too old for rich drafts."""

    calls = replace(TelegramDraftsCase.calls, step="sendMessageDraft")


@asynccontextmanager
async def telegram_private() -> AsyncGenerator[TelegramCase]:
    async with _quiet_telegram() as sim:
        person = sim.user(1001, "Ada", "en")
        yield TelegramCase(sim, person, sim.private(person))


@asynccontextmanager
async def telegram_drafts() -> AsyncGenerator[TelegramCase]:
    async with _quiet_telegram() as sim:
        person = sim.user(1001, "Ada", "en")
        yield TelegramDraftsCase(sim, person, sim.private(person))


@asynccontextmanager
async def telegram_plain_drafts() -> AsyncGenerator[TelegramCase]:
    async with _quiet_telegram() as sim:
        sim.rich_support.version = (10, 0)
        person = sim.user(1001, "Ada", "en")
        yield TelegramPlainDraftsCase(sim, person, sim.private(person))


@asynccontextmanager
async def telegram_group() -> AsyncGenerator[TelegramCase]:
    async with _quiet_telegram() as sim:
        yield TelegramCase(sim, sim.user(1001, "Ada", "en"), sim.group("Friends", admin=True))


@asynccontextmanager
async def _quiet_telegram() -> AsyncGenerator[TelegramSim]:
    async with TelegramSim() as sim:
        sim.limits.enabled = False
        yield sim
        assert sim.violations == []


@asynccontextmanager
async def telegram_webhook() -> AsyncGenerator[TelegramCase]:
    async with _quiet_telegram() as sim:
        sim.delivery.speed = 100.0
        yield TelegramWebhookCase(sim, sim.user(1001, "Ada", "en"), sim.group("Friends", admin=True))
