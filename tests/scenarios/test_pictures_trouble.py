"""Pictures that cannot be had, and what happens when processes die or people stop while they are made."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.scripted_behaviour import MODELS
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import echo, says
from tests.scenarios.picture_steps import CHINESE, FLUX, FOX, SMALL, begun, drawn, made, orders, upstream


@pytest.fixture(params=PERSONAS)
async def persona(request: pytest.FixtureRequest, harness: ServiceHarness) -> Persona:
    """A person in each kind of conversation, which has begun already."""
    persona = PERSONAS[str(request.param)](harness)
    await begun(persona, harness)
    return persona


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
async def test_an_untranslatable_prompt_is_not_sent(
    direct_persona: Persona, harness: ServiceHarness, answer: str
) -> None:
    harness.wanjie.script.answer = lambda _: answer
    await direct_persona.say(f"/imagine {CHINESE}")
    await says(direct_persona, "couldn't translate your prompt")

    assert not orders(harness)
    assert not direct_persona.posts()


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
@pytest.mark.parametrize(
    ("query", "sentence"),
    [("?break=1", "couldn't be downloaded"), ("?status=404", "couldn't be downloaded"), ("?hang=1", "took too long")],
)
async def test_a_failed_download_of_a_picture_is_explained(
    harness: ServiceHarness, place: str, query: str, sentence: str
) -> None:
    persona = PERSONAS[place](harness)
    harness.wanjie.script.picture_url = lambda url: url + query
    await persona.say(f"/imagine {FOX} {SMALL}")
    await says(persona, sentence)

    assert not persona.posts()


async def test_a_slow_picture_is_waited_for(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.picture_url = lambda url: f"{url}?pause=0.01"
    await direct_persona.say(f"/imagine {FOX} {SMALL}")
    post = await drawn(direct_persona)

    assert post.files == made(harness, FOX)


async def test_the_pictures_that_succeeded_are_posted(persona: Persona, harness: ServiceHarness) -> None:
    links: list[str] = []

    def every_other(url: str) -> str:
        links.append(url)
        return url if len(links) % 2 else f"{url}?status=404"

    harness.wanjie.script.picture_url = every_other
    await persona.say(f"/imagine {FOX} {SMALL} --n 4")
    post = await drawn(persona)

    assert post.files == made(harness, FOX, count=4)[::2]
    assert "2 of the pictures" in post.caption


@pytest.mark.parametrize("link", ["http://127.0.0.1:{}/x.png", "{}/redirect?to=http://127.0.0.1:{}/x.png"])
async def test_no_picture_is_downloaded_from_a_private_address(
    direct_persona: Persona, harness: ServiceHarness, visits: tuple[int, list[bytes]], link: str
) -> None:
    port, asked = visits
    bucket = harness.wanjie.base_url.removesuffix("/api") + "/maas-public-bucket"
    url = link.format(port) if link.startswith("http") else link.format(bucket, port)
    harness.wanjie.script.picture_url = lambda _: url
    await direct_persona.say(f"/imagine {FOX}")
    await says(direct_persona, "not allowed to open")

    assert not asked
    assert not direct_persona.posts()


async def test_a_download_that_is_not_a_picture_is_not_posted(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.picture = no_picture
    await persona.say(f"/imagine {FOX}")
    await says(persona, "isn't a picture I can open")

    assert not persona.posts()


async def test_forbidden_pictures_explain_who_can_allow_them(persona: Persona, harness: ServiceHarness) -> None:
    harness.telegram.faults.fail("sendPhoto", 400, "Bad Request: not enough rights to send photos to the chat")
    harness.slack.faults.fail("files.getUploadURLExternal", "file_uploads_disabled")
    await persona.say(f"/imagine {FOX} {SMALL}")
    await says(persona, "Pictures aren't allowed here")

    assert not persona.posts()


async def test_a_content_refusal_is_explained(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.violates_policy = lambda prompt: "fox" in prompt
    await persona.say(f"/imagine {FOX}")

    await says(persona, "content rules don't allow this")


async def test_a_missing_image_model_is_explained_also_when_none_is_left(
    persona: Persona, harness: ServiceHarness
) -> None:
    await persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(persona)
    harness.wanjie.script.models = tuple(model for model in MODELS if model != FLUX)
    await persona.say(f"/imagine {FOX} {SMALL}")
    await says(persona, "is no longer available")
    await persona.say(f"/imagine {FOX} {SMALL}")

    await says(persona, "No image model")


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ("--n 2", "What should be in the picture?"),
        ("cat --sise 512x512", "--sise"),
        ("cat --size 5x5", "5x5"),
        ("cat --n 9", "1 to 4"),
        ("x" * 2001, "2001 characters"),
    ],
)
async def test_a_mistake_in_the_options_is_named(
    direct_persona: Persona, harness: ServiceHarness, order: str, sentence: str
) -> None:
    await direct_persona.say(f"/imagine {order}".strip())
    await says(direct_persona, sentence)

    assert not orders(harness)


@pytest.mark.parametrize("place", PERSONAS)
@pytest.mark.parametrize("moment", ["drawing", "uploading", "posted"])
async def test_a_kill_leaves_exactly_one_post(place: str, moment: str, empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    persona = PERSONAS[place](harness)
    service = await harness.start()
    await harness.ready()
    await begun(persona, harness)
    if moment == "drawing":
        harness.wanjie.script.picture_url = lambda url: f"{url}?pause=0.02"
    elif moment == "uploading":
        harness.telegram.faults.delay("sendPhoto", 0.3)
        harness.slack.faults.delay("files.completeUploadExternal", 0.3)
    await persona.say(f"/imagine {FOX} {SMALL}")
    if moment == "posted":
        await persona.until(persona.posts)
    else:
        await upstream(lambda: harness.wanjie.bucket.downloads)
        await asyncio.sleep(0.2 if moment == "uploading" else 0)
    await harness.kill(service)

    await harness.start()
    await drawn(persona)
    harness.wanjie.script.answer = echo
    await persona.say("next")
    await says(persona, "answer to next")
    assert [post.files for post in persona.posts()] == [made(harness, FOX)]
    assert len(orders(harness)) == 1


async def test_stop_ends_the_drawing(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.header_delay = 60
    await persona.say(f"/imagine {FOX} {SMALL}")
    await upstream(lambda: orders(harness))
    await persona.say("/stop")
    await says(persona, "Stopped.")
    harness.wanjie.script.header_delay = 0
    await persona.say("next")
    await says(persona, "answer to next")

    assert not persona.posts()


async def test_a_service_failure_is_explained_without_details(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.fail_next.extend([Failure(400, message="secret detail of the gateway")] * 4)
    await persona.say(f"/imagine {FOX}")
    await says(persona, "didn't accept this request")

    assert not any("secret" in answer for answer in persona.answers())
