"""Pictures that models make, on every kind of conversation."""

from typing import cast

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.scripted_behaviour import MODELS
from tests.core.chat.sent_files import picture
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import asked, floods, says
from tests.scenarios.picture_steps import AGAIN, CHINESE, FLUX, FOX, OTHER, SMALL, VARIATION, begun, drawn, made, orders
from tests.scenarios.voice_steps import hears, spoken


@pytest.fixture(params=PERSONAS)
async def persona(request: pytest.FixtureRequest, harness: ServiceHarness) -> Persona:
    """A person in each kind of conversation, which has begun already."""
    persona = PERSONAS[str(request.param)](harness)
    await begun(persona, harness)
    return persona


async def test_a_picture_is_drawn_with_its_options_and_posted_unchanged(
    persona: Persona, harness: ServiceHarness
) -> None:
    await persona.say(f"/imagine {FOX} —size 320\u00d7256 --quality=hd --style natural")
    post = await drawn(persona)

    assert post.kind == "pictures"
    assert post.files == made(harness, FOX, 320, 256)
    assert post.caption.split() == [*FOX.split(), FLUX]
    assert set(post.alts) <= {FOX}
    assert [(order["prompt"], order["size"], order["quality"], order["style"]) for order in orders(harness)] == [
        (FOX, "320x256", "hd", "natural")
    ]
    assert len(asked(harness)) == 0


async def test_drawing_shows_activity(harness: ServiceHarness) -> None:
    harness.wanjie.script.picture_url = lambda url: f"{url}?pause=0.005"
    thread = harness.thread()
    await begun(thread, harness)
    for persona, sign in ((harness.private(), "upload_photo"), (thread, "draw")):
        await persona.say(f"/imagine {FOX} {SMALL}")
        await drawn(persona)

        assert sign in " ".join(persona.signs())


async def test_pictures_in_slack_have_the_prompt_as_alternative_text(harness: ServiceHarness) -> None:
    persona = harness.direct()
    await persona.say(f"/imagine {FOX} {SMALL} --n 2")
    post = await drawn(persona)

    assert post.alts == (FOX, FOX)


async def test_several_pictures_are_posted_together(persona: Persona, harness: ServiceHarness) -> None:
    await persona.say(f"/imagine --n 3 {FOX} {SMALL}")
    post = await drawn(persona)

    assert post.files == made(harness, FOX, count=3)
    assert len(persona.posts()) == 1
    assert FOX in post.caption


