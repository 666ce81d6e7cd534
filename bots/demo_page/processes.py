"""The processes of the service that the page starts and kills, and the one Redis that they share."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from bots.sandbox.harness import Running, ServiceHarness

_MAX_PROCESSES = 4


@dataclass(slots=True)
class Replica:
    """A process of the service; `port` is where its metrics are."""

    number: int
    process: Running
    port: int
    state: str = "alive"
    """`alive`, `killed` (by `kill -9`), `stopped` (asked to end) or `ended` (by itself)."""


@dataclass(slots=True)
class Replicas:
    """All processes that were started, the dead ones included."""

    harness: ServiceHarness
    started: list[Replica] = field(default_factory=list[Replica])

    @property
    def alive(self) -> list[Replica]:
        """The processes that run."""
        return [replica for replica in self.started if replica.process.returncode is None]

    async def start(self) -> Replica:
        """Start one more process; raises `ValueError` when there are enough."""
        if len(self.alive) >= _MAX_PROCESSES:
            raise ValueError(f"{_MAX_PROCESSES} processes are enough for this machine")
        port = _find_free_port()
        process = await self.harness.start(HTTP_PORT=str(port))
        replica = Replica(len(self.started) + 1, process, port)
        self.started.append(replica)
        return replica

    async def kill(self, replica: Replica) -> None:
        """`kill -9`."""
        replica.state = "killed"
        await self.harness.kill(replica.process)

    async def stop(self, replica: Replica) -> None:
        """Ask a process to end, and wait for it."""
        replica.state = "stopped"
        await self.harness.end(replica.process)

    def find(self, number: int) -> Replica:
        """Return a process that runs; raises `LookupError`."""
        for replica in self.alive:
            if replica.number == number:
                return replica
        raise LookupError(number)

    def describe(self) -> list[dict[str, object]]:
        """Return number, process id and state of each process."""
        for replica in self.started:
            if replica.process.returncode is not None and replica.state == "alive":
                replica.state = "ended"
        return [{"number": one.number, "pid": one.process.pid, "state": one.state} for one in self.started]


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
