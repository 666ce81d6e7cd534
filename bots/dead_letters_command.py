"""`python -m bots dead`: the messages that the service gave up, listed, shown, delivered again or removed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from core.queue import DeadLetter, DeadLetters, Inbox, QueueLimits
from core.redis import STORE_ERRORS, EmbeddedRedis, EmbeddedRedisError, FolderInUseError, StoreAddressError, connect
from core.settings import Settings

_LOCK_TIMEOUT = 0.5
"""Seconds to wait for the lock of the private Redis' folder; a running service never releases it."""


def run_dead_letters(settings: Settings, action: str, ids: Sequence[str]) -> int:
    """Do `list`, `show`, `retry` or `drop`; return the exit status: 0, or 1 when something could not be done.

    Without `ids`, `retry` and `drop` take all messages.
    """
    try:
        return asyncio.run(_run(settings, action, ids))
    except (StoreAddressError, EmbeddedRedisError) as error:
        return _fail(str(error))
    except STORE_ERRORS as error:
        return _fail(f"The store does not answer: {error}")


async def _run(settings: Settings, action: str, ids: Sequence[str]) -> int:
    async with _open_store(settings) as url:
        redis = connect(url)
        try:
            limit = settings.service.mailbox_limit
            letters = DeadLetters(redis, Inbox(redis, limits=QueueLimits.for_mailbox(limit)))
            return await _act(letters, action, ids)
        finally:
            await redis.aclose()


@asynccontextmanager
async def _open_store(settings: Settings) -> AsyncGenerator[str]:
    """The URL of the store: of the one that is set, of the running service's, or of the private one, started for us."""
    configured, folder = settings.service.redis_url, settings.service.data_dir
    if configured is not None:
        yield configured.get_secret_value()
        return
    async with AsyncExitStack() as stack:
        try:
            url = await stack.enter_async_context(EmbeddedRedis(folder, lock_timeout=_LOCK_TIMEOUT))
        except FolderInUseError:
            running = EmbeddedRedis.find_running(folder)
            if running is None:
                raise
            url = running
        yield url


async def _act(letters: DeadLetters, action: str, ids: Sequence[str]) -> int:
    if action == "list" or not ids:
        found, missing = [letter async for letter in letters.list_all()], list[str]()
    else:
        asked = {letter_id: await letters.get(letter_id) for letter_id in ids}
        found = [letter for letter in asked.values() if letter is not None]
        missing = [letter_id for letter_id, letter in asked.items() if letter is None]
    done = [await _act_on(letters, action, letter) for letter in found]
    for letter_id in missing:
        _fail(f"There is no message {letter_id}.")
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


def _fail(text: str) -> int:
    sys.stderr.write(text + "\n")
    return 1
