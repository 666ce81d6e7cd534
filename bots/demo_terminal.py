"""The screen of `make demo`: a terminal with an input line, or a pipe."""

from __future__ import annotations

import shutil
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence

import wcwidth
from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.output import create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.patch_stdout import patch_stdout

DIM, BOLD, PLAIN = "\033[2m", "\033[1m", "\033[0m"
_MAX_LINE_WIDTH = 100
_RESERVED_ROWS = 6


class Screen(ABC):
    """Shows questions, and answers while they grow and when they are complete, each under the name of its place."""

    def __init__(self) -> None:
        self._place = ""
        """Where the last lines that were written come from."""

    def show_note(self, text: str) -> None:
        """Show a text that is of no place."""
        self._place = ""
        write(text + "\n")

    def show_question(self, place: str, who: str, text: str) -> None:
        """Show a message of a user in `place`."""
        self._move_to(place)
        write(f"{BOLD}{who}{PLAIN}{_indent(text, len(who) + 2)[len(who) :]}")

    @abstractmethod
    def show_progress(self, place: str, text: str) -> None:
        """Show the current text of what grows in `place`; "" when nothing does."""

    def show_final(self, place: str, text: str, remarks: Sequence[str], *, growing: str) -> None:
        """Show a text that is complete, with remarks, and what still grows in `place`."""
        self._move_to(place)
        write_final(text, remarks)
        self.show_progress(place, growing)

    def _move_to(self, place: str) -> None:
        if place != self._place:
            write(f"{DIM}{_format_heading(place)}{PLAIN}")
        self._place = place


class PipeScreen(Screen):
    """Output to a pipe or file: shows only the length of a growing answer."""

    def __init__(self) -> None:
        super().__init__()
        self._started_at: dict[str, float] = {}

    def show_progress(self, place: str, text: str) -> None:
        if not text:
            self._started_at.pop(place, None)
            return
        started_at = self._started_at.setdefault(place, time.monotonic())
        write(f"{DIM}  {time.monotonic() - started_at:5.1f} s  {len(text):5d} characters{PLAIN}")


class TerminalScreen(Screen):
    """A terminal with an input line; above it are the growing answers, and above those the complete ones."""

    def __init__(self) -> None:
        super().__init__()
        self._growing: dict[str, str] = {}
        output = create_output()
        if isinstance(output, Vt100_Output):
            output.enable_cpr = False  # otherwise prompt_toolkit warns when a terminal does not answer its query
        self._session = PromptSession[str](self._build_prompt, erase_when_done=True, output=output)

    def show_progress(self, place: str, text: str) -> None:
        self._growing[place] = text
        self._session.app.invalidate()

    async def read_lines(self) -> AsyncGenerator[str]:
        """Yield the typed lines until Ctrl-D or Ctrl-C. Output appears above the input line."""
        with patch_stdout(raw=True):
            while True:
                try:
                    line = await self._session.prompt_async()
                except (EOFError, KeyboardInterrupt):
                    return
                yield line

    def _build_prompt(self) -> StyleAndTextTuples:
        rows = max(shutil.get_terminal_size().lines - _RESERVED_ROWS, _RESERVED_ROWS)
        growing = format_growing(self._growing, self._place)
        return [("", "".join(f"{line}\n" for line in growing[-rows:])), ("bold", "> ")]


def format_growing(texts: Mapping[str, str], place: str) -> list[str]:
    """List the lines of what grows in each place, first in `place`, which stands above and needs no heading."""
    lines = list[str]()
    for one in sorted(filter(texts.get, texts), key=lambda one: one != place):
        lines += [*([] if one == place else [_format_heading(one)]), *wrap_lines(texts[one]), ""]
    return lines


def wrap_lines(text: str, indent: int = 2) -> list[str]:
    """Wrap a text to the width of the terminal, where a Chinese character takes two columns."""
    width = min(shutil.get_terminal_size().columns, _MAX_LINE_WIDTH) - 2 - indent
    parts = (part for line in text.splitlines() for part in wcwidth.wrap(line, width) or [""])
    return [(" " * indent + part).rstrip() for part in parts]


def write_final(text: str, remarks: Sequence[str]) -> None:
    """Write a complete answer with remarks."""
    dimmed = [f"{DIM} {line}{PLAIN}" for remark in remarks for line in wrap_lines(remark)]
    write("\n".join([*wrap_lines(text), *dimmed]) + "\n")


def write(text: str) -> None:
    """Write to the terminal, or without styles to a pipe."""
    if not sys.stdout.isatty():
        for style in (DIM, BOLD, PLAIN):
            text = text.replace(style, "")
    print(text, flush=True)  # noqa: T201 - a terminal program


def _format_heading(place: str) -> str:
    return f"── {place} {'─' * max(4, 60 - len(place))}"


def _indent(text: str, indent: int) -> str:
    return "\n".join(wrap_lines(text, indent))
