"""What the documents name in code style exists: files, tests, settings, names in the code, metrics, commands."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from bots.settings import PLATFORM_AREAS
from core.chat.commands import find_command
from core.chat.text.typed_commands import is_chinese_name
from core.metrics import Metrics
from core.settings import list_areas, list_variables

from .markdown_documents import ROOT, Document, list_documents

HISTORY = ("CHANGELOG.md", "docs/adr/")
"""Documents that tell how things once were."""
DOCUMENTS = [document for document in list_documents() if not document.name.startswith(HISTORY)]
TO_BE_WRITTEN = frozenset({"core/chat/commands/ping.py"})
"""By those who follow the example."""
OF_USERS = frozenset(
    {
        "/invite",
        "/newbot",
        "/setprivacy",
        "/setinline",
        "/setinlinefeedback",
        "/ping",
        "/v1",
        "/healthz",
        "/readyz",
        "/metrics",
    }
)
"""Commands of Slack and of BotFather, the example, addresses."""
OF_OTHERS = frozenset(
    {"PIP_INDEX_URL", "UV_DEFAULT_INDEX", "SSL_CERT_FILE", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_TRACES_SAMPLER"}
)
"""Variables that other programs read."""
PATH = re.compile(
    r"[\w./-]+\.(?:py|md|toml|txt|yaml|yml|json|lua|sh|lock|example)|(?:core|bots|tests|docs|deploy)/[\w./-]*"
)
SETTING = re.compile(r"(_?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(=\S*)?")
IDENTIFIER = re.compile(r"(?:[A-Z][a-z]\w+|_?[a-z]+(?:_[a-z]+)+)(?:\.\w+)?(?=\(\)|\Z)")
CHAT_COMMAND = re.compile(r"([/!\uff01\uff0f][a-z\u4e00-\u9fff]+)(?: .*|\[.*)?")


@cache
def list_files() -> tuple[Path, ...]:
    return tuple(
        path
        for folder in ("core", "bots", "tests", "deploy", "docs")
        for path in (ROOT / folder).rglob("*")
        if "__pycache__" not in path.parts and path.is_file()
    )


@cache
def read_words() -> frozenset[str]:
    """List all words of the sources, and of the files for deployment."""
    places = [path for path in list_files() if path.suffix in {".py", ".yaml", ".toml", ".lua"}]
    texts = [path.read_text(encoding="utf-8") for path in (*places, ROOT / "Dockerfile", ROOT / "pyproject.toml")]
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


@cache
def list_settings() -> frozenset[str]:
    return frozenset(variable.name for _, area in list_areas(PLATFORM_AREAS) for variable in list_variables(area))


@cache
def list_metrics() -> frozenset[str]:
    suffixes = ("", "_total", "_info", "_bucket", "_count", "_sum")
    return frozenset(family.name + suffix for family in Metrics().registry.collect() for suffix in suffixes)


def find_files(document: Document, name: str) -> list[Path]:
    """The file that the document names, or all whose path ends so where it names the end alone."""
    found = document.find(name)
    return [found] if found else [path for path in list_files() if path.as_posix().endswith("/" + name)]


def is_defined(document: Document, file: str, test: str) -> bool:
    """Tell whether the file, or any where it is left out, has the test."""
    files = find_files(document, file) if file.endswith(".py") else list_files()
    return any(f"def {test}(" in path.read_text(encoding="utf-8") for path in files if path.suffix == ".py")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_path_exists(document: Document) -> None:
    named = {span for span in document.code if PATH.fullmatch(span)} - TO_BE_WRITTEN

    assert [name for name in sorted(named) if not find_files(document, name)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_test_exists(document: Document) -> None:
    named = [span for span in document.code if "::test_" in span]

    assert [name for name in named if not is_defined(document, *name.split("::"))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_setting_and_constant_exists(document: Document) -> None:
    blocks = [line for language, text in document.blocks if language == "dotenv" for line in text.splitlines()]
    named = {match[1] for span in document.code + blocks if (match := SETTING.fullmatch(span))}

    assert named - list_settings() - OF_OTHERS - read_words() == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_setting_is_written_as_it_is_read(document: Document) -> None:
    """A word that is assigned a value is a setting, even where the sources have a name like it."""
    assigned = {match[1] for span in document.code if (match := SETTING.fullmatch(span)) and match[2]}

    assert assigned - list_settings() == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_name_of_the_code_exists(document: Document) -> None:
    spans = [span for span in document.code if not PATH.fullmatch(span) and not span.startswith("process_")]
    named = {match[0] for span in spans if (match := IDENTIFIER.fullmatch(span))} - list_metrics()
    unknown = {name for name in named if not set(name.split(".")) <= read_words()}

    assert unknown == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_metric_exists(document: Document) -> None:
    named = {name for span in document.code for name in re.findall(r"(?<![\w-])bots_\w+", span)}

    assert named - list_metrics() == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_command_in_a_chat_exists(document: Document) -> None:
    named = {match[1] for span in document.code if (match := CHAT_COMMAND.fullmatch(span))} - OF_USERS
    unknown = {name for name in named if not find_command(name[1:]) and not is_chinese_name(name[1:])}

    assert {name.replace("/wj-", "/") for name in unknown} - {"/wanjie"} == set()


def list_definitions(path: Path) -> set[str]:
    """Names that a module defines: functions, classes, and members of classes as `Class.member`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
            members = node.body if isinstance(node, ast.ClassDef) else []
            found |= {f"{node.name}.{getattr(member, 'name', '')}" for member in members}
    return found


def test_every_hop_of_a_message_is_in_the_file_that_is_named_for_it() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    after = re.findall(r"`([\w/]+\.py)`(?:, `[\w/.]+`)*:\s+`([A-Z]\w+(?:\.\w+)?|[a-z_]+)`", text)
    before = [(path, name) for name, path in re.findall(r"`([\w.]+)`\s+\(`([\w/]+\.py)`\)", text)]

    assert len(after + before) > 20
    for path, name in after + before:
        [file] = [found for found in list_files() if found.as_posix().endswith("/" + path)]
        assert name in list_definitions(file), f"{path}: {name}"
