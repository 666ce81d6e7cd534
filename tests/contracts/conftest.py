"""Every contract runs in every kind of conversation that has what it needs; a third platform is one more entry here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from bots.slack.sending.outbox import SlackOutbox
from bots.telegram.sending.outbox import TelegramOutbox
from core.chat.port.outbox import Outbox
from tests.contracts.case import Case
from tests.contracts.scene import Scene, opened
from tests.contracts.slack_case import slack_agent, slack_direct, slack_http, slack_thread
from tests.contracts.telegram_case import (
    telegram_drafts,
    telegram_group,
    telegram_plain_drafts,
    telegram_private,
    telegram_webhook,
)
from tests.contracts.webhook_case import webhook
from tests.contracts.webhook_platform import WebhookOutbox


@dataclass(frozen=True, slots=True)
class Conversation:
    """A kind of conversation, and what its platform offers."""

    open: Callable[[], AbstractAsyncContextManager[Case]]
    outbox: type[Outbox]
    markdown: bool = True
    """It shows what the marks of Markdown mean; else it shows the marks."""
    previews: bool = False
    """Its growing pages are previews, which leave no message."""
    modules: tuple[str, ...] = ()
    """The contracts that it runs, for a kind that differs from another in few of them; () for all."""

    def runs(self, module: str) -> bool:
        """Whether it runs the contracts of a module such as `test_reading`."""
        return not self.modules or module in self.modules

    def offers(self, need: str) -> bool:
        """Whether it has this method of `Outbox`, "markdown", "previews", or growing "messages".

        A method that is not written over is not there.
        """
        others = {"markdown": self.markdown, "previews": self.previews, "messages": not self.previews}
        if need in others:
            return others[need]
        return getattr(self.outbox, need) is not getattr(Outbox, need)


CASES = {
    "telegram-private": Conversation(telegram_private, TelegramOutbox),
    "telegram-group": Conversation(telegram_group, TelegramOutbox),
    "telegram-drafts": Conversation(
        telegram_drafts,
        TelegramOutbox,
        previews=True,
        modules=(
            *("test_pages", "test_previews", "test_takeover", "test_rate_limits", "test_buttons", "test_refusals"),
            "test_reasoning",
        ),
    ),
    "telegram-plain-drafts": Conversation(
        telegram_plain_drafts, TelegramOutbox, previews=True, modules=("test_previews", "test_rate_limits")
    ),
    "telegram-webhook": Conversation(
        telegram_webhook, TelegramOutbox, modules=("test_reading", "test_takeover", "test_outages")
    ),
    "slack-direct": Conversation(slack_direct, SlackOutbox),
    "slack-thread": Conversation(slack_thread, SlackOutbox),
    "slack-agent": Conversation(
        slack_agent,
        SlackOutbox,
        modules=("test_pages", "test_takeover", "test_buttons", "test_leaving", "test_sessions"),
    ),
    "slack-http": Conversation(slack_http, SlackOutbox, modules=("test_reading", "test_takeover", "test_outages")),
    "webhook": Conversation(webhook, WebhookOutbox, markdown=False),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a contract in the conversations that offer everything its `needs` marks name."""
    if "scene" in metafunc.fixturenames:
        needs = [need for mark in metafunc.definition.iter_markers("needs") for need in mark.args]
        cases = [(name, case) for name, case in CASES.items() if case.runs(metafunc.definition.path.stem)]
        names = [name for name, case in cases if all(case.offers(need) for need in needs)]
        metafunc.parametrize("scene", names, indirect=True)


@pytest_asyncio.fixture
async def scene(request: pytest.FixtureRequest, redis: Redis) -> AsyncGenerator[Scene]:
    """Somebody has said hello on a platform that is connected to its simulator."""
    async with CASES[str(request.param)].open() as case, opened(case, redis) as scene:
        yield scene
