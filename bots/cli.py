"""The command line: `python -m bots run | check | demo | manifest | docs`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import structlog

from core.log import set_up_logging
from core.settings import Settings, SettingsError

_CANNOT_START = "The service cannot start"

_SDKS = ("telegram", "slack_bolt", "slack_sdk")
"""Loggers that write requests at INFO."""


def main() -> int:
    """Run the command that was asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bots", description="Wanjie Ark's models in Telegram and Slack.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start every platform whose token is set").set_defaults(run=_run)
    commands.add_parser("check", help="check the settings and the services behind them").set_defaults(run=_check)
    commands.add_parser("demo", help="try it with simulated services").set_defaults(run=_demo)
    commands.add_parser("manifest", help="print the manifest of the Slack app").set_defaults(run=_manifest)
    commands.add_parser("docs", help="write the generated documents").set_defaults(run=_docs)
    return parser.parse_args().run()


# Each command imports what it needs by itself: none should wait for, or break with, what another one uses.


def _run() -> int:
    try:
        settings = Settings()
    except SettingsError as error:
        return _refuse(error)
    from core.redis import DamagedDataError, EmbeddedRedisError, StoreAddressError

    from .app import run
    from .health import HealthPortError

    _set_up(settings)
    try:
        return asyncio.run(run(settings))
    except (StoreAddressError, EmbeddedRedisError, HealthPortError) as error:
        if settings.service.log_format == "json":
            structlog.get_logger().critical(_CANNOT_START, reasons=[str(error)])
        else:
            sys.stderr.write(f"{_CANNOT_START}: {error}\n")
        return 2 if isinstance(error, StoreAddressError | DamagedDataError) else 1


def _check() -> int:
    from .check import check, report_settings_problems

    try:
        settings = Settings()
    except SettingsError as error:
        return report_settings_problems(error.problems)
    set_up_logging(level="CRITICAL", json_lines=False, secrets=settings.list_secrets(), quiet=_SDKS)
    return check(settings)


def _set_up(settings: Settings) -> None:
    """Begin to log, first of all what was set in vain."""
    service = settings.service
    set_up_logging(
        level=service.log_level, json_lines=service.log_format == "json", secrets=settings.list_secrets(), quiet=_SDKS
    )
    for warning in settings.warnings:
        structlog.get_logger().warning(warning)


def _refuse(error: SettingsError) -> int:
    """Say why the service cannot start, in the form of its log."""
    if error.json_lines:
        set_up_logging(level="INFO", json_lines=True, secrets=[])
        structlog.get_logger().critical(_CANNOT_START, reasons=error.problems)
    else:
        sys.stderr.write(f"{_CANNOT_START}:\n" + "".join(f"  - {problem}\n" for problem in error.problems))
    return 2


def _demo() -> int:
    from .demo import demo

    try:
        return demo()
    except SettingsError as error:
        return _refuse(error)


def _manifest() -> int:
    from .docs_generator import generate_manifest

    sys.stdout.write(generate_manifest())
    return 0


def _docs() -> int:
    from .docs_generator import generate_documents

    for name, text in generate_documents().items():
        Path(name).write_text(text, encoding="utf-8")
    return 0
