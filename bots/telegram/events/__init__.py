"""Reading Telegram's updates for the core."""
