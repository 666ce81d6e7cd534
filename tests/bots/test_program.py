"""The program from outside: its commands, its exit statuses, its health."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import psutil
import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import NotStartedError, ServiceHarness
from bots.settings import load_settings
from bots.slack.settings import SlackSettings
from core.access import AccessRegister, PersonRecord
from core.redis import EmbeddedRedis, connect
from core.settings import SettingsError
from tests.scenarios.fork_service import fork, fork_to_the_end

ROOT = Path(__file__).parents[2]


async def program(*words: str, folder: Path, **variables: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bots",
        *words,
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_without_settings_every_problem_is_listed_and_the_status_is_two(tmp_path: Path) -> None:
    process = await program("run", folder=tmp_path, HTTP_PORT="many", LOG_LEVEL="loud")
    _, errors = await process.communicate()

    assert process.returncode == 2
    problems = errors.decode()
    assert "WANJIE_API_KEY is not set" in problems
    assert "No platform" in problems
    assert "HTTP_PORT" in problems
    assert "LOG_LEVEL" in problems
    assert "Traceback" not in problems


async def test_a_single_slack_token_is_a_problem(tmp_path: Path) -> None:
    process = await program("run", folder=tmp_path, WANJIE_API_KEY="key", SLACK_BOT_TOKEN="xoxb-1")
    _, errors = await process.communicate()

    assert process.returncode == 2
    assert errors.decode().splitlines()[1:] == ["  - SLACK_APP_TOKEN is not set."]


async def test_settings_are_read_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("WANJIE_API_KEY=key\nTELEGRAM_BOT_TOKEN=\nHTTP_PORT=x\n")
    process = await program("run", folder=tmp_path)
    _, errors = await process.communicate()

    assert "WANJIE_API_KEY" not in errors.decode()
    assert "HTTP_PORT" in errors.decode()
    assert "No platform" in errors.decode()


async def test_invalid_keys_and_addresses_are_listed(tmp_path: Path) -> None:
    process = await program(
        "run",
        folder=tmp_path,
        WANJIE_API_KEY="sk-half other-half",
        TELEGRAM_BOT_TOKEN="1:\N{CYRILLIC SMALL LETTER A}bc",
        SLACK_BOT_TOKEN="xoxb\u200b-1",
        SLACK_APP_TOKEN="xapp-1\t2",
        REDIS_URL="localhost:6379",
    )
    _, errors = await process.communicate()
    problems = errors.decode().splitlines()

    assert process.returncode == 2
    assert [line.split()[1] for line in problems[1:]] == [
        "WANJIE_API_KEY",
        "TELEGRAM_BOT_TOKEN",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "REDIS_URL",
    ]
    assert "redis://" in problems[-1]
    assert "half" not in errors.decode()


async def test_reasons_are_json_when_the_log_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_FORMAT=JSON\n")
    (tmp_path / ".env").chmod(0o600)
    process = await program("run", folder=tmp_path, HTTP_PORT="many")
    _, errors = await process.communicate()
    lines = [json.loads(line) for line in errors.decode().splitlines()]

    assert process.returncode == 2
    assert [line["event"] for line in lines] == ["The service cannot start"]
    assert [reason.split()[0] for reason in lines[0]["reasons"]] == ["WANJIE_API_KEY", "HTTP_PORT", "No"]


async def test_a_port_in_use_is_reported_as_json_when_the_log_is(tmp_path: Path) -> None:
    with socket.create_server(("", 0)) as other:
        port = str(other.getsockname()[1])
        async with ServiceHarness(tmp_path, launch=fork) as harness:
            service = await harness.start(HTTP_PORT=port, LOG_FORMAT="json", WANJIE_DEFAULT_MODLE="x")

            assert await service.wait() == 1
            last = [json.loads(line) for line in harness.logs().splitlines()][-1]
            assert last["event"] == "The service cannot start"
            assert f"HTTP_PORT {port}" in last["reasons"][0]
            assert "did you mean WANJIE_DEFAULT_MODEL?" in harness.logs()


async def test_the_health_server_listens_on_loopback_by_default(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.2", 0)) as other:
        port = other.getsockname()[1]
        async with ServiceHarness(tmp_path, launch=fork) as harness:
            refused = await harness.start(HTTP_PORT=str(port), HTTP_HOST="0.0.0.0")

            assert await refused.wait() == 1
            assert f"HTTP_PORT {port} on HTTP_HOST 0.0.0.0" in harness.logs()
            await harness.start(HTTP_PORT=str(port))
            await harness.ready()


def test_blanks_around_values_are_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "WANJIE_API_KEY": " sk-1\r",
        "TELEGRAM_BOT_TOKEN": "1:abc\n",
        "SLACK_BOT_TOKEN": "  ",
        "SLACK_APP_TOKEN": "",
        "REDIS_URL": " unix:///run/redis.sock ",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()

    assert settings.get_platform(SlackSettings) is None
    assert settings.list_secrets() == ["sk-1", "1:abc", "unix:///run/redis.sock"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://h:port/0", "its host or its port"),
        ("redis://h:99999", "its host or its port"),
        ("redis://:pass\N{CARE OF}@h", "its host or its port"),
        ("http://h:6379", "it must begin with redis://"),
        ("redis:6379", "it must begin with redis://"),
        ("redis://:pa#ss@h:6379/0", "# must be written as %23"),
        ("redis://:pa/ss@h:6379/0", "/ as %2F"),
        ("rediss://user:pa?ss@h", "? as %3F"),
        ("redis://:pa#s@s@h", "# must be written as %23"),
        ("redis://:pass@h/0#1", "# must be written as %23"),
        ("redis://", "it names no host"),
        ("redis:///0", "it names no host"),
        ("redis://:6379/0", "it names no host"),
        ("redis://:pass@:6379", "it names no host"),
        ("unix://", "it names no socket"),
        ("unix://redis.sock", "it names no socket"),
        ("redis://h/zero", "its database is no number"),
        ("redis://h/0/1", "its database is no number"),
        ("redis://h/-1", "its database is no number"),
        ("redis://h?db=one", "its database is no number"),
        ("unix:///run/redis.sock?db=", "its database is no number"),
    ],
)
def test_an_invalid_redis_address_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {"WANJIE_API_KEY": "sk-1", "TELEGRAM_BOT_TOKEN": "1:abc", "REDIS_URL": url}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"REDIS_URL is not valid: .*{re.escape(words)}") as refused:
        load_settings()
    assert "pa" not in str(refused.value).replace("password", "")
    assert "ss@" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis://h",
        "redis://h/",
        "redis://[::1]:6379/2?db=3",
        "rediss://user:p%23%2F%3F@h:1/15",
        "redis://:p@ss@h",
        "unix:///run/a@b.sock?db=1&password=x",
        "unix://user@/run/redis.sock",
    ],
)
def test_a_valid_redis_address_is_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {"WANJIE_API_KEY": "sk-1", "TELEGRAM_BOT_TOKEN": "1:abc", "REDIS_URL": url}.items():
        monkeypatch.setenv(name, value)
    configured = load_settings().service.redis_url

    assert configured is not None
    assert configured.get_secret_value() == url


@pytest.mark.parametrize("folder", ["file", "file/folder"])
async def test_an_invalid_data_folder_is_reported_in_one_sentence(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        service = await harness.start(DATA_DIR=str(tmp_path / folder))

        assert await service.wait() == 1
        assert harness.logs().startswith("The service cannot start: The folder")
        assert harness.logs().count("\n") == 1


async def test_waiting_for_a_service_that_ended_raises_its_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        await harness.start(DATA_DIR=str(tmp_path / "file"))

        with pytest.raises(NotStartedError, match="The service cannot start: The folder"):
            await harness.ready(60)


async def test_a_port_in_use_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        async with ServiceHarness(tmp_path, launch=fork) as harness:
            service = await harness.start(HTTP_PORT=str(port))

            assert await service.wait() == 1
            assert f"The service cannot start: HTTP_PORT {port}" in harness.logs()
            assert "Traceback" not in harness.logs()


async def test_a_service_that_cannot_answer_ends(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    await redis.set("q:shards", 4)
    async with ServiceHarness(tmp_path, launch=fork) as harness, asyncio.timeout(120):
        service = await harness.start(REDIS_URL=redis_url)

        assert await service.wait() == 1
        assert "the worker died" in harness.logs()
        assert "4 shards" in harness.logs()


async def test_an_unreachable_store_is_waited_for_and_reported(tmp_path: Path) -> None:
    with socket.socket() as away, socket.socket() as free:
        for probe in (away, free):
            probe.bind(("127.0.0.1", 0))
        port, store = free.getsockname()[1], away.getsockname()[1]
        free.close()
        timeout = aiohttp.ClientTimeout(total=4.5)  # retries of the store take five seconds
        async with (
            ServiceHarness(tmp_path, launch=fork) as harness,
            aiohttp.ClientSession(f"http://127.0.0.1:{port}", timeout=timeout) as session,
        ):
            service = await harness.start(HTTP_PORT=str(port), REDIS_URL=f"redis://127.0.0.1:{store}")
            async with asyncio.timeout(60):
                while "the store is away" not in harness.logs():  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.1)
            status, checks = await readiness(session)

            assert (status, checks["store"]) == (503, False)
            assert service.returncode is None


async def test_the_program_ends_when_every_platform_refuses(tmp_path: Path) -> None:
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        service = await harness.start(TELEGRAM_BOT_TOKEN="1:wrong", SLACK_BOT_TOKEN="xoxb-wrong")

        assert await service.wait() == 1
        assert "TELEGRAM_BOT_TOKEN" in harness.logs()
        assert "SLACK_BOT_TOKEN" in harness.logs()
        assert "xoxb-wrong" not in harness.logs()


async def test_one_refused_platform_leaves_the_other_running(tmp_path: Path) -> None:
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        await harness.start(TELEGRAM_BOT_TOKEN="1:wrong")
        persona = harness.direct()
        await harness.slack.wait_for(lambda: harness.slack.socket.connections)
        await persona.say("hello")

        await persona.until(persona.answers)
        assert harness.processes[0].returncode is None


async def test_health_and_readiness_are_served(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with ServiceHarness(tmp_path) as harness, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        await harness.start(HTTP_PORT=str(port))
        await harness.ready()
        await harness.telegram.wait_for(lambda: harness.telegram.calls)
        async with session.get("/healthz") as answer:
            assert answer.status == 200
        async with asyncio.timeout(60):
            while (found := await readiness(session))[0] != 200:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)

        assert found == (200, {"store": True, "tg": True, "sl": True})


async def readiness(session: aiohttp.ClientSession) -> tuple[int, dict[str, bool]]:
    async with session.get("/readyz") as answer:
        return answer.status, await answer.json()


async def test_secrets_stay_out_of_the_log(tmp_path: Path) -> None:
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        await harness.start(LOG_LEVEL="DEBUG", WANJIE_API_KEY="sk-very-secret-key")
        await harness.ready()
        persona = harness.private()
        await persona.say("hello")
        await persona.until(persona.answers)
        log = harness.logs()

    assert log
    for secret in ("sk-very-secret-key", harness.telegram.token, "xoxb-simulated-bot", "xapp-simulated-app"):
        assert secret not in log


async def test_the_demo_plays_its_script_without_a_terminal(tmp_path: Path) -> None:
    process = await program("demo", folder=tmp_path)
    output, errors = await process.communicate()
    text = output.decode()

    assert process.returncode == 0, errors.decode()
    assert "Telegram" in text
    assert "Slack" in text
    assert text.count("grew in") == 4
    assert "🖼 picture: " in text
    assert "🎙 audio file" in text or "🎙 voice note" in text


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGHUP])
async def test_ctrl_c_or_a_closed_window_ends_the_demo_and_leaves_nothing_running(
    tmp_path: Path, sent: signal.Signals
) -> None:
    process = await program("demo", folder=tmp_path)
    assert process.stdout is not None
    await process.stdout.readuntil(b"Weekend hike")
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(sent)
    await process.communicate()

    assert len(children) >= 2
    gone, alive = psutil.wait_procs(children, timeout=60)
    assert (len(gone), alive) == (len(children), [])


async def test_the_manifest_is_printed(tmp_path: Path) -> None:
    process = await program("manifest", folder=tmp_path)
    output, _ = await process.communicate()

    assert output.decode() == (ROOT / "deploy/slack-manifest.yaml").read_text(encoding="utf-8")


async def test_an_operator_lists_and_drops_dead_letters_while_the_service_runs(tmp_path: Path) -> None:
    variables = {"WANJIE_API_KEY": "key", "TELEGRAM_BOT_TOKEN": "1:token", "DATA_DIR": str(tmp_path / "data")}
    async with EmbeddedRedis(tmp_path / "data") as url, connect(url) as redis:  # as the running service holds it
        await redis.xadd(
            "{q0}:dead", {"lane": "telegram:1:5", "mail": b'e1\n{"text": "\\u001b[31mhi"}', "deliveries": 6}
        )

        listed = await _run_to_the_end("dead", "list", folder=tmp_path, **variables)
        letter_id = listed.split()[0]
        shown = await _run_to_the_end("dead", "show", letter_id, folder=tmp_path, **variables)
        dropped = await _run_to_the_end("dead", "drop", letter_id, folder=tmp_path, **variables)
        left = await redis.xlen("{q0}:dead")

    assert listed.endswith("telegram:1:5  24 bytes\n")
    assert "hi" in shown
    assert "\x1b" not in shown
    assert dropped == f"{letter_id}  removed\n"
    assert left == 0


async def test_an_operator_lists_every_change_of_access(tmp_path: Path) -> None:
    variables = {"WANJIE_API_KEY": "key", "TELEGRAM_BOT_TOKEN": "1:token", "DATA_DIR": str(tmp_path / "data")}
    async with EmbeddedRedis(tmp_path / "data") as url, connect(url) as redis:  # as the running service holds it
        nothing = await _run_to_the_end("audit", folder=tmp_path, **variables)
        await redis.hset("{access}:people", "tg:1", '{"state": "owner"}')
        register = AccessRegister(redis)
        await register.set_role("tg:2", "admin", actor="tg:1", record=PersonRecord("admin", "Bob\x1b[31m"))
        await register.set_role("tg:2", None, actor="tg:1", record=PersonRecord("admin"))

        listed = (await _run_to_the_end("audit", folder=tmp_path, **variables)).splitlines()
        first = json.loads((await _run_to_the_end("audit", "--json", folder=tmp_path, **variables)).splitlines()[-1])

    assert nothing == "Nothing was changed yet.\n"
    assert [line.split("  ")[1:4] for line in listed] == [["tg:1", "removed", "tg:2"], ["tg:1", "admin", "tg:2"]]
    assert listed[1].endswith("Bob?[31m")
    assert (first["by"], first["action"], first["name"]) == ("tg:1", "admin", "Bob\x1b[31m")
    assert first["time"].endswith("Z")


async def _run_to_the_end(*words: str, folder: Path, **variables: str) -> str:
    status, output = await fork_to_the_end(*words, folder=folder, **variables)
    assert status == 0
    return output
