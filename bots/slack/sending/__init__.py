"""Answers on their way to Slack."""
