"""The private Redis starts again after a power loss damaged what it wrote last."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.redis import DamagedDataError, EmbeddedRedis, connect
from core.redis.append_only_file import AppendOnlyFile


async def values(folder: Path, *, write: dict[str, str] | None = None) -> list[bytes | str | None]:
    """Start the private Redis, write, read `old` and `new`."""
    async with AsyncExitStack() as stack:
        client = connect(await stack.enter_async_context(EmbeddedRedis(folder)))
        stack.push_async_callback(client.aclose)
        for key, value in (write or {}).items():
            await client.set(key, value)
        return [await client.get(key) for key in ("old", "new")]


def growing_file(folder: Path) -> Path:
    """The file that is written to, of whatever version this machine's server is."""
    return max([folder / "appendonly.aof", *folder.glob("appendonlydir/*.incr.aof")], key=lambda path: path.exists())


def copies(folder: Path) -> list[Path]:
    return list(folder.glob("*.damaged-*"))


@pytest.mark.parametrize(
    ("lost", "added"), [(0, b"garbage"), (0, bytes(4096)), (12, bytes(12)), (0, b"\xff\xfe*3\r\n$3")]
)
async def test_a_damaged_end_is_removed_and_a_copy_kept(tmp_path: Path, lost: int, added: bytes) -> None:
    await values(tmp_path, write={"old": "1", "new": "2"})
    file = growing_file(tmp_path)
    data = file.read_bytes()
    damaged = data[: len(data) - lost] + added
    file.write_bytes(damaged)
    with capture_logs() as log:
        found = await values(tmp_path)
    (copy,) = copies(tmp_path)

    assert found == [b"1", None if lost else b"2"]
    assert copy.read_bytes() == damaged
    assert [line["copy"] for line in log if line["log_level"] == "error"] == [str(copy)]
    assert await values(tmp_path, write={"new": "3"}) == [b"1", b"3"]


async def test_half_a_command_at_the_end_needs_no_copy(tmp_path: Path) -> None:
    await values(tmp_path, write={"old": "1", "new": "2"})
    file = growing_file(tmp_path)
    os.truncate(file, file.stat().st_size - 3)

    assert await values(tmp_path) == [b"1", None]
    assert not copies(tmp_path)


async def test_damage_of_more_than_the_end_is_left_alone(tmp_path: Path) -> None:
    await values(tmp_path, write={"old": "1"})
    file = growing_file(tmp_path)
    with file.open("ab") as written:
        written.write(bytes(2 * 1024 * 1024))
    damaged = file.read_bytes()

    with pytest.raises(DamagedDataError, match="Bad file format"):
        await values(tmp_path)
    assert file.read_bytes() == damaged


async def damaged(folder: Path, old: bytes, new: bytes) -> bytes:
    """Damage the file in its middle; what stands there then."""
    await values(folder, write={"old": "1", "new": "2"})
    file = growing_file(folder)
    data = file.read_bytes()
    assert old in data
    file.write_bytes(data.replace(old, new, 1))
    return file.read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"SET\r\n$3\r\nold", b"XYZ\r\n$3\r\nold"),
        (b"SET\r\n$3\r\nnew", b"\0\xff\x01\r\n$3\r\nnew"),
    ],
)
async def test_an_unknown_command_is_explained_and_one_copy_kept(tmp_path: Path, old: bytes, new: bytes) -> None:
    content = await damaged(tmp_path, old, new)
    with pytest.raises(DamagedDataError):
        await values(tmp_path)
    with pytest.raises(DamagedDataError) as caught:
        await values(tmp_path)
    (copy,) = copies(tmp_path)
    told = str(caught.value)

    assert copy.read_bytes() == content == growing_file(tmp_path).read_bytes()
    assert str(growing_file(tmp_path)) in told
    assert str(copy) in told
    assert "Unknown command" in told
    assert "Put a backup in its place, or move it away" in told
    assert "--fix" not in told  # the checker sees nothing wrong with it


async def test_damage_far_from_the_end_is_explained_and_a_copy_kept(tmp_path: Path) -> None:
    await values(tmp_path, write={"old": "1", "new": "2"} | {f"k{number}": "v" * 50_000 for number in range(30)})
    file = growing_file(tmp_path)
    data = file.read_bytes()
    file.write_bytes(data[:40] + bytes(10) + data[50:])
    with pytest.raises(DamagedDataError, match="redis-check-aof --fix"):
        await values(tmp_path)
    (copy,) = copies(tmp_path)

    assert copy.read_bytes() == file.read_bytes()


BASE = "file appendonly.aof.2.base.rdb seq 2 type b\n"
INCREMENTS = "file appendonly.aof.9.incr.aof seq 9 type i\nfile appendonly.aof.10.incr.aof seq 10 type i\n"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Of the parts that Redis 7 keeps, which are there."""
    folder = tmp_path / "appendonlydir"
    folder.mkdir()
    for name in ("2.base.rdb", "9.incr.aof", "10.incr.aof"):
        (folder / f"appendonly.aof.{name}").touch()
    return folder / "appendonly.aof.manifest"


@pytest.mark.parametrize(
    "damaged",
    ["", "\0" * 40, BASE + "file appendonly.ao", BASE + INCREMENTS[:-1], BASE + INCREMENTS.replace("10", "11"), None],
)
def test_a_damaged_manifest_is_rewritten(tmp_path: Path, manifest: Path, damaged: str | None) -> None:
    if damaged is not None:
        manifest.write_text(damaged)
    AppendOnlyFile(tmp_path).restore_manifest()

    assert manifest.read_text() == BASE + INCREMENTS
    assert [copy.read_text() for copy in copies(tmp_path)] == ([] if damaged is None else [damaged])


def test_a_readable_manifest_is_unchanged(tmp_path: Path, manifest: Path) -> None:
    whole = BASE + "file appendonly.aof.8.incr.aof seq 8 type h\n" + INCREMENTS
    manifest.write_text(whole)
    AppendOnlyFile(tmp_path).restore_manifest()

    assert manifest.read_text() == whole


def test_a_manifest_is_not_written_when_there_are_two_bases(tmp_path: Path, manifest: Path) -> None:
    (manifest.parent / "appendonly.aof.1.base.rdb").touch()
    AppendOnlyFile(tmp_path).restore_manifest()

    assert not manifest.exists()
