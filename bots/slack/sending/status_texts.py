"""What the status line of a thread says after the bot's name while it works: one text for all."""

from __future__ import annotations

from collections.abc import Mapping

from core.chat.port.outbox import Activity

STATUS_TEXTS: Mapping[Activity, str] = {
    "writing": "is thinking…",
    "recording": "is recording…",
    "drawing": "is drawing…",
    "uploading": "is sending…",
    "nothing": "",
}