async def test_an_english_only_model_gets_a_translated_prompt(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: '"A red fox in the snow"'
    await persona.say(f"/imagine {CHINESE} {SMALL}")
    post = await drawn(persona)

    assert [order["prompt"] for order in orders(harness)] == ["A red fox in the snow"]
    assert CHINESE in post.caption
    assert "A red fox in the snow" in post.caption
    assert set(post.alts) <= {CHINESE}
    assert asked(harness)[-1][-1]["content"] == CHINESE


async def test_a_replied_message_is_the_prompt(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: FOX
    await persona.say("describe the picture")
    await says(persona, FOX)
    await persona.reply("/imagine", to=FOX)
    await drawn(persona)

    assert [order["prompt"] for order in orders(harness)] == [FOX]


@pytest.mark.parametrize("prompt", [FOX, CHINESE])
async def test_the_caption_of_a_replied_picture_is_the_prompt(
    direct_persona: Persona, harness: ServiceHarness, prompt: str
) -> None:
    harness.wanjie.script.answer = lambda _: FOX
    await direct_persona.say(f"/imagine {prompt} {SMALL}")
    await drawn(direct_persona)
    await direct_persona.reply("/imagine", to=prompt)
    post = await drawn(direct_persona, 2)

    assert [order["prompt"] for order in orders(harness)] == [FOX, FOX]
    assert post.caption.split() == direct_persona.posts()[0].caption.split()


async def test_speaking_a_drawn_picture_reads_its_prompt(direct_persona: Persona, harness: ServiceHarness) -> None:
    await direct_persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(direct_persona)
    await direct_persona.reply("/speak", to=FOX)
    await hears(direct_persona)

    assert [body["input"] for body in spoken(harness)] == [f"{FOX}."]


@pytest.mark.parametrize(("place", "order"), [("telegram-private", "/imagine"), ("slack-direct", "!imagine")])
async def test_a_picture_attached_to_imagine_is_reported_unused(
    harness: ServiceHarness, place: str, order: str
) -> None:
    persona = PERSONAS[place](harness)
    await persona.send(picture(), "a.png", "image/png", text=f"{order} make the sky blue")
    await says(persona, "can't edit pictures")

    assert not orders(harness)


async def test_a_picture_that_imagine_replies_to_is_reported_unused(harness: ServiceHarness) -> None:
    persona = harness.private()
    await begun(persona, harness)
    await persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(persona)
    await persona.reply(f"/imagine {FOX} and on the ice {SMALL}", to=FOX)
    post = await drawn(persona, 2)

    assert "from your words alone" in post.caption
    assert "from your words alone" not in persona.posts()[0].caption


@pytest.mark.parametrize("place", ["telegram-private", "slack-thread"])
async def test_a_user_s_picture_is_reported_unused_when_its_caption_is_drawn(
    harness: ServiceHarness, place: str
) -> None:
    persona = PERSONAS[place](harness)
    await begun(persona, harness)
    await persona.send(picture(), "a.png", "image/png", text=FOX)
    await says(persona, "can't see pictures")
    await persona.reply("/imagine", to=FOX)
    post = await drawn(persona)

    assert "from your words alone" in post.caption
    assert [order["prompt"] for order in orders(harness)] == [FOX]


async def test_each_chat_has_its_own_image_model_and_gets_the_usual_one_when_that_is_gone(
    persona: Persona, harness: ServiceHarness
) -> None:
    await persona.say(f"/model {OTHER}")
    await says(persona, OTHER)
    await persona.say(f"/imagine {CHINESE} {SMALL}")
    post = await drawn(persona)
    assert OTHER in post.caption
    assert [(order["model"], order["prompt"]) for order in orders(harness)] == [(OTHER, CHINESE)]

    harness.wanjie.script.models = MODELS
    await persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(persona, 2)
    await persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(persona, 3)

    assert sum("is no longer available" in answer for answer in persona.answers()) == 1
    assert [order["model"] for order in orders(harness)] == [OTHER, OTHER, FLUX, FLUX]


async def test_pictures_sent_as_data_are_posted(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.images_as = "b64_json"
    await direct_persona.say(f"/imagine {FOX} {SMALL} --n 2")
    post = await drawn(direct_persona)

    assert post.files == made(harness, FOX, count=2)


async def test_a_large_picture_is_posted_as_a_file_and_a_larger_one_is_refused(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    harness.wanjie.script.picture_url = lambda url: f"{url}?size=30000000"
    await direct_persona.say(f"/imagine {FOX} {SMALL}")
    post = await drawn(direct_persona)
    assert post.kind == "files"
    assert post.files == (made(harness, FOX)[0].ljust(30_000_000, b"\0"),)

    harness.wanjie.script.picture_url = lambda url: f"{url}?size=50000001"
    await direct_persona.say(f"/imagine {FOX} {SMALL}")
    await says(direct_persona, "too large")
    assert len(direct_persona.posts()) == 1


async def test_a_picture_of_an_extreme_ratio_is_posted(direct_persona: Persona, harness: ServiceHarness) -> None:
    await direct_persona.say(f"/imagine {FOX} --size 2048x64")
    post = await drawn(direct_persona)

    assert post.files == made(harness, FOX, 2048, 64)


async def test_imagine_explains_itself_in_the_user_s_language(harness: ServiceHarness) -> None:
    for persona in (harness.private(language="zh-hans"), harness.direct(locale="zh-CN")):
        await persona.say("/imagine cat --n 9")
        await says(persona, "张数")


async def test_ten_simultaneous_requests_of_a_group_are_served_in_order(harness: ServiceHarness) -> None:
    for persona in (harness.group(), harness.thread()):
        await begun(persona, harness)
        for number in range(10):
            await persona.say(f"/imagine the fox {number} {SMALL}")
        await drawn(persona, 10, 120)

        assert [post.caption.split()[:3] for post in persona.posts()] == [["the", "fox", str(n)] for n in range(10)]
        assert [post.files for post in persona.posts()] == [made(harness, f"the fox {n}") for n in range(10)]
    assert not floods(harness)


async def test_again_repeats_the_prompt_and_variation_changes_it(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: FOX
    await persona.say(f"/imagine {CHINESE} {SMALL}")
    await drawn(persona)
    await persona.press(AGAIN)
    await persona.until(lambda: len(persona.posts()) == 2)
    await drawn(persona, 2)
    await persona.press(VARIATION)
    await persona.until(lambda: len(persona.posts()) == 3)
    await drawn(persona, 3)
    await persona.press(VARIATION)
    await drawn(persona, 4)

    prompts = [str(order["prompt"]) for order in orders(harness)]
    assert prompts[:2] == [FOX, FOX]
    assert len(set(prompts)) == 3
    assert all(prompt.startswith(FOX) for prompt in prompts)
    assert {order["size"] for order in orders(harness)} == {"64x64"}
    assert len(asked(harness)) == 1
    assert all(CHINESE in post.caption for post in persona.posts())


async def test_one_picture_can_be_varied_more_than_once(direct_persona: Persona, harness: ServiceHarness) -> None:
    await direct_persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(direct_persona)
    await direct_persona.press(VARIATION)
    await direct_persona.press(VARIATION)
    await drawn(direct_persona, 3)

    assert len({order["prompt"] for order in orders(harness)}) == 3


async def test_pictures_drawn_outside_threads_can_be_varied_there(harness: ServiceHarness) -> None:
    persona = harness.thread()
    await persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(persona)
    await persona.press(VARIATION)
    await drawn(persona, 2)

    assert len(orders(harness)) == 2


@pytest.mark.parametrize("place", ["telegram", "slack"])
async def test_another_user_may_not_press(place: str, harness: ServiceHarness) -> None:
    persona = harness.group() if place == "telegram" else harness.thread()
    await begun(persona, harness)
    await persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(persona)
    stranger = harness.joining(persona, "Bob")
    await stranger.press(AGAIN)
    await stranger.until(lambda: "Only the person who asked" in " ".join(stranger.hints()))

    assert len(orders(harness)) == 1


@pytest.mark.parametrize("place", ["telegram", "slack"])
async def test_pictures_redrawn_by_an_admin_stay_the_asker_s(place: str, harness: ServiceHarness) -> None:
    persona = harness.group() if place == "telegram" else harness.thread()
    await begun(persona, harness)
    await persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(persona)
    await harness.joining(persona, "Root", admin=True).press(AGAIN)
    await drawn(persona, 2)
    await persona.press(VARIATION)
    await drawn(persona, 3)

    assert len(orders(harness)) == 3


async def forget_prompts(redis: Redis) -> None:
    """Remove each value with the prompt, as its end would."""
    for key in cast("list[bytes]", await redis.execute_command("KEYS", "*")):  # pyright: ignore[reportUnknownMemberType]
        if await redis.type(key) == b"string" and FOX.encode() in cast("bytes", await redis.get(key)):
            await redis.delete(key)


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_button_with_a_forgotten_prompt_explains_itself(
    place: str, empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness = empty_harness
    persona = PERSONAS[place](harness)
    await harness.start(REDIS_URL=redis_url)
    await harness.ready()
    await persona.say(f"/imagine {FOX} {SMALL}")
    await drawn(persona)
    await forget_prompts(redis)
    await persona.press(AGAIN)
    await persona.until(lambda: "too old to draw again" in " ".join(persona.hints()))

    assert len(orders(harness)) == 1
