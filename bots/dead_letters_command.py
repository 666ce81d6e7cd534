"""`python -m bots dead`: the messages that the service gave up, listed, shown, delivered again or removed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from core.queue import DeadLetter, DeadLetters, Inbox, QueueLimits
from core.redis import Redis
from core.redis.text_cipher import build_cipher
from core.settings import Settings

from .open_store import fail, run_with_store


def run_dead_letters(settings: Settings, action: str, ids: Sequence[str]) -> int:
    """Do `list`, `show`, `retry` or `drop`; return the exit status: 0, or 1 when something could not be done.

    Without `ids`, `retry` and `drop` take all messages.
    """

    async def act(redis: Redis) -> int:
        limits = QueueLimits.for_mailbox(settings.service.mailbox_limit)
        cipher = build_cipher(settings.chat.history_encryption_keys)
        return await _act(DeadLetters(redis, Inbox(redis, limits=limits, cipher=cipher), cipher=cipher), action, ids)

    return run_with_store(settings, act)


async def _act(letters: DeadLetters, action: str, ids: Sequence[str]) -> int:
    if action == "list" or not ids:
        found, missing = [letter async for letter in letters.list_all()], list[str]()
    else:
        asked = {letter_id: await letters.get(letter_id) for letter_id in ids}
        found = [letter for letter in asked.values() if letter is not None]
        missing = [letter_id for letter_id, letter in asked.items() if letter is None]
    done = [await _act_on(letters, action, letter) for letter in found]
    for letter_id in missing:
        fail(f"There is no message {letter_id}.")
    if not found and not missing:
        _print("There are no messages that were given up.")
    return 0 if all(done) and not missing else 1


async def _act_on(letters: DeadLetters, action: str, letter: DeadLetter) -> bool:
    match action:
        case "retry":
            result = await letters.retry(letter)
            _print(f"{letter.id}  {'refused: its queue is full' if result.is_refused else 'delivered again'}")
            return not result.is_refused
        case "drop":
            await letters.drop(letter)
            _print(f"{letter.id}  removed")
        case "show":
            _print(_describe(letter))
            _print(_format_payload(letter.envelope.payload))
        case _:
            _print(_describe(letter))
    return True


def _describe(letter: DeadLetter) -> str:
    """One line without anything that somebody wrote."""
    size = len(letter.envelope.payload)
    return f"{letter.id}  {letter.given_up_at:%Y-%m-%d %H:%M:%S}Z  {letter.lane}  {size} bytes"


def _format_payload(payload: bytes) -> str:
    text = payload.decode(errors="replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=True, indent=2)
    except (ValueError, RecursionError):
        return ascii(text)  # control characters of strangers do not reach the terminal


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
