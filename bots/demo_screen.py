"""The screen of `make demo`: a terminal with an input line, or a pipe."""

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
_MAX_LINE_WIDTH = 100
_RESERVED_ROWS = 6


class Screen(Protocol):
    """Shows answers while they grow and when they are complete."""

    def show_progress(self, place: str, text: str) -> None:
        """Show the current text of the answer in `place`."""
        ...

    def show_final(self, place: str, text: str, remarks: Sequence[str]) -> None:
        """Show the final text of the answer in `place`, with remarks."""
        ...


class PipeScreen:
    """Output to a pipe or file: shows only the length of a growing answer."""

    def __init__(self) -> None:
        self._started_at: dict[str, float] = {}

    def show_progress(self, place: str, text: str) -> None:
        started_at = self._started_at.setdefault(place, time.monotonic())
        write(f"{DIM}  {time.monotonic() - started_at:5.1f} s  {len(text):5d} characters{PLAIN}")

    def show_final(self, place: str, text: str, remarks: Sequence[str]) -> None:
        self._started_at.pop(place, None)
        write_final(text, remarks)


class TerminalScreen:
    """A terminal with an input line; above it are the growing answers, and above those the complete ones."""

    def __init__(self) -> None:
        self._growing: dict[str, str] = {}
        output = create_output()
        if isinstance(output, Vt100_Output):
            output.enable_cpr = False  # otherwise prompt_toolkit warns when a terminal does not answer its query
        self._session = PromptSession[str](self._build_prompt, erase_when_done=True, output=output)

    def show_progress(self, place: str, text: str) -> None:
        self._growing[place] = text
        self._session.app.invalidate()

    def show_final(self, place: str, text: str, remarks: Sequence[str]) -> None:
        self._growing.pop(place, None)
        write_final(text, remarks)
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
        growing = [line for text in self._growing.values() for line in [*wrap_lines(text), ""]]
        return [("", "".join(f"{line}\n" for line in growing[-rows:])), ("bold", "> ")]


def wrap_lines(text: str) -> list[str]:
    """Wrap a text to the width of the terminal, where a Chinese character takes two columns."""
    width = min(shutil.get_terminal_size().columns, _MAX_LINE_WIDTH) - 4
    return ["  " + part for line in text.splitlines() for part in wcwidth.wrap(line, width) or [""]]


def write_final(text: str, remarks: Sequence[str]) -> None:
    """Write a complete answer with remarks."""
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
