"""What Telegram can do, and its limits: sizes of messages and files, how often a message may change."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.capabilities import Capabilities

CAPABILITIES = Capabilities(
    # Telegram allows 4096 characters. Rendering adds one to each mention, which has at least six, and one below a fold.
    page_limit=3500,
    edit_interval=1.0,  # Bots FAQ: one message a second in a chat
    preview_interval=0.27,  # an answer of 6 seconds has as many within the limits, see `get_draft_limits`
    max_group_edit_interval=4.5,
    voice="opus",
    upload_limit=50_000_000,  # Bot API: sendDocument
    download_limit=20_000_000,  # Bot API: getFile
    activity_interval=4.5,  # Bot API: sendChatAction, an action stands for 5 seconds
    buttons_after_first_step=True,
    observes=True,
    ratings=True,
    default_titles=True,
    waiting_marks=True,
    edits=True,
)

INLINE_CAPABILITIES = replace(
    CAPABILITIES,
    standalone=True,
    announces_answers=True,
    page_limit=3000,  # a question of up to 256 characters (Bot API: InlineQuery) and notes stand in the message, too
    # The message may stand in a group, where Telegram takes 20 changes a minute, and the bot is not told.
    edit_interval=3.0,
    buttons_after_first_step=False,
    observes=False,
    ratings=False,
    default_titles=False,
    waiting_marks=False,
    edits=False,
)
"""The same for a question that was asked in inline mode."""
GUEST_CAPABILITIES = replace(
    INLINE_CAPABILITIES,
    announces_answers=False,
    begins_at_once=True,  # how long a guest query can be answered is not documented (Bot API: answerGuestQuery)
)
"""The same for a message that calls the bot into a chat."""
