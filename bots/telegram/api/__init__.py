"""Calls of the Bot API, their limits and their errors."""
