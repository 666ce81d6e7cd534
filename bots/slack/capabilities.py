"""What Slack can do, and its limits: sizes of messages and files."""

from __future__ import annotations

from core.chat.port.capabilities import Capabilities

from .api.edit_pace import EDIT_INTERVAL

CAPABILITIES = Capabilities(
    page_limit=8_000,  # Slack: 12,000 characters of Markdown; escapes and fixed marks add half at most
    edit_interval=EDIT_INTERVAL,
    max_group_edit_interval=EDIT_INTERVAL,
    threads_are_conversations=True,
    fixed_commands=True,
    voice="mp3",  # Slack plays it inline
    upload_limit=50_000_000,  # Slack allows a gigabyte; answers need less
    download_limit=20_000_000,  # Slack hands out any file; more would fill the memory
    searchable_menus=True,
    rating_buttons=True,
    forms=True,
    waiting_marks=True,
    max_page_age=230,  # Slack closes a stream after 5 minutes, even an active one
)
