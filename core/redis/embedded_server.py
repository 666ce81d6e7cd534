"""A private Redis server, run as a child of this process."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import structlog

from .append_only_file import AppendOnlyFile
from .directory_lock import DirectoryLock
from .private_folder import make_private
from .server_binary import DamagedDataError, EmbeddedRedisError, ServerBinary, find_server

_PR_SET_PDEATHSIG = 1
_MIN_FREE_BYTES = 1_000_000
_MAX_SOCKET_PATH_BYTES = 100  # bytes; the kernel's limit is 107 on Linux and 103 on macOS
_SOCKET_NAME = "redis.sock"
_PRIVATE_UMASK = 0o077  # what the server writes is for its owner alone
_FIRST_WITH_APPENDONLYDIR = (7, 0)

_DAMAGE = re.compile(r"[#*-] ([^#]*?(?:append only file|\bRDB\b|Unrecoverable error|Wrong signature)[^:]*)")
"""The server's error message about data that it cannot read, without its advice."""

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class EmbeddedRedis:
    """A Redis server over a unix socket that nobody else can reach, with its data in `data_dir`.

    `async with EmbeddedRedis(folder) as url:` gives a `unix://` URL. Every write is on disk when it is answered
    (append-only file, fsync always), and readable by this user alone. The server ends with this process, however that
    ends, and is started again when it dies alone. A damaged end of the file is cut off and a copy kept in `data_dir`.
    One live service a folder: a start right after a `kill -9` waits for the old server to vanish, and a second service
    gets an `EmbeddedRedisError` after `lock_timeout` seconds. Its log is `redis.log` in the folder.

    Must be entered on a thread that lives as long as the server: Linux ends it with the thread that started it.
    """

    def __init__(self, data_dir: Path, *, lock_timeout: float = 10.0) -> None:
        self._folder = data_dir.absolute()
        self._lock = DirectoryLock(self._folder, timeout_seconds=lock_timeout)
        self._socket_folder = self._folder
        self._server: ServerBinary
        self._process: asyncio.subprocess.Process
        self._watch: asyncio.Task[None]

    @staticmethod
    def find_running(data_dir: Path) -> str | None:
        """Return the URL of the server that a service has started on this folder.

        None when none listens there, or when the folder's path is too long for a socket, which is elsewhere then.
        """
        socket = data_dir.absolute() / _SOCKET_NAME
        return _make_url(socket) if socket.is_socket() else None

    @property
    def process_id(self) -> int:
        """The process id of the server that runs at the moment."""
        return self._process.pid

    async def __aenter__(self) -> str:
        self._server = await find_server()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            make_private(self._folder)
            self._refuse_newer_data()
            await self._lock.acquire(self._socket)
        except OSError as error:
            raise EmbeddedRedisError(
                f"The folder {self._folder} cannot be used ({error.strerror}): "
                "set DATA_DIR to a folder that this program may write to."
            ) from error
        try:
            self._choose_socket()
            await self._start_and_repair()
        except BaseException:
            self._release()
            raise
        self._watch = asyncio.create_task(self._keep_running())
        return _make_url(self._socket)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.cancel()
        await asyncio.wait([self._watch])
        await self._end()
        self._release()

    @property
    def _socket(self) -> Path:
        return self._socket_folder / _SOCKET_NAME

    def _choose_socket(self) -> None:
        if len(os.fsencode(self._socket)) > _MAX_SOCKET_PATH_BYTES:
            self._socket_folder = Path(tempfile.mkdtemp(prefix="wanjie-"))

    def _release(self) -> None:
        if self._socket_folder != self._folder:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
        self._lock.release()

    def _refuse_newer_data(self) -> None:
        # Redis 6 would not see the data of Redis 7, which keeps it in a folder, and would start empty.
        if (self._folder / "appendonlydir").exists() and self._server.version < _FIRST_WITH_APPENDONLYDIR:
            raise EmbeddedRedisError(
                f"The data in {self._folder} was written by Redis 7 or later, but {self._server.path} is older: "
                "install Redis 7, or set DATA_DIR to another folder."
            )

    def _refuse_full_disk(self) -> None:
        # Redis would start, die at the first write, and often not even be able to log why.
        if shutil.disk_usage(self._folder).free < _MIN_FREE_BYTES:
            raise EmbeddedRedisError(
                f"The disk of {self._folder} is full: free some space, or set DATA_DIR to a folder on another disk."
            )

    async def _start_and_repair(self) -> None:
        """Start the server; repair its append-only file when it does not start because of that."""
        file = AppendOnlyFile(self._folder)
        try:
            self._refuse_full_disk()
            file.restore_manifest()
            try:
                await self._start()
            except DamagedDataError as error:
                if not await file.cut_damaged_end(self._server):
                    raise DamagedDataError(await file.describe_damage(self._server, str(error))) from error
                await self._start()
        except OSError as error:
            raise EmbeddedRedisError(f"The data in {self._folder} cannot be used ({error.strerror}).") from error

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            self._server.path,
            *_make_options(self._folder, self._socket),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=[self._lock.shared_descriptor],
            umask=_PRIVATE_UMASK,
            start_new_session=True,  # a Ctrl-C in the terminal must not end it before we are finished
            preexec_fn=_make_parent_death_hook(os.getpid()),
        )
        try:
            await self._wait_until_ready()
        except BaseException:
            await self._end()
            raise

    async def _wait_until_ready(self) -> None:
        """Wait until the server has read its file, however large it is, and answers."""
        while not await _answers_ping(self._socket):
            if self._process.returncode is not None:
                raise self._explain_failed_start()
            await asyncio.sleep(0.005)

    def _explain_failed_start(self) -> EmbeddedRedisError:
        """Make an error from the server's log; a `DamagedDataError` with its message when it is about the data."""
        log = self._folder / "redis.log"
        try:
            lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
        except OSError:
            lines = []
        own = [line for line in lines if line.startswith(f"{self._process.pid}:")]
        if damage := next((found for line in reversed(own) if (found := _DAMAGE.search(line))), None):
            return DamagedDataError(damage[1])
        last = lines[-1] if lines else "(nothing)"
        return EmbeddedRedisError(f"The private Redis did not start; the last line of {log} is: {last}")

    async def _keep_running(self) -> None:
        reported = ""
        while True:
            status = await self._process.wait()
            if not reported:
                _log.error("the private Redis died and is started again", status=status)
            try:
                await self._start_and_repair()
                reported = ""
            except EmbeddedRedisError as error:
                if str(error) != reported:
                    _log.error("the private Redis does not start", reason=error)
                reported = str(error)
                await asyncio.sleep(1)

    async def _end(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


def _make_url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}"


def _make_options(folder: Path, socket: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "logfile": str(folder / "redis.log"),
        "daemonize": "no",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "always",
        "aof-load-truncated": "yes",  # a kill in the middle of a write leaves half a command, which was never confirmed
        "maxmemory-policy": "noeviction",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def _make_parent_death_hook(parent: int) -> Callable[[], None] | None:
    """Make the hook with which a child gets killed when its parent dies (Linux: prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec as little as possible may happen

    def tie_to_parent() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie_to_parent


async def _answers_ping(socket: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return (await reader.readline()).startswith(b"+PONG")  # "-LOADING" while it reads its file
    except OSError:
        return False
    finally:
        writer.close()
