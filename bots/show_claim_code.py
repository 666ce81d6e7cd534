"""Showing the operator the code with which the first admin claims the bot; it never gets into the log."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import structlog

from core.access import Claims
from core.redis import STORE_ERRORS
from core.settings import ServiceSettings

_log = structlog.get_logger()
_FILE_NAME = "claim-code"
_RETRY_DELAY = 1.0


async def show_claim_code(claims: Claims, settings: ServiceSettings) -> None:
    """Show a code if nobody owns the bot: on the terminal, else in a file that only the operator can read.

    Waits until the store can be reached. Without a code nobody can be let in, so the log says in one line what to do.
    """
    if settings.access_mode == "open":
        return
    path = settings.data_dir / _FILE_NAME
    code = await _make_code(claims)
    if code is None:
        path.unlink(missing_ok=True)
    elif sys.stderr.isatty():
        sys.stderr.write(f"\n  Nobody owns this bot yet. Send it in a direct chat:  /pair {code}\n\n")
        _warn("on this terminal")
    else:
        try:
            _write_privately(path, code)
        except OSError as error:
            _log.error(
                "the claim code could not be written; start the service in a terminal", path=str(path), error=error
            )
        else:
            _warn(f"in {path.resolve()}")


async def _make_code(claims: Claims) -> str | None:
    while True:
        try:
            return await claims.make_code()
        except STORE_ERRORS:  # `StoreHealth` logs why
            await asyncio.sleep(_RETRY_DELAY)


def _warn(place: str) -> None:
    _log.warning(
        "nobody owns the bot, so it answers no stranger: send it /pair with the code in a direct chat, "
        "or set ACCESS_MODE=open to let everybody use it, as version 0.1.0 did",
        code=place,
    )


def _write_privately(path: Path, code: str) -> None:
    """Write a file that only this user can read, whatever was there before."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{code}\n")
