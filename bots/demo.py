"""`make demo`: runs the real service with simulated platforms in the terminal."""

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

_SETTINGS = {"LOG_LEVEL": "WARNING", "DRAIN_SECONDS": "0"}  # quitting does not wait for answers
_ANSWER_TIMEOUT = 30.0
_CHOICE_TIMEOUT = 5.0
"""Seconds until something must change after a message, and after a choice, which may change nothing."""
_QUIET_TIMEOUT = 3.5
"""Seconds without a change after which an answer counts as complete."""
_NO_CHANGE: tuple[str, list[str]] = ("", [])
_HELP = """\
Type as a user, at any time, and watch the replies grow. Commands work as in the real chats: /help, /model, /stop …
  tg text     write in a private chat on Telegram (also without "tg")
  group text  write in the Telegram group, with a mention
  sl text     write a direct message on Slack
  thread text write in the Slack thread of the scene
  pick name   choose from the newest menu, or press a button
  quit        leave (or Ctrl-D, Ctrl-C)"""


def demo() -> int:
    """Play the scene and let the user of the terminal write messages; return the exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):  # closing the window also ends the service
        signal.signal(number, signal.default_int_handler)
    try:
        return asyncio.run(_run_demo())
    except KeyboardInterrupt:
        print()  # noqa: T201 - a terminal program
        return 0


async def _run_demo() -> int:
    with tempfile.TemporaryDirectory(prefix="wanjie-demo-") as folder:
        async with ServiceHarness(Path(folder), wanjie=read_wanjie_environment(), extra=_SETTINGS) as harness:
            harness.wanjie.script.tokens_per_second, harness.wanjie.script.first_token_delay = 40, 0.5
            started_at = time.monotonic()
            service = await harness.start()
            try:
                await harness.ready()
            except (NotStartedError, TimeoutError):
                write("The service did not start:\n" + harness.logs())
                return 1
            where = "the real Wanjie" if read_wanjie_environment() else "a simulated Wanjie"
            write(f"{BOLD}Wanjie Bots{PLAIN}: ready in {time.monotonic() - started_at:.1f} s, talking to {where}.\n")
            await _run_scene_or_terminal(harness)
            await harness.end(service)
            return 0


async def _run_scene_or_terminal(harness: ServiceHarness) -> None:
    personas: dict[str, Persona] = {
        "group": harness.group("Weekend hike", "Ada"),
        "thread": harness.thread("team-platform", "Lin"),
        "tg": harness.private("Ada"),
        "sl": harness.direct("Lin"),
    }
    if sys.stdin.isatty() and sys.stdout.isatty():
        terminal = TerminalScreen()
        await _InteractiveDemo(personas, terminal).run(terminal)
    else:
        await _play_scene(personas, _AnswerFollower(PipeScreen()))


class _AnswerFollower:
    """Sends messages as personas and shows the answers, of several personas at a time."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._followed_personas: dict[str, Persona] = {}

    @property
    def newest(self) -> Persona | None:
        """The persona whose growing answer began last."""
        return next(reversed(self._followed_personas.values()), None)

    async def ask(self, persona: Persona, who: str, text: str) -> None:
        write(f"{DIM}── {persona.title} {'─' * max(4, 60 - len(persona.title))}{PLAIN}\n{BOLD}{who}{PLAIN}  {text}")
        view, earlier = ScreenDiff(persona), len(persona.steps())
        await persona.say(text)
        await self._follow(persona, view, earlier, _ANSWER_TIMEOUT)

    async def pick(self, persona: Persona, label: str) -> None:
        labels = persona.choices()
        choice = next((choice for choice in labels if label and label.casefold() in choice.casefold()), None)
        if choice is None:
            write(f"There is no such entry. There are: {', '.join(labels)}." if labels else "There is no menu yet.")
            write('To say this to the bot, write "tg pick …".\n')
            return
        view, earlier = ScreenDiff(persona), len(persona.steps())
        await persona.choose(choice)
        await self._follow(persona, view, earlier, _CHOICE_TIMEOUT)

    async def _follow(self, persona: Persona, view: ScreenDiff, earlier: int, timeout_seconds: float) -> None:
        """Show changes until there are none for a while; does nothing for a persona that is already followed."""
        if persona.title in self._followed_personas:
            return
        self._followed_personas[persona.title] = persona
        shown, labels = "", list[str]()
        try:
            with suppress(TimeoutError):
                while True:
                    seen = shown, labels
                    await persona.until(
                        lambda seen=seen: (view.news(), view.offer()) not in (_NO_CHANGE, seen), timeout_seconds
                    )
                    shown, labels, timeout_seconds = view.news(), view.offer(), _QUIET_TIMEOUT
                    self._screen.show_progress(persona.title, shown)
        finally:
            del self._followed_personas[persona.title]
        steps = len(persona.steps()) - earlier
        remarks = [f"grew in {steps} step{'s' if steps != 1 else ''}"] if shown else []
        if labels:
            remarks.insert(0, " · ".join(labels))
        self._screen.show_final(persona.title, shown, remarks or ["nothing new"])


async def _play_scene(personas: dict[str, Persona], follower: _AnswerFollower) -> None:
    """Ask in a Telegram group and in a Slack thread, generate images, and speak a text."""
    await follower.ask(personas["group"], "Ada", "What should we pack for a day in the mountains?")
    await follower.ask(personas["thread"], "Lin", "How do we name the branches of a release?")
    await follower.ask(personas["tg"], "Ada", "/imagine a lighthouse at dawn --n 2")
    await follower.ask(personas["sl"], "Lin", "/speak Good morning, everyone!")


class _InteractiveDemo:
    """The scene, and the messages that the user of the terminal types."""

    def __init__(self, personas: dict[str, Persona], screen: Screen) -> None:
        self._personas = personas
        self._follower = _AnswerFollower(screen)
        self._newest = personas["tg"]

    async def run(self, terminal: TerminalScreen) -> None:
        """Run until `quit`; answers that are still growing are abandoned."""
        async with asyncio.TaskGroup() as group:
            tasks = {group.create_task(self._show_help_and_scene())}
            async for line in terminal.read_lines():
                if line.strip() == "quit":
                    break
                tasks.add(group.create_task(self._handle_line(line.strip())))
            for task in tasks:
                task.cancel()

    async def _show_help_and_scene(self) -> None:
        write(_HELP + "\n")
        await _play_scene(self._personas, self._follower)

    async def _handle_line(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "pick":
            await self._follower.pick(self._newest, rest.strip())
        elif word in self._personas and rest.strip():
            self._newest = self._personas[word]
            await self._follower.ask(self._newest, "you", rest.strip())
        elif line:
            # `/stop` goes to the persona whose answer is growing.
            growing = self._follower.newest if line == "/stop" else None
            self._newest = growing or self._personas["tg"]
            await self._follower.ask(self._newest, "you", line)
