"""Pictures that cannot be had, and what happens when processes die or people stop while they are made."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie.script import MODELS
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.conftest import ONE_A_PLATFORM, SEATS
from tests.scenarios.drawing import CHINESE, FLUX, FOX, SMALL, begun, drawn, made, orders, upstream
from tests.scenarios.saying import echo, says


@pytest.fixture(params=SEATS)
async def seat(request: pytest.FixtureRequest, stage: Stage) -> Seat:
    """A person in each kind of conversation, which has begun already."""
    seat = SEATS[str(request.param)](stage)
    await begun(seat, stage)
    return seat


@pytest.fixture
async def visits() -> AsyncGenerator[tuple[int, list[bytes]]]:
    """A server on this machine that is none of the bot's business: its port, and what it was asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], asked


def no_picture(_: str, __: int, ___: int, ____: int) -> bytes:
    return b"<html>no picture</html>"


@pytest.mark.parametrize("answer", ["对不起,我不能翻译。", "", "I'm sorry, but I can't help with that."])
async def test_what_cannot_be_put_into_english_is_not_sent(direct_seat: Seat, stage: Stage, answer: str) -> None:
    stage.wanjie.script.answer = lambda _: answer
    await direct_seat.say(f"/imagine {CHINESE}")
    await says(direct_seat, "could not put yours into English")

    assert not orders(stage)
    assert not direct_seat.posts()


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
@pytest.mark.parametrize(
    ("query", "sentence"),
    [("?break=1", "could not be fetched"), ("?status=404", "could not be fetched"), ("?hang=1", "too long to fetch")],
)
async def test_a_picture_that_cannot_be_fetched_is_told(stage: Stage, place: str, query: str, sentence: str) -> None:
    seat = SEATS[place](stage)
    stage.wanjie.script.picture_url = lambda url: url + query
    await seat.say(f"/imagine {FOX} {SMALL}")
    await says(seat, sentence, 40)

    assert not seat.posts()


async def test_a_slow_picture_is_waited_for(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.picture_url = lambda url: f"{url}?pause=0.01"
    await direct_seat.say(f"/imagine {FOX} {SMALL}")
    post = await drawn(direct_seat, seconds=40)

    assert post.files == made(stage, FOX)


async def test_what_can_be_had_of_several_is_posted(seat: Seat, stage: Stage) -> None:
    links: list[str] = []

    def every_other(url: str) -> str:
        links.append(url)
        return url if len(links) % 2 else f"{url}?status=404"

    stage.wanjie.script.picture_url = every_other
    await seat.say(f"/imagine {FOX} {SMALL} --n 4")
    post = await drawn(seat)

    assert post.files == made(stage, FOX, count=4)[::2]
    assert "2 of the pictures" in post.caption


@pytest.mark.parametrize("link", ["http://127.0.0.1:{}/x.png", "{}/redirect?to=http://127.0.0.1:{}/x.png"])
async def test_no_picture_is_fetched_from_this_machine(
    direct_seat: Seat, stage: Stage, visits: tuple[int, list[bytes]], link: str
) -> None:
    port, asked = visits
    bucket = stage.wanjie.base_url.removesuffix("/api") + "/maas-public-bucket"
    url = link.format(port) if link.startswith("http") else link.format(bucket, port)
    stage.wanjie.script.picture_url = lambda _: url
    await direct_seat.say(f"/imagine {FOX}")
    await says(direct_seat, "do not fetch from")

    assert not asked
    assert not direct_seat.posts()


async def test_what_is_no_picture_is_not_posted(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.picture = no_picture
    await seat.say(f"/imagine {FOX}")
    await says(seat, "no picture that I can open")

    assert not seat.posts()


async def test_where_pictures_are_forbidden_it_is_told_who_can_change_that(seat: Seat, stage: Stage) -> None:
    stage.telegram.fail("sendPhoto", 400, "Bad Request: not enough rights to send photos to the chat")
    stage.slack.faults.fail("files.getUploadURLExternal", "file_uploads_disabled")
    await seat.say(f"/imagine {FOX} {SMALL}")
    await says(seat, "Pictures are not allowed here")

    assert not seat.posts()


async def test_a_refusal_is_told_as_such(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.refuse = lambda prompt: "fox" in prompt
    await seat.say(f"/imagine {FOX}")

    await says(seat, "refused this because of its content rules")


async def test_a_model_that_is_gone_is_told_and_then_that_there_is_none(seat: Seat, stage: Stage) -> None:
    await seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(seat)
    stage.wanjie.script.models = tuple(model for model in MODELS if model != FLUX)
    await seat.say(f"/imagine {FOX} {SMALL}")
    await says(seat, "is not available to this service any more")
    await seat.say(f"/imagine {FOX} {SMALL}")

    await says(seat, "no image model")


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ("", "What should be in the picture?"),
        ("--n 2", "What should be in the picture?"),
        ("cat --sise 512x512", "--sise"),
        ("cat --size 5x5", "5x5"),
        ("cat --n 9", "from 1 to 4"),
        ("x" * 2001, "2001 characters"),
    ],
)
async def test_a_mistake_in_an_order_is_named(direct_seat: Seat, stage: Stage, order: str, sentence: str) -> None:
    await direct_seat.say(f"/imagine {order}".strip())
    await says(direct_seat, sentence)

    assert not orders(stage)


@pytest.mark.parametrize("place", SEATS)
@pytest.mark.parametrize("moment", ["drawing", "uploading", "posted"])
async def test_a_kill_leaves_exactly_one_post(place: str, moment: str, empty_stage: Stage) -> None:
    stage = empty_stage
    seat = SEATS[place](stage)
    service = await stage.start()
    await stage.ready()
    await begun(seat, stage)
    if moment == "drawing":
        stage.wanjie.script.picture_url = lambda url: f"{url}?pause=0.02"
    elif moment == "uploading":
        stage.telegram.delay("sendPhoto", 0.3)
        stage.slack.faults.delay("files.completeUploadExternal", 0.3)
    await seat.say(f"/imagine {FOX} {SMALL}")
    if moment == "posted":
        await seat.until(seat.posts)
    else:
        await upstream(lambda: stage.wanjie.bucket.fetched)
        await asyncio.sleep(0.2 if moment == "uploading" else 0)
    await stage.kill(service)

    await stage.start()
    await drawn(seat, seconds=60)
    stage.wanjie.script.answer = echo
    await seat.say("next")
    await says(seat, "answer to next", 40)
    assert [post.files for post in seat.posts()] == [made(stage, FOX)]
    assert len(orders(stage)) == 1


async def test_stop_ends_the_drawing(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.header_delay = 3
    await seat.say(f"/imagine {FOX} {SMALL}")
    await upstream(lambda: orders(stage))
    await seat.say("/stop")
    await says(seat, "Stopped.")
    stage.wanjie.script.header_delay = 0
    await seat.say("next")
    await says(seat, "answer to next")

    assert not seat.posts()


async def test_a_failure_of_the_service_is_told_without_its_details(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.fail_next.extend([Failure(400, message="secret detail of the gateway")] * 4)
    await seat.say(f"/imagine {FOX}")
    await says(seat, "could not make sense")

    assert not any("secret" in answer for answer in seat.answers())
