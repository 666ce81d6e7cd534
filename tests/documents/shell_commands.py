"""The commands of a shell block, taken apart as far as checking them needs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

_ENDS = {"&&", "||", ";", "|", "\n"}
_CHECKOUT = "/opt/wanjie-bots"
"""Where the documents put the repository on a server."""
_PLACEHOLDER = re.compile(r"<[^>\n]*>|\[[^]\n]*\]|…")


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """One command: its words, and the folder of the repository in which it runs."""

    words: tuple[str, ...]
    folder: PurePosixPath


def split_commands(text: str) -> Iterator[ShellCommand]:
    """Split shell text at its operators; placeholders, `sudo`, comments and redirections are left out."""
    folder = PurePosixPath()
    for line in text.splitlines():
        for words in _split_line(line):
            if words[0] == "cd":
                folder = PurePosixPath() if words[1] == _CHECKOUT else folder / words[1]
            else:
                yield ShellCommand(tuple(words), folder)


def _split_line(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(_PLACEHOLDER.sub("", line), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, "\n"]:
        if word not in _ENDS:
            words.append(word)
        elif words:
            yield words[1:] if words[0] == "sudo" else words
            words = []
