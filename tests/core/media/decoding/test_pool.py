"""Files are decoded in processes that may be lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from fnmatch import fnmatchcase
from importlib import import_module
from typing import TypeVar

import psutil
import pytest
from structlog.testing import capture_logs

from core.fair_limiter import NoSlotError
from core.media.decoding import jobs_and_limits
from core.media.decoding.jobs_and_limits import DecodeJob, Limits
from core.media.decoding.pool import DecoderPool
from core.media.decoding_results import (
    AudioFile,
    AudioTooLongError,
    BadImageError,
    EncodedImage,
    ImageInfo,
    UnreadableAudioError,
)

MEMORY = 400_000_000
BAD_DECODERS = "tests.core.media.decoding.bad_decoders"
_Result = TypeVar("_Result")


def job(
    name: str, result: type[_Result], error: type[BadImageError | UnreadableAudioError] = BadImageError, **options: str
) -> DecodeJob[_Result]:
    return DecodeJob(f"{BAD_DECODERS}:{name}", result, error, Limits(5, 10.0, MEMORY), options)


DESCRIBE = job("describe", ImageInfo)


@pytest.fixture
async def pool() -> AsyncGenerator[DecoderPool]:
    running = DecoderPool(2)
    yield running
    await running.aclose()


def count_children() -> int:
    return len(psutil.Process().children())


async def test_a_process_decodes_one_file_after_the_other_and_has_no_secrets(
    pool: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANJIE_API_KEY", "secret")
    first = await pool.run(DESCRIBE, b"x" * 3_000_000, person="a")
    second = await pool.run(DESCRIBE, b"", person="b")
    turned = await pool.run(job("reverse", EncodedImage), b"abc", person="a")
    joined = await pool.run(job("join", AudioFile, glue="+"), [b"a", b"", b"b"], person="a")

    assert (first.width, second.width) == (3_000_000, 0)
    assert first.height == second.height != psutil.Process().pid
    assert first.suffix == ""
    assert turned == EncodedImage(b"cba", "image/x")
    assert joined == AudioFile(b"a++b", 3.0)


async def test_the_decoder_s_own_errors_are_raised_and_its_process_goes_on(pool: DecoderPool) -> None:
    process = (await pool.run(DESCRIBE, b"", person="a")).height
    with capture_logs() as logs:
        with pytest.raises(BadImageError, match="no picture"):
            await pool.run(job("refuse", ImageInfo), b"", person="a")
        with pytest.raises(AudioTooLongError, match="two hours"):
            await pool.run(job("refuse_long", AudioFile, UnreadableAudioError), b"", person="a")

    assert not logs
    assert (await pool.run(DESCRIBE, b"", person="a")).height == process


@pytest.mark.parametrize(
    ("name", "limit", "reason"),
    [
        ("sleep", Limits(5, 0.3, MEMORY), "not done after 0.3 s"),
        ("spin", Limits(0, 60, MEMORY), "ended with status -24"),
        ("allocate", Limits(10, 20, MEMORY), "MemoryError at bad_decoders.py:*"),
        ("crash", Limits(5, 10, MEMORY), "ended with status -6"),
        ("fail", Limits(5, 10, MEMORY), "IndexError at bad_decoders.py:*"),
        ("lie", Limits(5, 10, MEMORY), "a reply of another form"),
        ("babble", Limits(5, 10, MEMORY), "a reply that is no JSON object"),
    ],
)
async def test_what_is_too_much_for_a_process_is_an_error_and_a_line_in_the_log(
    pool: DecoderPool, name: str, limit: Limits, reason: str
) -> None:
    with capture_logs() as logs, pytest.raises(BadImageError):
        await pool.run(DecodeJob(f"{BAD_DECODERS}:{name}", ImageInfo, BadImageError, limit), b"12", person="a")

    assert [(line["bytes"], line["log_level"]) for line in logs] == [(2, "warning")]
    assert fnmatchcase(logs[0]["reason"], reason)
    assert (await pool.run(DESCRIBE, b"", person="a")).width == 0


async def test_one_person_s_files_hold_up_nobody_else(pool: DecoderPool) -> None:
    endless = DecodeJob(f"{BAD_DECODERS}:sleep", ImageInfo, BadImageError, Limits(60, 60.0, MEMORY))
    flood = [asyncio.create_task(pool.run(endless, b"", person="flood")) for _ in range(20)]
    await asyncio.sleep(0)  # all of them wait, or run
    async with asyncio.timeout(60):
        assert (await pool.run(DESCRIBE, b"", person="other")).width == 0
    for task in flood:
        task.cancel()
    await asyncio.gather(*flood, return_exceptions=True)


async def test_a_file_does_not_wait_for_ever(pool: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.media.decoding.pool._MAX_WAIT", 0.05)
    endless = DecodeJob(f"{BAD_DECODERS}:sleep", ImageInfo, BadImageError, Limits(60, 60.0, MEMORY))
    busy = [asyncio.create_task(pool.run(endless, b"", person=person)) for person in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(NoSlotError):
        await pool.run(DESCRIBE, b"", person="c")
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)


async def test_a_process_that_is_not_needed_any_more_ends() -> None:
    before = count_children()
    pool = DecoderPool(idle_seconds=0.05)
    assert count_children() == before
    await pool.run(DESCRIBE, b"", person="a")
    async with asyncio.timeout(60):
        while count_children() > before:  # noqa: ASYNC110 - the system tells nobody else
            await asyncio.sleep(0.01)
    await pool.aclose()


async def test_whoever_stops_waiting_ends_the_work(pool: DecoderPool) -> None:
    before = count_children()
    task = asyncio.create_task(pool.run(job("sleep", ImageInfo), b"", person="a"))
    async with asyncio.timeout(60):
        while count_children() == before:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await pool.aclose()

    assert count_children() == before


@pytest.mark.parametrize(
    "job",
    [
        jobs_and_limits.inspect_image(),
        jobs_and_limits.shrink_image(max_side=1, max_bytes=1),
        jobs_and_limits.join_audio("opus"),
        jobs_and_limits.extract_audio(),
        jobs_and_limits.read_document("a", "", max_length=1),
    ],
    ids=lambda job: job.function,
)
def test_every_job_names_a_decoder_that_takes_its_options_and_returns_its_result(job: DecodeJob[object]) -> None:
    module, _, name = job.function.partition(":")
    annotations = getattr(import_module(module), name).__annotations__

    assert annotations["return"] == job.result.__name__
    assert set(job.options) == set(list(annotations)[1:-1])


def test_the_service_itself_loads_no_decoder() -> None:
    program = "import sys, core.build_service; print({'av', 'PIL', 'chardet', 'pypdfium2'} & {*sys.modules})"
    done = subprocess.run(  # noqa: S603 - a line of our own
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "set()\n"
