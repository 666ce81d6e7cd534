"""Where `make demo` shows what grows: a terminal with a line to type in, or a pipe."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

import wcwidth
from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.output import create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.patch_stdout import patch_stdout

DIM, BOLD, PLAIN = "\033[2m", "\033[1m", "\033[0m"
_LONGEST_LINE = 100
_ROWS_BESIDE = 6


class Screen(Protocol):
    """Shows answers while they grow and when they have ended."""

    def show_progress(self, place: str, text: str) -> None:
        """Show how the answer in that place reads now."""
        ...

    def show_final(self, place: str, text: str, remarks: Sequence[str]) -> None:
        """Show how the answer in that place reads for good, and remarks on it."""
        ...


class PipeScreen:
    """A screen that is no terminal: it shows how long an answer is while it grows."""

    def __init__(self) -> None:
        self._begun: dict[str, float] = {}

    def show_progress(self, place: str, text: str) -> None:
        begun = self._begun.setdefault(place, time.monotonic())
        write(f"{DIM}  {time.monotonic() - begun:5.1f} s  {len(text):5d} characters{PLAIN}")

    def show_final(self, place: str, text: str, remarks: Sequence[str]) -> None:
        self._begun.pop(place, None)
        write_final(text, remarks)


class TerminalScreen:
    """A line to type in, at any time; above it grows what has not ended, and above that stands what has."""

    def __init__(self) -> None:
        self._growing: dict[str, str] = {}
        output = create_output()
        if isinstance(output, Vt100_Output):
            output.enable_cpr = False  # a terminal that does not answer the question would be complained about
        self._session = PromptSession[str](self._prompt, erase_when_done=True, output=output)

    def show_progress(self, place: str, text: str) -> None:
        self._growing[place] = text
        self._session.app.invalidate()

    def show_final(self, place: str, text: str, remarks: Sequence[str]) -> None:
        self._growing.pop(place, None)
        write_final(text, remarks)
        self._session.app.invalidate()

    async def read_lines(self) -> AsyncGenerator[str]:
        """Yield what is typed, until Ctrl-D or Ctrl-C. What is written meanwhile stands above the line."""
        with patch_stdout(raw=True):
            while True:
                try:
                    line = await self._session.prompt_async()
                except (EOFError, KeyboardInterrupt):
                    return
                yield line

    def _prompt(self) -> StyleAndTextTuples:
        rows = max(shutil.get_terminal_size().lines - _ROWS_BESIDE, _ROWS_BESIDE)
        growing = [line for text in self._growing.values() for line in [*wrap_lines(text), ""]]
        return [("", "".join(f"{line}\n" for line in growing[-rows:])), ("bold", "> ")]


def wrap_lines(text: str) -> list[str]:
    """Break a text into lines as wide as the terminal, where a Chinese letter takes two columns."""
    width = min(shutil.get_terminal_size().columns, _LONGEST_LINE) - 4
    return ["  " + part for line in text.splitlines() for part in wcwidth.wrap(line, width) or [""]]


def write_final(text: str, remarks: Sequence[str]) -> None:
    """Write an answer that has ended, and remarks on it."""
    lines = wrap_lines(text) + [line for remark in remarks for line in wrap_lines(remark)]
    write(
        "\n".join(
            [*lines[: len(wrap_lines(text))], *(f"{DIM} {line}{PLAIN}" for line in lines[len(wrap_lines(text)) :])]
        )
        + "\n"
    )


def write(text: str) -> None:
    """Write to the terminal, or without styles to a pipe."""
    if not sys.stdout.isatty():
        for style in (DIM, BOLD, PLAIN):
            text = text.replace(style, "")
    print(text, flush=True)  # noqa: T201 - a terminal program
