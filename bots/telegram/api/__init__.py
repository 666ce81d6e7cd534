"""The Bot API: calls, rate limits, errors."""
