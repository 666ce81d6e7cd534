# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""The program and its store: what an operator is told, and that answers go on after a failover."""

from __future__ import annotations

import asyncio
import shutil
import stat
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from core.redis import EmbeddedRedis, connect
from tests.bots.health import Health
from tests.core.redis.proxy import Proxy
from tests.scenarios.fork_service import fork


@asynccontextmanager
async def server(folder: Path) -> AsyncGenerator[tuple[str, Redis]]:
    async with EmbeddedRedis(folder) as url:
        client = connect(url)
        yield url, client
        await client.aclose()


async def until_logged(harness: ServiceHarness, found: Callable[[str], object]) -> None:
    async with asyncio.timeout(60):
        while not found(harness.logs()):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


async def test_answers_continue_after_a_failover_with_a_read_only_old_server(tmp_path: Path) -> None:
    health = Health()
    async with (
        server(tmp_path / "old") as (old_url, old),
        server(tmp_path / "new") as (new_url, _),
        Proxy(old_url) as address,
        ServiceHarness(tmp_path, launch=fork) as harness,
    ):
        await harness.start(REDIS_URL=address.url, HTTP_PORT=health.port)
        await harness.ready()
        persona = harness.private()
        await persona.say("first")
        await persona.until(persona.answers)
        await health.wait_for_status(200)

        await old.replicaof("127.0.0.1", "1")
        await health.wait_for_status(503)
        await until_logged(harness, lambda log: "READONLY You can't write against a read only replica." in log)
        address.redirect(new_url)
        await health.wait_for_status(200)
        await persona.say("second")
        await persona.until(lambda: len(persona.answers()) > 1)

        assert harness.logs().count("READONLY") == 1


async def test_a_full_store_is_logged_once_and_makes_the_service_not_ready(tmp_path: Path) -> None:
    health = Health()
    async with server(tmp_path / "store") as (url, store), ServiceHarness(tmp_path, launch=fork) as harness:
        await harness.start(REDIS_URL=url, HTTP_PORT=health.port)
        await harness.ready()
        await health.wait_for_status(200)
        await store.config_set("maxmemory", "1")
        await health.wait_for_status(503)
        await until_logged(harness, lambda log: "OOM command not allowed" in log)
        await harness.private().say("hello")
        await asyncio.sleep(1)
        assert harness.logs().count("OOM command not allowed") == 1
        await store.config_set("maxmemory", "0")
        await until_logged(harness, lambda log: "the store works again" in log)

        assert await health.fetch_status() == 200


async def test_store_settings_that_lose_messages_are_logged_at_the_start(tmp_path: Path) -> None:
    async with server(tmp_path / "store") as (url, store), ServiceHarness(tmp_path, launch=fork) as harness:
        await store.config_set("maxmemory-policy", "allkeys-lru")
        await store.config_set("appendonly", "no")
        await harness.start(REDIS_URL=url)
        await harness.ready()

        assert "maxmemory-policy allkeys-lru" in harness.logs()
        assert "append-only file" in harness.logs()


async def test_an_outage_of_a_platform_does_not_make_the_program_unready(tmp_path: Path) -> None:
    health = Health()
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        await harness.start(HTTP_PORT=health.port, TELEGRAM_BASE_URL="http://127.0.0.1:1/bot")
        await health.wait_for_status(200)
        async with (
            aiohttp.ClientSession(f"http://127.0.0.1:{health.port}") as session,
            session.get("/metrics") as answer,
        ):
            measured = await answer.text()

        assert 'bots_platform_up{platform="tg"} 0.0\n' in measured


@pytest.mark.parametrize(
    ("userinfo", "database", "words"),
    [
        (":wrong-password@", "0", "WRONGPASS invalid username-password pair or user is disabled."),
        ("", "0", "NOAUTH Authentication required."),
        (":right-password@", "99", "DB index is out of range"),
    ],
)
async def test_a_refusal_of_the_store_is_logged_once_with_its_address(
    tmp_path: Path, userinfo: str, database: str, words: str
) -> None:
    async with (
        server(tmp_path / "store") as (url, store),
        Proxy(url) as address,
        ServiceHarness(tmp_path, launch=fork) as harness,
    ):
        await store.config_set("requirepass", "right-password")
        host = address.url.removeprefix("redis://")
        await harness.start(REDIS_URL=f"redis://{userinfo}{host}/{database}")
        await until_logged(harness, lambda log: words in log)
        await asyncio.sleep(1.5)

        log = harness.logs()
        assert log.count(words) == 1
        assert log.count("the store") == 1
        assert f"{host}, database {database}" in log
        assert "-password@" not in log
        assert "Traceback" not in log


async def test_an_unknown_option_of_the_redis_address_is_explained(tmp_path: Path) -> None:
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        service = await harness.start(REDIS_URL="redis://:secret@127.0.0.1/0?pool_color=blue")

        assert await service.wait() == 2
        assert harness.logs() == (
            "The service cannot start: REDIS_URL has an option that the client does not know or cannot read\n"
        )


async def test_a_damaged_file_of_the_private_store_is_explained(tmp_path: Path) -> None:
    async with server(tmp_path / "data") as (_, store):
        await store.set("old", "1")
    (file,) = [path for path in (tmp_path / "data").rglob("appendonly.aof*") if b"$3\r\nold" in path.read_bytes()]
    file.write_bytes(file.read_bytes().replace(b"SET\r\n$3\r\nold", b"XYZ\r\n$3\r\nold"))
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        service = await harness.start()

        assert await service.wait() == 2
        assert harness.logs().startswith(f"The service cannot start: The store's file {file} is damaged")
        assert "Put a backup in its place, or move it away" in harness.logs()
        assert harness.logs().count("\n") == 1


async def test_a_backup_of_the_data_directory_is_restored_on_another_machine(tmp_path: Path) -> None:
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        service = await harness.start(DATA_DIR=str(tmp_path / "first/data"))
        await harness.ready()
        persona = harness.private()
        await persona.say("My cat is called Tom")
        await persona.until(persona.answers)
        assert await harness.end(service) == 0
        archive = shutil.make_archive(str(tmp_path / "backup"), "gztar", tmp_path / "first", "data")

        shutil.unpack_archive(archive, tmp_path / "second")
        await harness.start(DATA_DIR=str(tmp_path / "second/data"))
        await persona.say("What is my cat called?")
        await persona.until(lambda: len(persona.answers()) > 1)
        asked = harness.wanjie.requests[-1].body["messages"]

    assert "My cat is called Tom" in [message["content"] for message in asked]
    assert stat.S_IMODE((tmp_path / "second/data").stat().st_mode) == 0o700


async def test_a_port_without_a_redis_is_reported(tmp_path: Path) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()  # to close at once would be another reason, if that is noticed first
        writer.close()

    web = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with web, ServiceHarness(tmp_path, launch=fork) as harness:
        await harness.start(REDIS_URL=f"redis://127.0.0.1:{web.sockets[0].getsockname()[1]}")
        await until_logged(harness, lambda log: "the store is away" in log)
        await asyncio.sleep(1)

        assert harness.logs().count("the store is away") == 1
        assert "Traceback" not in harness.logs()
