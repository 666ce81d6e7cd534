"""`make demo` in a terminal, as somebody at the keyboard meets it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import wcwidth

from bots.demo_terminal import format_growing, wrap_lines

ROOT = Path(__file__).parents[2]
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_DEAD_PROXIES = {
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "all_proxy": "socks5://127.0.0.1:9",
}
_CTRL_C = b"\x03"
_ROWS, _COLUMNS = 40, 80


class Keyboard:
    """A terminal with the demo in it."""

    def __init__(self, terminal: int, process: subprocess.Popen[bytes]) -> None:
        self._terminal = terminal
        self.process = process
        self.seen = ""

    def type(self, line: str) -> None:
        os.write(self._terminal, line.encode() + b"\r")

    def press(self, key: bytes) -> None:
        os.write(self._terminal, key)

    def read_until(self, text: str, seconds: float = 120) -> str:
        """Return all that was written until this was, without colours and the like."""
        end, begun = time.monotonic() + seconds, len(self.seen)
        while text not in self.seen[begun:]:
            assert time.monotonic() < end, f"no {text!r} in {self.seen[begun:]}"
            ready, _, _ = select.select([self._terminal], [], [], 0.2)
            if ready:
                self.seen += _ESCAPES.sub("", os.read(self._terminal, 65536).decode(errors="replace"))
        return self.seen[begun:]


@contextmanager
def demo_in_a_terminal(folder: Path, **extra: str) -> Generator[Keyboard]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "bots", "demo", "--terminal"],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **extra},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Keyboard(ours, process)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)
        os.close(ours)


def test_typing_is_possible_while_answers_grow(tmp_path: Path) -> None:
    with demo_in_a_terminal(tmp_path) as keyboard:
        keyboard.read_until("pack for a day in the mountains?")
        keyboard.type("quit smoking, how?")  # while the first answer grows, and no wish to leave
        keyboard.read_until("you  quit smoking, how?")
        keyboard.type("/stop")
        keyboard.read_until("you  /stop")
        keyboard.read_until("Stopped.")

        keyboard.type("sl /reasoning")
        keyboard.read_until("✓ Fold")
        keyboard.type("pick full")
        keyboard.read_until("you  [Full]")
        begun = time.monotonic()
        keyboard.read_until("✓ Full")
        assert time.monotonic() - begun < 60

        keyboard.type("help")
        keyboard.read_until("show this text")
        keyboard.type("tg one more")
        keyboard.read_until("you  one more")
        keyboard.type("quit")  # in mid-answer
        assert keyboard.process.wait(60) == 0
        assert "Traceback" not in keyboard.seen


def test_ctrl_c_ends_it_in_mid_answer_behind_a_dead_proxy(tmp_path: Path) -> None:
    with demo_in_a_terminal(tmp_path, **_DEAD_PROXIES) as keyboard:
        keyboard.read_until("asked:")
        keyboard.press(_CTRL_C)
        assert keyboard.process.wait(60) == 0
        assert "Traceback" not in keyboard.seen


@pytest.mark.parametrize("text", ["字" * 300, "word " * 80, "漢字 and words, " * 20, "👩‍🔬" * 60])
def test_no_line_is_wider_than_the_terminal(text: str) -> None:
    lines = wrap_lines(text)

    assert max(wcwidth.wcswidth(line) for line in lines) <= _COLUMNS
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_grows_elsewhere_has_the_name_of_its_place() -> None:
    lines = format_growing({"group": "one", "quiet": "", "direct": "two"}, place="direct")

    assert [line.strip("─ ") for line in lines] == ["two", "", "group", "one", ""]
