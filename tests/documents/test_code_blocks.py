"""Code blocks of the documents can be read by what they are for, and their commands exist."""

import json
import re
import subprocess
import tomllib
from collections.abc import Callable

import pytest
import yaml

from bots.cli import parse_arguments

from .markdown_documents import ROOT, Document, list_documents
from .shell_commands import ShellCommand, split_commands

DOCUMENTS = list_documents()
PROGRAMS = frozenset(
    {"apt", "docker", "echo", "git", "grep", "install", "journalctl", "kubectl", "make"}
    | {"openssl", "pipx", "python", "sudo", "systemctl", "tar", "uvx", "wanjie-bots"}
)
"""What documents may run."""
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
BENCHMARKS = "".join(path.read_text("utf-8") for path in sorted((ROOT / "tests/benchmarks").glob("*.py")))
[COMPOSE] = yaml.safe_load_all((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))


def check_shell(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text, text=True, check=True, capture_output=True)  # noqa: S607 - any bash


def check_settings(text: str) -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*=\S.*", line) for line in text.splitlines())


READERS: dict[str, Callable[[str], object]] = {
    "sh": check_shell,
    "dotenv": check_settings,
    "python": lambda text: compile(text, "block", "exec"),
    "yaml": yaml.safe_load,
    "json": json.loads,
    "toml": tomllib.loads,
    "text": str,
    "mermaid": str,
}
"""What reads a block, by its language; a picture in letters and a diagram are for people's eyes."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_block_has_a_language_and_can_be_read(document: Document) -> None:
    for language, text in document.blocks:
        assert language in READERS, text
        READERS[language](text)


def list_commands(document: Document) -> list[ShellCommand]:
    """List the commands of the document's blocks, and those that stand within its sentences."""
    blocks = [text for language, text in document.blocks if language == "sh"]
    inline = [span for span in document.code if " " in span and span.split()[0].rpartition("/")[2] in PROGRAMS]
    return [command for text in blocks + inline for command in split_commands(text)]


def check_make(targets: list[str]) -> None:
    for target in targets:
        assert re.search(rf"^{re.escape(target)}:", MAKEFILE, re.MULTILINE), f"make {target}"


def check_bots(words: list[str]) -> None:
    if words != ["--version"]:
        parse_arguments(words)


def check_benchmarks(words: list[str]) -> None:
    for word in words:
        named = re.fullmatch(r"load-(\d+)", word)
        assert (
            word == "NAME"
            or re.fullmatch(r"[\d.]+|\w+\.json|charts", word)
            or f'"{word}"' in BENCHMARKS
            or (named and f"chats={named[1]}," in BENCHMARKS)
        ), word


def check_pytest(words: list[str]) -> None:
    assert [word for word in words if "/" in word and not (ROOT / word.partition("::")[0]).exists()] == []


def check_compose(words: list[str]) -> None:
    named = [word for word in words if not word.startswith(("-", "../"))]
    match named:
        case ["exec" | "run" | "logs", service, *_]:
            assert service in COMPOSE["services"]
        case ["stop" | "start", *services]:
            assert set(services) <= COMPOSE["services"].keys()
        case [action, *_]:
            assert action in {"build", "up"}
        case _:
            pass


def check_install(command: ShellCommand) -> None:
    match command.words:
        case ("install", "-m", _, source, _):
            assert (ROOT / command.folder / source).exists(), source
        case _:
            assert command.words[:2] == ("install", "-d")


def check_command(command: ShellCommand) -> None:
    words = list(command.words)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        del words[0]
    program = words[0].rpartition("/")[2]
    assert program in PROGRAMS, words
    modules: dict[str, Callable[[list[str]], None]] = {
        "bots": check_bots,
        "tests.benchmarks": check_benchmarks,
        "tests.benchmarks.charts": check_benchmarks,
        "pytest": check_pytest,
    }
    if "-m" in words and program not in {"install", "make"}:
        place = words.index("-m") + 1
        modules[words[place]](words[place + 1 :])
    if program == "make":
        check_make(words[1:])
    elif program == "wanjie-bots":
        check_bots(words[1:])
    elif words[:2] == ["docker", "compose"]:
        check_compose(words[2:])
    elif program == "install":
        check_install(command)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_command_exists_with_its_options(document: Document) -> None:
    for command in list_commands(document):
        check_command(command)


@pytest.mark.parametrize(
    "command",
    [
        "make tea",
        "python -m bots chekc",
        "docker compose exec bots python -m bots check --fast",
        "wanjie-bots dead drop",
        "cd deploy && install -m 600 .env.example .env",
        "python -m tests.benchmarks tea",
        "docker compose logs -f bot",
        "rnu it",
    ],
)
def test_a_command_that_does_not_exist_is_found(command: str) -> None:
    *_, last = split_commands(command)

    with pytest.raises((AssertionError, SystemExit)):
        check_command(last)
