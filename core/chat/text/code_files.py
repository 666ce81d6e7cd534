# ruff: noqa: RUF001 - the colon of Chinese text is meant
"""The code blocks of an answer as files; pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pyromark import Markdown

from .code_fences import is_fence_possible

_LANGUAGES = """
bash=sh batch=bat c#=cs c++=cpp clojure=clj console=sh csharp=cs cmd=bat elixir=ex erlang=erl f#=fs fortran=f90
fsharp=fs golang=go haskell=hs javascript=js julia=jl jupyter=ipynb kotlin=kt latex=tex markdown=md matlab=m mermaid=mmd
node=js objective-c=m objectivec=m ocaml=ml pascal=pas perl=pl plaintext=txt powershell=ps1 prolog=pl protobuf=proto
pwsh=ps1 python=py python3=py ruby=rb rust=rs shell=sh shellsession=sh solidity=sol terraform=tf text=txt typescript=ts
vb.net=vb verilog=v vhdl=vhd visualbasic=vb yml=yaml zsh=sh
"""
_EXTENSION_BY_LANGUAGE = {name: extension for name, _, extension in (one.partition("=") for one in _LANGUAGES.split())}
"""The extensions of languages that are called otherwise."""
_OTHER_EXTENSIONS = """
asm astro awk c cc cfg cmake conf css csv cu cxx dart diff dockerfile env gradle graphql groovy h hcl hpp html http ini
java json json5 jsonl jsx kts less log lua mjs nginx nim patch php plist po prisma properties py pyi qml r rst sass
scala scss sql svelte svg swift tcl toml tsv tsx vim vue wat xml yaml zig
"""
_EXTENSIONS = frozenset(_OTHER_EXTENSIONS.split()) | frozenset(_EXTENSION_BY_LANGUAGE.values())
_NAMES = frozenset({"dockerfile", "makefile", "gemfile", "procfile", "jenkinsfile", "rakefile", "vagrantfile"})
"""Files that have no extension, in lower case."""
_PATH = r"(?:[\w.@-]+/)*[\w.@-]+"
_IN_INFO = re.compile(rf"""(?:(?:title|file|filename|name)=["']?|[:\s])(?P<path>{_PATH})["']?\s*\Z""")
_ABOVE = re.compile(rf"(?:`|\*\*|#\s+)(?P<path>{_PATH})(?:`|\*\*)?(?:\*\*)?\s*[:：]?(?:\*\*)?\s*\Z")
_IN_COMMENT = re.compile(rf"\s*(?:#|//|--|/\*|<!--|;|%)\s*(?P<path>{_PATH})\s*(?:\*/|-->)?\s*\Z")
_LONG_LINES, _LONG_CHARACTERS = 15, 800
_MIN_LINES = 5
"""Shorter blocks are examples and single commands; they count only where there is nothing else."""
_MAX_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file to be made of a code block."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class _Block:
    info: str
    above: str
    """The line above it."""
    code: str

    @property
    def lines(self) -> int:
        return self.code.count("\n")


def has_long_code(markdown: str) -> bool:
    """Whether an answer has code that one would rather have as a file."""
    return any(block.lines >= _LONG_LINES or len(block.code) >= _LONG_CHARACTERS for block in _find_blocks(markdown))


def find_code_files(markdown: str) -> tuple[CodeFile, ...]:
    """Return the code of an answer as files, in order, each with a name of its own."""
    blocks = list(_find_blocks(markdown))
    chosen = [block for block in blocks if block.lines >= _MIN_LINES] or blocks
    used = set[str]()
    files: list[CodeFile] = []
    for block in chosen:
        name = _find_name(block) or f"code.{_find_extension(block.info)}"
        name = next(free for count in itertools.count(1) if (free := _number(name, count)).lower() not in used)
        used.add(name.lower())
        files.append(CodeFile(name, block.code))
    return tuple(files)


def _find_blocks(markdown: str) -> Iterator[_Block]:
    if not is_fence_possible(markdown):
        return
    source, block, start, code = markdown.encode(errors="replace"), None, 0, ""
    for event, where in Markdown().events_with_range(source.decode()):
        match event:
            case {"Start": {"CodeBlock": {"Fenced": str(info)}}}:
                block, start, code = info, where["start"], ""
            case {"Text": str(text)} if block is not None:
                code += text
            case {"End": "CodeBlock"} if block is not None:
                if code.strip():
                    yield _Block(block, _read_line_above(source, start), code if code.endswith("\n") else code + "\n")
                block = None
            case _:
                pass


def _read_line_above(source: bytes, start: int) -> str:
    return source[:start].decode().rstrip(" \t\n>").rpartition("\n")[2].strip()


def _find_name(block: _Block) -> str:
    first = block.code.partition("\n")[0]
    places = (_IN_INFO.search(block.info), _ABOVE.search(block.above), _IN_COMMENT.match(first))
    names = (PurePosixPath(found["path"]).name[-_MAX_NAME_LENGTH:].lstrip(".") for found in places if found)
    return next((name for name in names if _is_file_name(name)), "")


def _is_file_name(name: str) -> bool:
    stem, dot, extension = name.rpartition(".")
    return name.lower() in _NAMES or bool(stem and dot and extension.lower() in _EXTENSIONS)


def _find_extension(info: str) -> str:
    language = re.split(r"[\s:{,]", info.strip(), maxsplit=1)[0].lower()
    extension = _EXTENSION_BY_LANGUAGE.get(language, language)
    return extension if extension in _EXTENSIONS else "txt"


def _number(name: str, count: int) -> str:
    """Return a name for the `count`-th file that would have this one."""
    if count == 1:
        return name
    stem, dot, extension = name.rpartition(".")
    return f"{stem}-{count}.{extension}" if dot else f"{name}-{count}"
