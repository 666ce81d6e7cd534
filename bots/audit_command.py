"""`python -m bots audit`: every change of a role, a group or a rule that is kept, the newest first."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from core.access import AccessRegister, AuditEntry
from core.redis import Redis
from core.settings import Settings

from .open_store import run_with_store


def list_audit(settings: Settings, *, as_json: bool) -> int:
    """Print the changes of the last 400 days, one a line; return the exit status: 0, or 1 without a store.

    `as_json`: each line is an object with the fields of `AuditEntry`, and `time` in ISO 8601.
    """

    async def print_all(redis: Redis) -> int:
        entries = await AccessRegister(redis).list_audit()
        sys.stdout.writelines((_to_json(entry) if as_json else _describe(entry)) + "\n" for entry in entries)
        if not entries and not as_json:
            sys.stdout.write("Nothing was changed yet.\n")
        return 0

    return run_with_store(settings, print_all)


def _to_json(entry: AuditEntry) -> str:
    return json.dumps({"time": _format_time(entry), **asdict(entry)})


def _describe(entry: AuditEntry) -> str:
    """One line; control characters in names, which strangers choose, do not reach the terminal."""
    line = f"{_format_time(entry)}  {entry.by or '-'}  {entry.action}  {entry.subject}  {entry.name}"
    return "".join(letter if letter.isprintable() else "?" for letter in line).rstrip()


def _format_time(entry: AuditEntry) -> str:
    return f"{datetime.fromtimestamp(entry.at, UTC):%Y-%m-%dT%H:%M:%SZ}"
