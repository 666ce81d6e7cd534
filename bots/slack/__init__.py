"""Slack: events in over Socket Mode, answers out as native streams."""

from .manifest import MessageShortcut, SlashCommand, render_manifest
from .platform import SlackPlatform, SlackTokenError

__all__ = ["MessageShortcut", "SlackPlatform", "SlackTokenError", "SlashCommand", "render_manifest"]
