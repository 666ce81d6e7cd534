"""`make demo`: the real service among simulated platforms, in the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from bots.sandbox.seats import Seat
from bots.sandbox.stage import NotStartedError, Stage
from bots.sandbox.view import View
from core.settings import real_wanjie

_DIM, _BOLD, _PLAIN = "\033[2m", "\033[1m", "\033[0m"
_QUIET_AFTER = 3.5
"""Seconds without a change after which an answer has come to its end."""
_HELP = """\
Type as a user and watch the replies grow. Commands work as in the real chats: /help, /model, /imagine …
  tg text     write in a private chat on Telegram (also without "tg")
  group text  write in the Telegram group, with a mention
  sl text     write a direct message on Slack
  thread text write in the Slack thread of the scene
  pick name   choose from the newest menu, or press a button
  quit        leave (or Ctrl-D, Ctrl-C)"""


def demo() -> int:
    """Play the scene, then let whoever sits at the terminal talk; return the exit status."""
    try:
        return asyncio.run(_demo())
    except KeyboardInterrupt:
        print()  # noqa: T201 - a terminal program
        return 0


async def _demo() -> int:
    with tempfile.TemporaryDirectory(prefix="wanjie-demo-") as folder:
        async with Stage(Path(folder), wanjie=real_wanjie(), extra={"LOG_LEVEL": "WARNING"}) as stage:
            stage.wanjie.script.tokens_per_second, stage.wanjie.script.first_token_delay = 40, 0.5
            begun = time.monotonic()
            service = await stage.start()
            try:
                await stage.ready()
            except (NotStartedError, TimeoutError):
                _write("The service did not start:\n" + stage.logs())
                return 1
            where = "the real Wanjie" if real_wanjie() else "a simulated Wanjie"
            _write(f"{_BOLD}Wanjie Bots{_PLAIN}: ready in {time.monotonic() - begun:.1f} s, talking to {where}.\n")
            seats = await _scene(stage)
            if sys.stdin.isatty():
                await _talk(seats)
            await stage.end(service)
            return 0


async def _scene(stage: Stage) -> dict[str, Seat]:
    """A Telegram group asks, a Slack thread asks; a picture is drawn, a text spoken."""
    seats: dict[str, Seat] = {
        "group": stage.group("Weekend hike", "Ada"),
        "thread": stage.thread("team-platform", "Lin"),
        "tg": stage.private("Ada"),
        "sl": stage.direct("Lin"),
    }
    await _ask(seats["group"], "Ada", "What should we pack for a day in the mountains?")
    await _ask(seats["thread"], "Lin", "How do we name the branches of a release?")
    await _ask(seats["tg"], "Ada", "/imagine a lighthouse at dawn --n 2")
    await _ask(seats["sl"], "Lin", "/speak Good morning, everyone!")
    return seats


async def _talk(seats: dict[str, Seat]) -> None:
    _write(_HELP + "\n")
    newest = seats["tg"]
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while True:
        _write(f"{_BOLD}>{_PLAIN} ", end="")
        line = (await reader.readline()).decode(errors="replace")
        word, _, rest = line.strip().partition(" ")
        if not line or word == "quit":
            return
        if word == "pick":
            await _pick(newest, rest.strip())
        elif line.strip():
            newest, text = (seats[word], rest) if word in seats else (seats["tg"], line.strip())
            await _ask(newest, "you", text)


async def _pick(seat: Seat, label: str) -> None:
    screen = _Screen(seat)
    try:
        await seat.choose(label)
    except LookupError:
        offer = seat.choices()
        _write("There is no such entry. " + (f"There are: {', '.join(offer)}" if offer else "There is no menu yet."))
        return
    await screen.follow()


async def _ask(seat: Seat, who: str, text: str) -> None:
    _write(f"{_DIM}── {seat.title} {'─' * max(4, 60 - len(seat.title))}{_PLAIN}\n{_BOLD}{who}{_PLAIN}  {text}")
    screen = _Screen(seat)
    await seat.say(text)
    await screen.follow()


class _Screen:
    """Draws an answer again whenever it has changed on the simulated screen."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._view = View(seat)
        self._steps = len(seat.steps())
        self._begun = time.monotonic()
        self._drawn = 0

    async def follow(self) -> None:
        shown = ""
        waited = 30.0
        while True:
            with contextlib.suppress(TimeoutError):
                await self._seat.until(lambda seen=shown: self._view.news() not in {"", seen}, waited)
            text = self._view.news()
            if text == shown:
                break
            self._draw(text)
            shown, waited = text, _QUIET_AFTER
        steps = len(self._seat.steps()) - self._steps
        self._finish(shown, steps)

    def _draw(self, text: str) -> None:
        if not sys.stdout.isatty():
            _write(f"{_DIM}  {time.monotonic() - self._begun:5.1f} s  {len(text):5d} characters{_PLAIN}")
            return
        lines = _wrapped(text)[-max(shutil.get_terminal_size().lines - 6, 5) :]
        if self._drawn:
            sys.stdout.write(f"\033[{self._drawn}A\033[J")
        _write("\n".join(lines))
        self._drawn = len(lines)

    def _finish(self, text: str, steps: int) -> None:
        if not text:
            _write(f"{_DIM}   no answer{_PLAIN}\n")
            return
        if not sys.stdout.isatty():
            _write("\n".join(_wrapped(text)))
        if offer := self._view.offer():
            _write("\n".join(_wrapped(" · ".join(offer))))
        _write(f"{_DIM}   grew in {steps} step{'s' if steps != 1 else ''}{_PLAIN}\n")


def _wrapped(text: str) -> list[str]:
    width = min(shutil.get_terminal_size().columns, 100) - 4
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, width) or [""]]
    return ["  " + line for line in lines]


def _write(text: str, *, end: str = "\n") -> None:
    if not sys.stdout.isatty():
        for style in (_DIM, _BOLD, _PLAIN):
            text = text.replace(style, "")
    print(text, end=end, flush=True)  # noqa: T201 - a terminal program
