"""`make demo`: runs the real service with simulated platforms in the terminal."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bots.sandbox.harness import NotStartedError, ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.transcript import Transcript
from core.settings import read_wanjie_environment

from .demo_terminal import BOLD, PLAIN, PipeScreen, Screen, TerminalScreen, write

_SETTINGS = {"LOG_LEVEL": "WARNING", "DRAIN_SECONDS": "0"}  # quitting does not wait for answers
_ANSWER_TIMEOUT = 30.0
_CHOICE_TIMEOUT = 5.0
"""Seconds until something must change after a message, and after a choice, which may change nothing."""
_QUIET_SECONDS = 3.5
"""Seconds without a change after which a message counts as complete; groups on Telegram get a step every 3 seconds."""
_POLL_INTERVAL = 0.1
_HELP = """\
Type as a user, at any time, and watch the replies grow.
Commands work as in the real chats: /help, /model, /stop …
  tg text     write in a private chat on Telegram (also without "tg")
  group text  write in the Telegram group, with a mention
  sl text     write a direct message on Slack
  thread text write in the Slack thread of the scene
  pick name   choose from the newest menu, or press a button
  help        show this text
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
        return
    follower = _AnswerFollower(personas.values(), PipeScreen())
    async with asyncio.TaskGroup() as group:
        showing = group.create_task(follower.run())
        await _play_scene(personas, follower)
        showing.cancel()


class _AnswerFollower:
    """Sends messages as personas and shows the answers, in several conversations at a time."""

    def __init__(self, personas: Iterable[Persona], screen: Screen) -> None:
        self._screen = screen
        self._transcripts = {persona.title: Transcript(persona, quiet_seconds=_QUIET_SECONDS) for persona in personas}
        self._awaited: list[Persona] = []

    @property
    def newest(self) -> Persona | None:
        """The persona who asked last of those whose answers are not complete."""
        return self._awaited[-1] if self._awaited else None

    async def run(self) -> None:
        """Show what changes in the conversations until cancelled."""
        while True:
            for place, transcript in self._transcripts.items():
                now = time.monotonic()
                if transcript.update(now):
                    self._screen.show_progress(place, transcript.growing)
                text, remarks = transcript.take(now)
                if text or remarks:
                    self._screen.show_final(place, text, remarks, growing=transcript.growing)
            await asyncio.sleep(_POLL_INTERVAL)

    async def ask(self, persona: Persona, who: str, text: str) -> None:
        """Send a message; return when the conversation has answered and nothing in it changes."""
        self._screen.show_question(persona.title, who, text)
        await persona.say(text)
        await self._wait(persona, _ANSWER_TIMEOUT)

    async def pick(self, persona: Persona, label: str) -> None:
        """Choose from the newest menu; return like `ask`."""
        labels = persona.choices()
        choice = next((choice for choice in labels if label and label.casefold() in choice.casefold()), None)
        if choice is None:
            entries = f"There is no such entry. There are: {', '.join(labels)}." if labels else "There is no menu yet."
            self._screen.show_note(f'{entries}\nTo say this to the bot, write "tg pick …".')
            return
        self._screen.show_question(persona.title, "you", f"[{choice}]")
        await persona.choose(choice)
        await self._wait(persona, _CHOICE_TIMEOUT)

    async def _wait(self, persona: Persona, timeout_seconds: float) -> None:
        transcript, asked_at = self._transcripts[persona.title], time.monotonic()
        self._awaited.append(persona)
        try:
            while transcript.changed_at < asked_at or not transcript.is_settled:
                if transcript.changed_at < asked_at and time.monotonic() > asked_at + timeout_seconds:
                    self._screen.show_final(persona.title, "", ["nothing new"], growing="")
                    return
                await asyncio.sleep(_POLL_INTERVAL)
        finally:
            self._awaited.remove(persona)


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
        self._screen = screen
        self._follower = _AnswerFollower(personas.values(), screen)
        self._newest = personas["tg"]

    async def run(self, terminal: TerminalScreen) -> None:
        """Run until `quit`; answers that are still growing are abandoned."""
        async with asyncio.TaskGroup() as group:
            tasks = {group.create_task(self._follower.run()), group.create_task(self._show_help_and_scene())}
            async for line in terminal.read_lines():
                if line.strip() in {"quit", "exit"}:
                    break
                tasks.add(group.create_task(self._handle_line(line.strip())))
            for task in tasks:
                task.cancel()

    async def _show_help_and_scene(self) -> None:
        self._screen.show_note(_HELP)
        await _play_scene(self._personas, self._follower)

    async def _handle_line(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if line == "help":
            self._screen.show_note(_HELP)
        elif word == "pick":
            await self._follower.pick(self._newest, rest.strip())
        elif line in self._personas:
            self._screen.show_note(f'Write the text behind it: "{line} Hello!".')
        elif word in self._personas:
            self._newest = self._personas[word]
            await self._follower.ask(self._newest, "you", rest.strip())
        elif line:
            # `/stop` goes to the persona whose answer is growing.
            growing = self._follower.newest if line == "/stop" else None
            self._newest = growing or self._personas["tg"]
            await self._follower.ask(self._newest, "you", line)
