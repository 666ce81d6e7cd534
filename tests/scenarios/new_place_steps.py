"""Groups and channels that the bot is not in yet."""

from __future__ import annotations

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona


def group(harness: ServiceHarness, language: str = "en") -> TelegramPersona:
    """A group on Telegram without the bot."""
    persona = harness.group(language=language)
    persona.chat.bot_status = "left"
    return persona


def channel(harness: ServiceHarness, language: str = "en-US") -> SlackPersona:
    """A channel on Slack without the bot."""
    persona = harness.thread(locale=language)
    persona.channel.bot_member = False
    return persona
