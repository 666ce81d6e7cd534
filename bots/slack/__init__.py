"""Slack: events in over Socket Mode, answers out as native streams."""

from .manifest import SlashCommand, manifest
from .platform import SlackPlatform, SlackTokenError

__all__ = ["SlackPlatform", "SlackTokenError", "SlashCommand", "manifest"]
