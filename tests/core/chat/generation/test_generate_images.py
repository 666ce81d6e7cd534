"""Having pictures made and fetched, by models and from places of every kind."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from bots.sandbox.wanjie.sample_media import make_png
from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.chat.generation.generate_images import GeneratedImages, ImageGenerator
from core.chat.generation.image_caption import caption, fit_line, prompt_in_caption
from core.chat.generation.image_prompt import ImagePrompt
from core.chat.text.user_error import UserFacingError
from core.media.decoding.pool import DecoderPool
from core.wanjie import BadRequestError, Catalog, ImageData, ImageLink, RefusedContentError, WanjieClient
from core.wanjie.download import Downloader
from core.wanjie.models.detect_kind import ModelKinds
from tests.core.metered import PAYER, metered
from tests.core.wanjie_client import SHORT_BACKOFF, make_settings

FLUX = "Flux.1-Schnell"
OTHER = "gpt-image-1"
FOX = ImagePrompt("a red fox in the snow", size="64x96", n=2)
CHINESE = ImagePrompt("雪地里的一只红狐狸", size="64x64")
MOST = 1_000_000


@pytest.fixture
async def sim() -> AsyncGenerator[WanjieSim]:
    async with WanjieSim() as running:
        running.script.models = (*running.script.models, OTHER)
        running.script.answer = lambda _: "a red fox"
        yield running


@pytest.fixture
async def images(sim: WanjieSim, redis: Redis) -> AsyncGenerator[ImageGenerator]:
    settings = make_settings(sim)
    client = WanjieClient(settings, backoff=SHORT_BACKOFF, downloads=Downloader(settings, idle_timeout=3))
    async with aclosing(client), aclosing(DecoderPool()) as decoders:
        counted = metered(client, redis)
        yield ImageGenerator(counted, counted, Catalog(client, settings), decoders)


def ordered(sim: WanjieSim) -> list[dict[str, object]]:
    """What the image models were asked for."""
    return [call.body for call in sim.requests if call.path.endswith("/images/generations")]


async def reason(images: ImageGenerator, *urls: str, most: int = MOST) -> str:
    """Why none of these pictures can be had."""
    with pytest.raises(UserFacingError) as caught:
        await images.download(GeneratedImages(FLUX, FOX, tuple(map(ImageLink, urls))), most=most, person="tg:1:7")
    return caught.value.key


def hosted(sim: WanjieSim, data: bytes = make_png(64, 64, 1), query: str = "") -> str:
    """The link to a file in the object store."""
    return sim.base_url.removesuffix("/api") + sim.bucket.put(data, "png") + query


@pytest.mark.parametrize("form", ["url", "b64_json"])
async def test_pictures_are_generated_with_the_options_and_returned_unchanged(
    images: ImageGenerator, sim: WanjieSim, form: str
) -> None:
    sim.script.images_as = "url" if form == "url" else "b64_json"
    drawing = await images.generate(FOX, FLUX, "deepseek-v3", PAYER)
    downloaded = await images.download(drawing, most=MOST, person="tg:1:7")

    assert ordered(sim) == [
        {
            "model": FLUX,
            "prompt": FOX.prompt,
            "n": 2,
            "size": "64x96",
            "responseFormat": "url",
            "quality": "standard",
            "style": "vivid",
        }
    ]
    assert [picture.data for picture in downloaded.pictures] == [
        sim.script.picture(FOX.prompt, number, 64, 96) for number in range(2)
    ]
    assert {(picture.mime, picture.width, picture.height) for picture in downloaded.pictures} == {("image/png", 64, 96)}
    assert {picture.alt for picture in downloaded.pictures} == {FOX.prompt}
    assert [picture.name for picture in downloaded.pictures] == [
        "a-red-fox-in-the-snow-1.png",
        "a-red-fox-in-the-snow-2.png",
    ]
    assert downloaded.missing == 0


async def test_a_prompt_is_translated_for_english_only_models(images: ImageGenerator, sim: WanjieSim) -> None:
    drawing = await images.generate(CHINESE, FLUX, "deepseek-v3", PAYER)

    assert ordered(sim)[-1]["prompt"] == "a red fox"
    assert drawing.prompt.prompt == CHINESE.prompt
    assert drawing.prompt.english == "a red fox"


async def test_a_prompt_is_not_translated_for_other_models(images: ImageGenerator, sim: WanjieSim) -> None:
    await images.generate(CHINESE, OTHER, "deepseek-v3", PAYER)

    assert ordered(sim)[-1]["prompt"] == CHINESE.prompt
    assert len(sim.requests) == 1


async def test_a_prompt_is_translated_once(images: ImageGenerator, sim: WanjieSim) -> None:
    drawing = await images.generate(CHINESE, FLUX, "deepseek-v3", PAYER)
    await images.generate(drawing.prompt.next_variation, FLUX, "deepseek-v3", PAYER)

    assert str(ordered(sim)[-1]["prompt"]).startswith("a red fox, ")
    assert len(sim.requests) == 3


@pytest.mark.parametrize("translator", ["deepseek-v3", "no-such-model", None])
async def test_an_untranslated_prompt_is_not_sent(
    images: ImageGenerator, sim: WanjieSim, translator: str | None
) -> None:
    sim.script.answer = lambda _: "对不起"

    with pytest.raises(UserFacingError, match=r"imagine\.untranslated"):
        await images.generate(CHINESE, FLUX, translator, PAYER)
    assert not ordered(sim)


async def test_a_refusal_of_the_model_is_raised(images: ImageGenerator, sim: WanjieSim) -> None:
    sim.script.violates_policy = lambda prompt: "fox" in prompt

    with pytest.raises(RefusedContentError):
        await images.generate(FOX, FLUX, "deepseek-v3", PAYER)


@pytest.mark.parametrize(
    ("prompt", "message", "key"),
    [
        (FOX, "prompt is too long, maximum 256 tokens", "imagine.too_long"),
        (FOX, "n must be 1 for this model", "imagine.manner"),
        (replace(FOX, size="1024x1024", n=1, style="natural"), "style is not supported", "imagine.manner"),
    ],
)
async def test_a_refused_option_is_explained(
    images: ImageGenerator, sim: WanjieSim, prompt: ImagePrompt, message: str, key: str
) -> None:
    sim.script.fail_next.append(Failure(400, message=message))

    with pytest.raises(UserFacingError) as caught:
        await images.generate(prompt, FLUX, "deepseek-v3", PAYER)
    assert caught.value.key == key
    assert caught.value.values == {"model": FLUX} | ({"options": prompt.options} if key == "imagine.manner" else {})


async def test_a_bad_request_without_options_is_raised(images: ImageGenerator, sim: WanjieSim) -> None:
    sim.script.fail_next.append(Failure(400, message="no"))

    with pytest.raises(BadRequestError):
        await images.generate(ImagePrompt(FOX.prompt), FLUX, "deepseek-v3", PAYER)


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("?hang=1", "imagine.slow"),
        ("?break=1", "imagine.broken"),
        ("?status=403", "imagine.broken"),
        ("?status=500", "imagine.broken"),
        ("?size=1000001", "imagine.oversize"),
        ("?size=1000001&unsized=1", "imagine.oversize"),
    ],
)
async def test_a_failed_download_has_a_reason(images: ImageGenerator, sim: WanjieSim, query: str, key: str) -> None:
    assert await reason(images, hosted(sim, query=query)) == key


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/picture.png",
        "https://127.0.0.1/picture.png",
        "https://localhost/picture.png",
        "https://[::1]/picture.png",
        "file:///etc/passwd",
        "no link",
    ],
)
async def test_a_private_address_is_not_requested(images: ImageGenerator, url: str) -> None:
    assert await reason(images, url) == "imagine.unsafe"


async def test_a_redirect_to_a_private_address_is_not_followed(images: ImageGenerator, sim: WanjieSim) -> None:
    link = sim.base_url.removesuffix("/api") + "/maas-public-bucket/redirect?to=http://127.0.0.1:9/picture.png"

    assert await reason(images, link) == "imagine.unsafe"


@pytest.mark.parametrize("data", [b"", b"<html>no</html>", make_png(64, 64, 1)[:100]])
async def test_a_download_that_is_not_a_picture_is_reported(
    images: ImageGenerator, sim: WanjieSim, data: bytes
) -> None:
    assert await reason(images, hosted(sim, data)) == "imagine.no_picture"


async def test_data_that_is_too_large_is_reported(images: ImageGenerator) -> None:
    with pytest.raises(UserFacingError, match=r"imagine\.oversize"):
        await images.download(GeneratedImages(FLUX, FOX, (ImageData(make_png(64, 64, 1)),)), most=100, person="tg:1:7")


async def test_successful_pictures_are_returned_beside_failed_ones(images: ImageGenerator, sim: WanjieSim) -> None:
    links = (hosted(sim, query="?status=403"), hosted(sim), "https://127.0.0.1/x", hosted(sim))
    downloaded = await images.download(
        GeneratedImages(FLUX, replace(FOX, n=4), tuple(map(ImageLink, links))), most=MOST, person="tg:1:7"
    )

    assert len(downloaded.pictures) == 2
    assert downloaded.missing == 2


async def test_pictures_that_a_model_did_not_make_count_as_missing(images: ImageGenerator, sim: WanjieSim) -> None:
    downloaded = await images.download(
        GeneratedImages(FLUX, replace(FOX, n=3), (ImageLink(hosted(sim)),)), most=MOST, person="tg:1:7"
    )

    assert len(downloaded.pictures) == 1
    assert downloaded.missing == 2


@pytest.mark.parametrize(("people", "at_once"), [(1, 4), (2, 8), (3, 8)])
async def test_no_more_than_eight_pictures_are_fetched_at_a_time_and_four_for_one_person(
    images: ImageGenerator, sim: WanjieSim, people: int, at_once: int
) -> None:
    drawing = GeneratedImages(FLUX, FOX, tuple(ImageLink(hosted(sim, query="?hold=1")) for _ in range(5)))
    fetching = [
        asyncio.ensure_future(images.download(drawing, most=MOST, person=str(person))) for person in range(people)
    ]
    async with asyncio.timeout(60):
        while len(sim.bucket.downloads) < at_once:  # noqa: ASYNC110 - the simulator tells nobody
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)

    assert len(sim.bucket.downloads) == at_once
    sim.bucket.released.set()
    assert [len((await downloaded).pictures) for downloaded in fetching] == [5] * people
    assert len(sim.bucket.downloads) == 5 * people


async def test_the_log_has_the_reason_without_the_link_s_signature(
    images: ImageGenerator, sim: WanjieSim, capsys: pytest.CaptureFixture[str]
) -> None:
    await reason(images, hosted(sim, query="?status=403&signature=secret"))
    await reason(images, "https://user:secret@127.0.0.1/picture.png?secret")

    logged = capsys.readouterr().out
    assert "403" in logged
    assert "https://127.0.0.1/picture.png" in logged
    assert "secret" not in logged


def test_generated_images_survive_serialisation() -> None:
    drawing = GeneratedImages(FLUX, FOX, (ImageLink("https://one"), ImageLink("https://two?x")))
    packed = drawing.pack()

    assert packed is not None
    assert GeneratedImages.unpack(packed) == drawing
    assert GeneratedImages(FLUX, FOX, (ImageLink("https://one"), ImageData(b"x"))).pack() is None


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        (ImagePrompt("a red fox"), f"a red fox\n`{FLUX}`"),
        (ImagePrompt("a red fox", english="a red fox"), f"a red fox\n`{FLUX}`"),
        (ImagePrompt("一只狐狸", english="a fox"), f"一只狐狸\n→ a fox\n`{FLUX}`"),
        (ImagePrompt("a fox", variation=1), f"a fox, another composition\n`{FLUX}`"),
        (ImagePrompt("一只狐狸", english="a fox", variation=1), f"一只狐狸\n→ a fox, another composition\n`{FLUX}`"),
        (ImagePrompt("a *big* fox_1 `x`"), f"a \\*big\\* fox\\_1 \\`x\\`\n`{FLUX}`"),
    ],
)
def test_a_caption_shows_the_prompt_and_its_translation(prompt: ImagePrompt, shown: str) -> None:
    assert caption(prompt, FLUX) == shown


@pytest.mark.parametrize(
    ("text", "pictured"),
    [
        (caption(ImagePrompt("a *big* fox_1"), FLUX), False),
        (
            caption(ImagePrompt("a *big* fox_1", english="a large fox"), FLUX, "1 of the pictures failed."),
            False,
        ),
        (caption(ImagePrompt("a *big* fox_1"), FLUX, "1 of the pictures failed."), True),
        (f"a *big* fox_1\n→ a large fox\n{FLUX}", False),
        (f"a *big* fox_1\n{OTHER}\n", False),
        ("a *big* fox_1\n`kolors`", False),
        ("a *big* fox_1\nkolors", True),
    ],
)
def test_the_prompt_is_found_in_a_caption(text: str, *, pictured: bool) -> None:
    assert prompt_in_caption(text, ModelKinds().detect_kind, pictured=pictured) == "a *big* fox_1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        FLUX,
        "a fox\nin the snow",
        "a \\* fox\ndeepseek-v3",
        "one\nof a high-res-image kind",
        "Which one is better for logos?\nMidjourney is expensive.\nflux",
        f"Which one is better for logos?\nMidjourney is expensive.\n{FLUX}",
        "Which one is better for logos?\nMidjourney",
    ],
)
def test_a_text_that_is_not_a_caption_has_no_prompt(text: str) -> None:
    assert not prompt_in_caption(text, ModelKinds().detect_kind, pictured=False)


def test_the_beginning_of_a_long_prompt_is_found_in_a_caption() -> None:
    prompt = "a fox in the snow " * 80
    found = prompt_in_caption(caption(ImagePrompt(prompt), FLUX), ModelKinds().detect_kind, pictured=True)

    assert len(found) > 900
    assert prompt.startswith(found)


def test_a_caption_has_room_for_a_note() -> None:
    assert caption(ImagePrompt("a fox"), FLUX, "One is missing.") == f"a fox\nOne is missing.\n`{FLUX}`"


@given(
    prompt=st.text(min_size=1, max_size=2000) | st.just("*" * 2000),
    english=st.text(max_size=2000) | st.just("x" * 2000),
    note=st.text(max_size=100),
)
def test_no_caption_is_too_long(prompt: str, english: str, note: str) -> None:
    text = caption(ImagePrompt(prompt, english=english), FLUX, note)

    assert len(text) <= 1000
    assert text.endswith(f"`{FLUX}`")


@given(line=st.text(alphabet="a*", max_size=60) | st.text(alphabet="a*\\", max_size=60), most=st.integers(2, 40))
def test_shortening_keeps_escapes_complete(line: str, most: int) -> None:
    cut = fit_line(line, most)

    assert len(cut) <= most
    assert cut.endswith("…") or len(fit_line(line, 1000)) <= most
    assert cut.count("*") == cut.count("\\*")
    assert "\\" in line or "\\…" not in cut
