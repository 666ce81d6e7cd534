"""Runs the real service as a process among simulated platforms."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol, Self, TypeAlias

from .persona import Persona
from .slack.persona import SlackPersona
from .slack.simulator import SlackSim
from .telegram.persona import TelegramPersona
from .telegram.simulator import TelegramSim
from .wanjie.simulator import WanjieSim

_ROOT = Path(__file__).parents[2]
_SLACK_BOT_TOKEN, _SLACK_APP_TOKEN = "xoxb-simulated-bot", "xapp-simulated-app"
_POLL_INTERVAL = 0.02
_SERVICE_VARIABLES = ("WANJIE_", "TELEGRAM_", "SLACK_", "REDIS_URL", "DATA_DIR", "HTTP_PORT", "LOG_", "ACCESS_")


class NotStartedError(Exception):
    """The service ended before it was ready; the text is its log."""


class Running(Protocol):
    """A process of the service."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def send_signal(self, signal: int, /) -> None: ...

    def kill(self) -> None: ...

    async def wait(self) -> int: ...


Launch: TypeAlias = Callable[[dict[str, str], Path, Path], Awaitable[Running]]
"""Starts a process of the service with these variables, in this folder, writing to this log."""


async def run_program(environment: dict[str, str], folder: Path, log: Path) -> Running:
    """Start the service as its users do."""
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bots",
            "run",
            env=environment,
            cwd=folder,  # so that no .env of a developer is read
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for us to handle
        )


class ServiceHarness:
    """Three simulators and the processes of the service that are started; `async with` ends them all.

    `folder` gets the data directory and each process's log. `wanjie` may name a real Wanjie instead of the simulated
    one, as the variables of its settings; `extra` adds or overrides variables.
    """

    def __init__(
        self,
        folder: Path,
        *,
        wanjie: dict[str, str] | None = None,
        extra: dict[str, str] | None = None,
        launch: Launch = run_program,
    ) -> None:
        self.folder = folder
        self.telegram = TelegramSim()
        self.slack = SlackSim(bot_token=_SLACK_BOT_TOKEN, app_token=_SLACK_APP_TOKEN)
        self.wanjie = WanjieSim()
        self._real_wanjie = wanjie
        self._extra = extra or {}
        self._launch = launch
        self._stack = AsyncExitStack()
        self.processes: list[Running] = []
        self._people = 0

    async def __aenter__(self) -> Self:
        for simulator in (self.telegram, self.slack, self.wanjie):
            await self._stack.enter_async_context(simulator)
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
        await self._stack.aclose()

    def environment(self) -> dict[str, str]:
        """Make the service's variables: its own point to the simulators, the others are inherited from this process."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SERVICE_VARIABLES)}  # noqa: TID251 - a child inherits all other variables
        simulated = {
            "WANJIE_API_KEY": self.wanjie.script.key,
            "WANJIE_BASE_URL": self.wanjie.base_url,
            "WANJIE_DEFAULT_MODEL": "deepseek-v3",
        }
        return {
            **inherited,
            "PYTHONPATH": str(_ROOT),
            "ACCESS_MODE": "open",  # who may use the bot is another matter than what it does
            "DATA_DIR": str(self.folder / "data"),
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "TELEGRAM_BASE_URL": self.telegram.base_url,
            "TELEGRAM_FILE_URL": self.telegram.file_url,
            "SLACK_BOT_TOKEN": _SLACK_BOT_TOKEN,
            "SLACK_APP_TOKEN": _SLACK_APP_TOKEN,
            "SLACK_API_URL": self.slack.api_url,
            **(self._real_wanjie or simulated),
            **self._extra,
        }

    async def start(self, **extra: str) -> Running:
        """Start one process of the service; `extra` are variables for it alone."""
        log = self.folder / f"service-{len(self.processes)}.log"
        process = await self._launch({**self.environment(), **extra}, self.folder, log)
        self.processes.append(process)
        return process

    async def ready(self, seconds: float = 120.0) -> None:
        """Wait until the service receives events of both platforms.

        Raises `NotStartedError` with the log as soon as no process lives, otherwise `TimeoutError`.
        """
        async with asyncio.timeout(seconds):
            while not ((self.telegram.polling or self.telegram.webhook) and await self.slack.can_deliver()):
                if all(process.returncode is not None for process in self.processes):
                    raise NotStartedError(self.logs())
                await asyncio.sleep(_POLL_INTERVAL)

    async def end(self, process: Running) -> int:
        """Ask a process to end and return its exit status."""
        process.send_signal(signal.SIGTERM)
        return await process.wait()

    async def kill(self, process: Running) -> None:
        """`kill -9`."""
        process.kill()
        await process.wait()

    def logs(self) -> str:
        """Return the logs of all processes."""
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("service-*.log")))

    def private(self, name: str = "Ada", language: str = "en") -> TelegramPersona:
        """Add a person in a private chat on Telegram."""
        person = self.telegram.user(self._new_id(), name, language)
        return TelegramPersona(self.telegram, person, self.telegram.private(person))

    def group(self, title: str = "Friends", name: str = "Ada", language: str = "en") -> TelegramPersona:
        """Add a person in a new group on Telegram."""
        person = self.telegram.user(self._new_id(), name, language)
        chat = self.telegram.group(title, admin=True)
        return TelegramPersona(self.telegram, person, chat)

    def direct(self, name: str = "Lin", locale: str = "en-US") -> SlackPersona:
        """Add a person in a direct message on Slack."""
        user = self.slack.user(name, locale)
        return SlackPersona(self.slack, user, self.slack.im(user))

    def thread(self, channel: str = "general", name: str = "Lin", locale: str = "en-US") -> SlackPersona:
        """Add a person in a new channel on Slack; the first message opens a thread."""
        user = self.slack.user(name, locale)
        return SlackPersona(self.slack, user, self.slack.channel(channel, members=[user]))

    def joining(self, persona: Persona, name: str, *, admin: bool = False) -> Persona:
        """Add another person to a group or channel."""
        if isinstance(persona, TelegramPersona):
            person = self.telegram.user(self._new_id(), name)
            persona.chat.members[person.user.id] = "administrator" if admin else "member"
            return TelegramPersona(self.telegram, person, persona.chat)
        if isinstance(persona, SlackPersona):
            user = self.slack.user(name, admin=admin)
            persona.channel.members.add(user.id)
            return SlackPersona(self.slack, user, persona.channel, root=persona.root)
        raise TypeError(persona.title)

    def _new_id(self) -> int:
        self._people += 1
        return 1000 + self._people
