"""The command line: `python -m bots run | demo | manifest | docs`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from core.settings import Settings, SettingsError

_SDKS = ("telegram", "slack_bolt", "slack_sdk")
"""Loggers that write requests at INFO."""


def main() -> int:
    """Run the command that was asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bots", description="Wanjie Ark's models in Telegram and Slack.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start every platform whose token is set").set_defaults(run=_run)
    commands.add_parser("demo", help="see it work against simulated services").set_defaults(run=_demo)
    commands.add_parser("manifest", help="print the manifest of the Slack app").set_defaults(run=_manifest)
    commands.add_parser("docs", help="write what is generated from the code").set_defaults(run=_docs)
    return parser.parse_args().run()


# Each command imports what it needs by itself: none should wait for, or break with, what another one uses.


def _run() -> int:
    try:
        settings = Settings()
    except SettingsError as error:
        sys.stderr.write("The service cannot start:\n" + "".join(f"  - {problem}\n" for problem in error.problems))
        return 2
    from bots.app import run
    from bots.web import HealthPortError
    from core.engine import EmbeddedRedisError, StoreAddressError
    from core.log import set_up_logging

    service = settings.service
    set_up_logging(
        level=service.log_level, json_lines=service.log_format == "json", secrets=settings.secrets(), quiet=_SDKS
    )
    try:
        return asyncio.run(run(settings))
    except StoreAddressError as error:
        sys.stderr.write(f"The service cannot start: {error}\n")
        return 2
    except (EmbeddedRedisError, HealthPortError) as error:
        sys.stderr.write(f"The service cannot start: {error}\n")
        return 1


def _demo() -> int:
    from bots.demo import demo

    return demo()


def _manifest() -> int:
    from bots.generated import manifest_text

    sys.stdout.write(manifest_text())
    return 0


def _docs() -> int:
    from bots.generated import documents

    for name, text in documents().items():
        Path(name).write_text(text, encoding="utf-8")
    return 0
