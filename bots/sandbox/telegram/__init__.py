"""A simulated Telegram."""
