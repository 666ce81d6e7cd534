"""Starting the service, or another command of the program, by forking a process that has loaded it already.

Loading costs more than most scenarios do by themselves. What `python -m bots run` does beyond it is tested in
tests/bots/test_program.py.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import uuid4

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "bots.run_service", "bots.cli", "bots.telegram.platform", "bots.slack.platform",
        "httpcore", "anyio._backends._asyncio",  # which httpx loads with its first call
        "tests.scenarios.warm_caches",
    ]
)  # fmt: skip


SECONDS_OF_SLACK = 30.0
"""What stands for the three seconds in which Slack wants an answer, so that no test fails where the machine is slow."""


class Child:
    """A forked service, with as much of a subprocess's ways as a stage needs."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; the signal's number below zero when one ended it."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """`kill -9`."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait for its end and return its status."""
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode


async def fork(environment: dict[str, str], folder: Path, log: Path) -> Child:
    """Start a process of the service in `folder`; it writes to `log`."""
    return _start(("run",), environment, folder, log)


async def fork_to_the_end(*words: str, folder: Path, **variables: str) -> tuple[int, str]:
    """Run `python -m bots` with these words and variables in `folder`; return its status and all that it wrote."""
    output = folder / f"{words[0]}-{uuid4().hex}.log"
    status = await _start(words, {"PATH": os.defpath, **variables}, folder, output).wait()
    return status, output.read_text(encoding="utf-8")


def _start(words: Sequence[str], environment: dict[str, str], folder: Path, output: Path) -> Child:
    process = _FORKS.Process(target=_run, args=(words, environment, folder, output), daemon=True)
    process.start()
    return Child(process)


def _run(words: Sequence[str], environment: dict[str, str], folder: Path, output: Path) -> None:
    os.setsid()
    os.chdir(folder)  # so that no .env of a developer is read
    os.environ.clear()  # noqa: TID251 - what a new program would be given
    os.environ.update(environment)  # noqa: TID251 - the same
    with output.open("ab") as file, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["bots", *words]
    from bots.cli import main  # noqa: PLC0415 - loaded before the fork

    _give_time()
    sys.exit(main())


def _give_time() -> None:
    """Let the service take as many of Slack's seconds as it would of three."""
    from bots.slack.events import acknowledger, menu_search, open_and_check_modals  # noqa: PLC0415 - the same

    open_and_check_modals._OPEN_TIMEOUT = 0.2 * SECONDS_OF_SLACK  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    acknowledger._STORE_TIMEOUT = 0.8 * SECONDS_OF_SLACK  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    menu_search._TIMEOUT = 0.8 * SECONDS_OF_SLACK  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
