"""The command line: `python -m bots run`, `check`, `dead` and so on, installed as `wanjie-bots`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from core.log import log_uncaught_errors, set_up_logging
from core.settings import Settings, SettingsError, load_area

from . import __version__
from .hidden_modules import UNUSED_MODULES, hide_modules
from .settings import load_settings

_CANNOT_START = "The service cannot start"

_SDK_LOGGERS = ("telegram", "slack_bolt", "slack_sdk")
"""Loggers that log every request at level INFO."""


def main() -> int:
    """Run the command of the command line; return the exit status."""
    arguments = parse_arguments(sys.argv[1:])
    return arguments.run(arguments)


def parse_arguments(words: Sequence[str]) -> argparse.Namespace:
    """Parse what follows the program's name; `run` is what its command does. Raises `SystemExit`, as argparse does."""
    parser, dead = _build_parser()
    arguments = parser.parse_args(words)
    if arguments.command == "dead" and arguments.action != "list" and bool(arguments.ids) == arguments.all:
        dead.error("name messages by their ids, or --all")
    return arguments


def _build_parser() -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """Build the parser of the command line, and that of `dead` in it."""
    parser = argparse.ArgumentParser(prog="python -m bots", description="Wanjie Ark's models in Telegram and Slack.")
    parser.add_argument("--version", action="version", version=f"Wanjie Bots {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start every platform whose token is set").set_defaults(run=_run_service)
    commands.add_parser("check", help="check the settings and the services behind them").set_defaults(run=_run_check)
    dead = commands.add_parser("dead", help="list, show, retry or drop the messages that were given up")
    dead.add_argument("action", choices=["list", "show", "retry", "drop"])
    dead.add_argument("ids", nargs="*", help="the messages, by their ids in the list")
    dead.add_argument("--all", action="store_true", help="all messages")
    dead.set_defaults(run=_run_dead_letters)
    audit = commands.add_parser("audit", help="list who changed what about who may use the bot")
    audit.add_argument("--json", action="store_true", help="one JSON object a line")
    audit.set_defaults(run=_run_audit)
    demo = commands.add_parser("demo", help="try it with simulated services, in a browser or in the terminal")
    demo.add_argument("--terminal", action="store_true", help="in the terminal, also where a page could be shown")
    demo.set_defaults(run=_run_demo)
    manifest = commands.add_parser("manifest", help="print the manifest of the Slack app")
    manifest.add_argument("--no-agent", action="store_true", help="for an app that is no agent")
    manifest.set_defaults(run=_print_manifest)
    commands.add_parser("docs", help="write the generated documents").set_defaults(run=_write_docs)
    return parser, dead


# Each command imports its own modules, so that it does not load, or fail on, those of another.


def _run_service(_: argparse.Namespace) -> int:
    try:
        settings = load_settings()
    except SettingsError as error:
        return _report_settings_error(error)
    with hide_modules(*UNUSED_MODULES):
        from core.redis import DamagedDataError, EmbeddedRedisError, StoreAddressError

        from .http_port import HttpPortError
        from .run_service import run

    _start_logging(settings)
    try:
        return asyncio.run(run(settings))
    except (StoreAddressError, EmbeddedRedisError, HttpPortError) as error:
        if settings.service.log_format == "json":
            structlog.get_logger().critical(_CANNOT_START, reasons=[str(error)])
        else:
            sys.stderr.write(f"{_CANNOT_START}: {error}\n")
        return 2 if isinstance(error, StoreAddressError | DamagedDataError) else 1


def _run_check(_: argparse.Namespace) -> int:
    from .check_command import check, report_settings_problems

    try:
        settings = load_settings()
    except SettingsError as error:
        return report_settings_problems(error.problems)
    log_uncaught_errors()
    set_up_logging(level="CRITICAL", json_lines=False, secrets=settings.list_secrets(), quiet=_SDK_LOGGERS)
    return check(settings)


def _run_dead_letters(arguments: argparse.Namespace) -> int:
    from .dead_letters_command import run_dead_letters

    return _run_on_settings(lambda settings: run_dead_letters(settings, arguments.action, arguments.ids))


def _run_audit(arguments: argparse.Namespace) -> int:
    from .audit_command import list_audit

    return _run_on_settings(lambda settings: list_audit(settings, as_json=arguments.json))


def _run_on_settings(run: Callable[[Settings], int]) -> int:
    """Run a command that writes to the terminal; only errors are logged."""
    try:
        settings = load_settings()
    except SettingsError as error:
        return _report_settings_error(error)
    log_uncaught_errors()
    set_up_logging(level="ERROR", json_lines=False, secrets=settings.list_secrets(), quiet=_SDK_LOGGERS)
    return run(settings)


def _start_logging(settings: Settings) -> None:
    """Configure the log, and log the warnings about the settings."""
    service = settings.service
    log_uncaught_errors()
    set_up_logging(
        level=service.log_level,
        json_lines=service.log_format == "json",
        secrets=settings.list_secrets(),
        quiet=_SDK_LOGGERS,
    )
    for warning in settings.warnings:
        structlog.get_logger().warning(warning)


def _report_settings_error(error: SettingsError) -> int:
    """Report why the service cannot start, in the format of its log."""
    if error.json_lines:
        set_up_logging(level="INFO", json_lines=True, secrets=[])
        structlog.get_logger().critical(_CANNOT_START, reasons=error.problems)
    else:
        sys.stderr.write(f"{_CANNOT_START}:\n" + "".join(f"  - {problem}\n" for problem in error.problems))
    return 2


def _run_demo(arguments: argparse.Namespace) -> int:
    from .demo import demo
    from .demo_page.run import serve_page

    try:
        # Without somebody at a terminal, the scene is played to its end.
        return demo() if arguments.terminal or not sys.stdout.isatty() else serve_page()
    except SettingsError as error:
        return _report_settings_error(error)


def _print_manifest(arguments: argparse.Namespace) -> int:
    from .docs_generator import generate_manifest
    from .slack.settings import SlackAppSettings

    try:
        settings = load_area(SlackAppSettings)
    except SettingsError as error:
        return _report_settings_error(error)
    url = settings.request_url if settings.mode == "http" else ""
    agent = not arguments.no_agent
    sys.stdout.write(generate_manifest(url, settings.command_prefix, settings.redirect_url, agent=agent))
    return 0


def _write_docs(_: argparse.Namespace) -> int:
    from .docs_generator import generate_documents

    for name, text in generate_documents().items():
        Path(name).write_text(text, encoding="utf-8")
    return 0
