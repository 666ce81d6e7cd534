"""Slack's events, as the core reads them."""
