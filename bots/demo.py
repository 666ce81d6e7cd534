"""`make demo`: the real service among simulated platforms, in the terminal."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from bots.sandbox.harness import NotStartedError, ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.screen_diff import ScreenDiff
from core.settings import read_wanjie_environment

from .demo_screen import BOLD, DIM, PLAIN, PipeScreen, Screen, TerminalScreen, write

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
        async with ServiceHarness(Path(folder), wanjie=read_wanjie_environment(), extra=_SETTINGS) as harness:
            harness.wanjie.script.tokens_per_second, harness.wanjie.script.first_token_delay = 40, 0.5
            begun = time.monotonic()
            service = await harness.start()
            try:
                await harness.ready()
            except (NotStartedError, TimeoutError):
                write("The service did not start:\n" + harness.logs())
                return 1
            where = "the real Wanjie" if read_wanjie_environment() else "a simulated Wanjie"
            write(f"{BOLD}Wanjie Bots{PLAIN}: ready in {time.monotonic() - begun:.1f} s, talking to {where}.\n")
            await _play(harness)
            await harness.end(service)
            return 0


async def _play(harness: ServiceHarness) -> None:
    personas: dict[str, Persona] = {
        "group": harness.group("Weekend hike", "Ada"),
        "thread": harness.thread("team-platform", "Lin"),
        "tg": harness.private("Ada"),
        "sl": harness.direct("Lin"),
    }
    if sys.stdin.isatty() and sys.stdout.isatty():
        terminal = TerminalScreen()
        await _Talk(personas, terminal).run(terminal)
    else:
        await _scene(personas, _Follower(PipeScreen()))


class _Follower:
    """Says things in seats and shows what comes of them, in several seats at a time."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._followed: dict[str, Persona] = {}

    @property
    def newest(self) -> Persona | None:
        """Where an answer grows that began last."""
        return next(reversed(self._followed.values()), None)

    async def ask(self, persona: Persona, who: str, text: str) -> None:
        write(f"{DIM}── {persona.title} {'─' * max(4, 60 - len(persona.title))}{PLAIN}\n{BOLD}{who}{PLAIN}  {text}")
        view, earlier = ScreenDiff(persona), len(persona.steps())
        await persona.say(text)
        await self._follow(persona, view, earlier, _ANSWER_TIMEOUT)

    async def pick(self, persona: Persona, label: str) -> None:
        offer = persona.choices()
        choice = next((choice for choice in offer if label and label.casefold() in choice.casefold()), None)
        if choice is None:
            write(f"There is no such entry. There are: {', '.join(offer)}." if offer else "There is no menu yet.")
            write('To say this to the bot, write "tg pick …".\n')
            return
        view, earlier = ScreenDiff(persona), len(persona.steps())
        await persona.choose(choice)
        await self._follow(persona, view, earlier, _CHOICE_TIMEOUT)

    async def _follow(self, persona: Persona, view: ScreenDiff, earlier: int, timeout_seconds: float) -> None:
        """Show what changes until nothing does; a seat that is followed already is left to who follows it."""
        if persona.title in self._followed:
            return
        self._followed[persona.title] = persona
        shown, offer = "", list[str]()
        try:
            with suppress(TimeoutError):
                while True:
                    seen = shown, offer
                    await persona.until(
                        lambda seen=seen: (view.news(), view.offer()) not in (_NOTHING, seen), timeout_seconds
                    )
                    shown, offer, timeout_seconds = view.news(), view.offer(), _QUIET_AFTER
                    self._screen.show_progress(persona.title, shown)
        finally:
            del self._followed[persona.title]
        steps = len(persona.steps()) - earlier
        remarks = [f"grew in {steps} step{'s' if steps != 1 else ''}"] if shown else []
        if offer:
            remarks.insert(0, " · ".join(offer))
        self._screen.show_final(persona.title, shown, remarks or ["nothing new"])


async def _scene(personas: dict[str, Persona], follower: _Follower) -> None:
    """A Telegram group asks, a Slack thread asks; a picture is drawn, a text spoken."""
    await follower.ask(personas["group"], "Ada", "What should we pack for a day in the mountains?")
    await follower.ask(personas["thread"], "Lin", "How do we name the branches of a release?")
    await follower.ask(personas["tg"], "Ada", "/imagine a lighthouse at dawn --n 2")
    await follower.ask(personas["sl"], "Lin", "/speak Good morning, everyone!")


class _Talk:
    """The scene, and whoever sits at the terminal and types into it."""

    def __init__(self, personas: dict[str, Persona], screen: Screen) -> None:
        self._personas = personas
        self._follower = _Follower(screen)
        self._newest = personas["tg"]

    async def run(self, terminal: TerminalScreen) -> None:
        """Until `quit`: what is still being answered then is left."""
        async with asyncio.TaskGroup() as group:
            tasks = {group.create_task(self._welcome())}
            async for line in terminal.read_lines():
                if line.strip() == "quit":
                    break
                tasks.add(group.create_task(self._do(line.strip())))
            for task in tasks:
                task.cancel()

    async def _welcome(self) -> None:
        write(_HELP + "\n")
        await _scene(self._personas, self._follower)

    async def _do(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "pick":
            await self._follower.pick(self._newest, rest.strip())
        elif word in self._personas and rest.strip():
            self._newest = self._personas[word]
            await self._follower.ask(self._newest, "you", rest.strip())
        elif line:
            # Whoever wants an answer to stop means the one that grows.
            growing = self._follower.newest if line == "/stop" else None
            self._newest = growing or self._personas["tg"]
            await self._follower.ask(self._newest, "you", line)
