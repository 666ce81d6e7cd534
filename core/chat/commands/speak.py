"""`/speak`: a text as a voice note."""

from __future__ import annotations

from core.chat.stamp import Stamp

from .command import Call


async def speak_text(call: Call) -> None:
    raise NotImplementedError


async def press_speak(call: Call, stamp: Stamp, rest: str) -> None:
    raise NotImplementedError


async def reply_aloud(call: Call, text: str) -> None:
    """Speak an answer when the chat wants its answers spoken."""
