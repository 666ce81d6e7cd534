"""Calls of Slack's Web API, their limits and their errors."""
