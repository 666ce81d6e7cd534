"""What the repository says about itself, held against the code."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bots import __version__
from bots.docs_generator import generate_documents
from core.metrics import Metrics

ROOT = Path(__file__).parents[1]
SOURCES = [*sorted((ROOT / "core").rglob("*.py")), *sorted((ROOT / "bots").rglob("*.py"))]
GENERATED = generate_documents()


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_document_agrees_with_the_code(name: str) -> None:
    assert GENERATED[name] == (ROOT / name).read_text(encoding="utf-8"), "run `make docs`"


def test_the_changelog_knows_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(r"^## \[Unreleased\]$", changelog, re.MULTILINE)
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert not released or released[0] == __version__


def print_release_notes(*options: str) -> "subprocess.CompletedProcess[str]":
    make = shutil.which("make")
    assert make is not None
    return subprocess.run(  # noqa: S603 - the Makefile's own target
        [make, "--no-print-directory", "release-notes", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_release_notes_are_the_section_of_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *older = re.split(r"^## .*\n", changelog, flags=re.MULTILINE)[1:]
    notes, unknown = print_release_notes("VERSION=Unreleased"), print_release_notes("VERSION=0.0")

    assert notes.stdout == first
    assert notes.returncode == 0
    assert "CHANGELOG.md has no version 0.0" in unknown.stderr
    assert unknown.returncode
    assert not older or print_release_notes().stdout == older[0]


def test_the_list_of_metrics_agrees_with_the_registry() -> None:
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(bots_\w+)` \| (\w+) \| (.+) \|$", text, re.MULTILINE)
    suffixes = {"counter": "_total", "info": "_info"}
    measured = [
        (family.name + suffixes.get(family.type, ""), family.type, family.documentation)
        for family in Metrics().registry.collect()
        if family.name.startswith("bots_")
    ]

    assert listed == measured


def test_the_slack_manifest_declares_what_the_bot_needs() -> None:
    manifest = yaml.safe_load(GENERATED["deploy/slack-manifest.yaml"])

    assert manifest["settings"]["socket_mode_enabled"]
    assert {f"/{name}" for name in ("model", "help", "stop")} <= {
        command["command"] for command in manifest["features"]["slash_commands"]
    }
    assert "chat:write" in manifest["oauth_config"]["scopes"]["bot"]


@pytest.mark.parametrize(("target", "developers"), [("demo", False), ("run", False), ("test", True), ("check", True)])
def test_the_tools_of_developers_are_installed_for_developers_alone(target: str, *, developers: bool) -> None:
    make = shutil.which("make")
    assert make is not None
    planned = subprocess.run([make, "-nB", target], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the Makefile's own target

    assert ("--no-dev" in planned) is not developers
    assert 'echo "Installing' in planned


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_figures_of_the_readme_are_those_that_were_measured(name: str) -> None:
    promises = (ROOT / name).read_text(encoding="utf-8").split("\n## ")[2]
    measured = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    figures = re.findall(r"\d+[.,]\d+", promises)

    assert len(figures) >= 4
    assert [figure for figure in figures if figure not in measured] == []


def test_the_map_shows_every_room() -> None:
    tree = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("```text")[2].partition("```")[0]
    rooms = {
        path.parent for path in SOURCES if path.parent.parent in {ROOT / "core", ROOT / "core/chat", ROOT / "bots"}
    }

    assert len(rooms) > 10
    assert [room.name for room in sorted(rooms) if f" {room.name}/" not in tree] == []
    assert set(re.findall(r"\b\w+\.py\b", tree)) - {path.name for path in SOURCES} == set()


BROAD_NETS = {
    "core/chat/bot.py",
    "core/chat/delivery/close_failed_pages.py",
    "core/chat/events/message_pieces/collect_and_restart.py",
    "core/chat/events/receiver.py",
    "bots/slack/events/acknowledger.py",
}
"""Where one event is handled or let in, and where the messages of an answer that failed are closed."""


def broken_rules(path: Path) -> Iterator[str]:
    text, place = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    if text.count("\n") > 320:
        yield f"{place}: a file of over 300 lines is two ideas"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60:
            yield f"{place}: {node.name} has over 60 lines: it does several things"
    if re.search(r"\b(TODO|FIXME|XXX)\b", text):
        yield f"{place}: nothing is left for later"
    if re.search(r"except Exception\b|except:", text):
        yield f"{place}: what nobody foresaw is for `UnexpectedErrors`"
    if "with UnexpectedErrors()" in text and place not in BROAD_NETS:
        yield f"{place}: `UnexpectedErrors` stands around one event or its answer, and nowhere else"


def test_every_module_keeps_the_rules() -> None:
    assert len(SOURCES) > 400
    assert [broken for path in SOURCES for broken in broken_rules(path)] == []


def test_no_test_borrows_from_another_test_s_module() -> None:
    """What several tests use stands in a module of its own, such as `button_steps.py`."""
    found = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(r"^\s*(from|import) (tests[\w.]*|)\.test_\w+", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert found == []


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs/adr").glob("*.md"))]

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
