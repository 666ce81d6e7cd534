"""`make demo`: the real service among simulated platforms, in the terminal."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from bots.sandbox.harness import NotStartedError, Stage
from bots.sandbox.persona import Seat
from bots.sandbox.screen_diff import View
from core.settings import real_wanjie

from .demo_screen import BOLD, DIM, PLAIN, Pipe, Screen, Terminal, write

_SETTINGS = {"LOG_LEVEL": "WARNING", "DRAIN_SECONDS": "0"}  # whoever leaves waits for no answer
_ANSWER_TIMEOUT = 30.0
_CHOICE_TIMEOUT = 5.0
"""Seconds until something must be seen after words, and after a choice, which may change nothing."""
_QUIET_AFTER = 3.5
"""Seconds without a change after which an answer has come to its end."""
_NOTHING: tuple[str, list[str]] = ("", [])
_HELP = """\
Type as a user, at any time, and watch the replies grow. Commands work as in the real chats: /help, /model, /stop …
  tg text     write in a private chat on Telegram (also without "tg")
  group text  write in the Telegram group, with a mention
  sl text     write a direct message on Slack
  thread text write in the Slack thread of the scene
  pick name   choose from the newest menu, or press a button
  quit        leave (or Ctrl-D, Ctrl-C)"""


def demo() -> int:
    """Play the scene, let whoever sits at the terminal talk; return the exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # a closed window leaves no service behind, either
        signal.signal(number, signal.default_int_handler)
    try:
        return asyncio.run(_demo())
    except KeyboardInterrupt:
        print()  # noqa: T201 - a terminal program
        return 0


async def _demo() -> int:
    with tempfile.TemporaryDirectory(prefix="wanjie-demo-") as folder:
        async with Stage(Path(folder), wanjie=real_wanjie(), extra=_SETTINGS) as stage:
            stage.wanjie.script.tokens_per_second, stage.wanjie.script.first_token_delay = 40, 0.5
            begun = time.monotonic()
            service = await stage.start()
            try:
                await stage.ready()
            except (NotStartedError, TimeoutError):
                write("The service did not start:\n" + stage.logs())
                return 1
            where = "the real Wanjie" if real_wanjie() else "a simulated Wanjie"
            write(f"{BOLD}Wanjie Bots{PLAIN}: ready in {time.monotonic() - begun:.1f} s, talking to {where}.\n")
            await _play(stage)
            await stage.end(service)
            return 0


async def _play(stage: Stage) -> None:
    seats: dict[str, Seat] = {
        "group": stage.group("Weekend hike", "Ada"),
        "thread": stage.thread("team-platform", "Lin"),
        "tg": stage.private("Ada"),
        "sl": stage.direct("Lin"),
    }
    if sys.stdin.isatty() and sys.stdout.isatty():
        terminal = Terminal()
        await _Talk(seats, terminal).run(terminal)
    else:
        await _scene(seats, _Follower(Pipe()))


class _Follower:
    """Says things in seats and shows what comes of them, in several seats at a time."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._followed: dict[str, Seat] = {}

    @property
    def newest(self) -> Seat | None:
        """Where an answer grows that began last."""
        return next(reversed(self._followed.values()), None)

    async def ask(self, seat: Seat, who: str, text: str) -> None:
        write(f"{DIM}── {seat.title} {'─' * max(4, 60 - len(seat.title))}{PLAIN}\n{BOLD}{who}{PLAIN}  {text}")
        view, earlier = View(seat), len(seat.steps())
        await seat.say(text)
        await self._follow(seat, view, earlier, _ANSWER_TIMEOUT)

    async def pick(self, seat: Seat, label: str) -> None:
        offer = seat.choices()
        choice = next((choice for choice in offer if label and label.casefold() in choice.casefold()), None)
        if choice is None:
            write(f"There is no such entry. There are: {', '.join(offer)}." if offer else "There is no menu yet.")
            write('To say this to the bot, write "tg pick …".\n')
            return
        view, earlier = View(seat), len(seat.steps())
        await seat.choose(choice)
        await self._follow(seat, view, earlier, _CHOICE_TIMEOUT)

    async def _follow(self, seat: Seat, view: View, earlier: int, timeout_seconds: float) -> None:
        """Show what changes until nothing does; a seat that is followed already is left to who follows it."""
        if seat.title in self._followed:
            return
        self._followed[seat.title] = seat
        shown, offer = "", list[str]()
        try:
            with suppress(TimeoutError):
                while True:
                    seen = shown, offer
                    await seat.until(
                        lambda seen=seen: (view.news(), view.offer()) not in (_NOTHING, seen), timeout_seconds
                    )
                    shown, offer, timeout_seconds = view.news(), view.offer(), _QUIET_AFTER
                    self._screen.grow(seat.title, shown)
        finally:
            del self._followed[seat.title]
        steps = len(seat.steps()) - earlier
        remarks = [f"grew in {steps} step{'s' if steps != 1 else ''}"] if shown else []
        if offer:
            remarks.insert(0, " · ".join(offer))
        self._screen.settle(seat.title, shown, remarks or ["nothing new"])


async def _scene(seats: dict[str, Seat], follower: _Follower) -> None:
    """A Telegram group asks, a Slack thread asks; a picture is drawn, a text spoken."""
    await follower.ask(seats["group"], "Ada", "What should we pack for a day in the mountains?")
    await follower.ask(seats["thread"], "Lin", "How do we name the branches of a release?")
    await follower.ask(seats["tg"], "Ada", "/imagine a lighthouse at dawn --n 2")
    await follower.ask(seats["sl"], "Lin", "/speak Good morning, everyone!")


class _Talk:
    """The scene, and whoever sits at the terminal and types into it."""

    def __init__(self, seats: dict[str, Seat], screen: Screen) -> None:
        self._seats = seats
        self._follower = _Follower(screen)
        self._newest = seats["tg"]

    async def run(self, terminal: Terminal) -> None:
        """Until `quit`: what is still being answered then is left."""
        async with asyncio.TaskGroup() as group:
            tasks = {group.create_task(self._welcome())}
            async for line in terminal.lines():
                if line.strip() == "quit":
                    break
                tasks.add(group.create_task(self._do(line.strip())))
            for task in tasks:
                task.cancel()

    async def _welcome(self) -> None:
        write(_HELP + "\n")
        await _scene(self._seats, self._follower)

    async def _do(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "pick":
            await self._follower.pick(self._newest, rest.strip())
        elif word in self._seats and rest.strip():
            self._newest = self._seats[word]
            await self._follower.ask(self._newest, "you", rest.strip())
        elif line:
            # Whoever wants an answer to stop means the one that grows.
            growing = self._follower.newest if line == "/stop" else None
            self._newest = growing or self._seats["tg"]
            await self._follower.ask(self._newest, "you", line)
