"""Pictures that models make, on every kind of conversation."""

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.wanjie.script import MODELS
from tests.core.chat.sending import picture
from tests.scenarios.conftest import ONE_A_PLATFORM, SEATS
from tests.scenarios.drawing import AGAIN, CHINESE, FLUX, FOX, OTHER, SMALL, VARIATION, begun, drawn, made, orders
from tests.scenarios.hearing import hears, spoken
from tests.scenarios.saying import asked, floods, says


@pytest.fixture(params=SEATS)
async def seat(request: pytest.FixtureRequest, stage: Stage) -> Seat:
    """A person in each kind of conversation, which has begun already."""
    seat = SEATS[str(request.param)](stage)
    await begun(seat, stage)
    return seat


async def test_a_picture_is_drawn_as_ordered_and_posted_as_it_is(seat: Seat, stage: Stage) -> None:
    await seat.say(f"/imagine {FOX} —size 320\u00d7256 --quality=hd --style natural")
    post = await drawn(seat)

    assert post.kind == "pictures"
    assert post.files == made(stage, FOX, 320, 256)
    assert post.caption.split() == [*FOX.split(), FLUX]
    assert set(post.alts) <= {FOX}
    assert [(order["prompt"], order["size"], order["quality"], order["style"]) for order in orders(stage)] == [
        (FOX, "320x256", "hd", "natural")
    ]
    assert len(asked(stage)) == 0


async def test_readers_see_that_the_bot_draws(stage: Stage) -> None:
    stage.wanjie.script.picture_url = lambda url: f"{url}?pause=0.005"
    thread = stage.thread()
    await begun(thread, stage)
    for seat, sign in ((stage.private(), "upload_photo"), (thread, "draw")):
        await seat.say(f"/imagine {FOX} {SMALL}")
        await drawn(seat)

        assert sign in " ".join(seat.signs())


async def test_screen_readers_on_slack_are_told_the_prompt(stage: Stage) -> None:
    seat = stage.direct()
    await seat.say(f"/imagine {FOX} {SMALL} --n 2")
    post = await drawn(seat)

    assert post.alts == (FOX, FOX)


async def test_several_pictures_come_together(seat: Seat, stage: Stage) -> None:
    await seat.say(f"/imagine --n 3 {FOX} {SMALL}")
    post = await drawn(seat)

    assert post.files == made(stage, FOX, count=3)
    assert len(seat.posts()) == 1
    assert FOX in post.caption


async def test_a_model_that_understands_english_only_gets_english(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: '"A red fox in the snow"'
    await seat.say(f"/imagine {CHINESE} {SMALL}")
    post = await drawn(seat)

    assert [order["prompt"] for order in orders(stage)] == ["A red fox in the snow"]
    assert CHINESE in post.caption
    assert "A red fox in the snow" in post.caption
    assert set(post.alts) <= {CHINESE}
    assert asked(stage)[-1][-1]["content"] == CHINESE


async def test_a_message_that_is_replied_to_is_the_prompt(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: FOX
    await seat.say("describe the picture")
    await says(seat, FOX)
    await seat.reply("/imagine", to=FOX)
    await drawn(seat)

    assert [order["prompt"] for order in orders(stage)] == [FOX]


@pytest.mark.parametrize("prompt", [FOX, CHINESE])
async def test_a_picture_that_is_replied_to_is_drawn_from_the_words_under_it(
    direct_seat: Seat, stage: Stage, prompt: str
) -> None:
    stage.wanjie.script.answer = lambda _: FOX
    await direct_seat.say(f"/imagine {prompt} {SMALL}")
    await drawn(direct_seat)
    await direct_seat.reply("/imagine", to=prompt)
    post = await drawn(direct_seat, 2)

    assert [order["prompt"] for order in orders(stage)] == [FOX, FOX]
    assert post.caption.split() == direct_seat.posts()[0].caption.split()


async def test_a_picture_that_is_read_aloud_says_what_was_ordered(direct_seat: Seat, stage: Stage) -> None:
    await direct_seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(direct_seat)
    await direct_seat.reply("/speak", to=FOX)
    await hears(direct_seat)

    assert [body["input"] for body in spoken(stage)] == [f"{FOX}."]


@pytest.mark.parametrize(("place", "order"), [("telegram-private", "/imagine"), ("slack-direct", "!imagine")])
async def test_a_picture_that_comes_with_an_order_is_told_to_be_of_no_use(stage: Stage, place: str, order: str) -> None:
    seat = SEATS[place](stage)
    await seat.send(picture(), "a.png", "image/png", text=f"{order} make the sky blue")
    await says(seat, "I draw from words alone")

    assert not orders(stage)


async def test_a_picture_that_an_order_replies_to_is_told_to_be_left_out(stage: Stage) -> None:
    seat = stage.private()
    await begun(seat, stage)
    await seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(seat)
    await seat.reply(f"/imagine {FOX} and on the ice {SMALL}", to=FOX)
    post = await drawn(seat, 2)

    assert "from your words alone" in post.caption
    assert "from your words alone" not in seat.posts()[0].caption


@pytest.mark.parametrize("place", ["telegram-private", "slack-thread"])
async def test_a_picture_of_somebody_s_is_told_to_be_left_out_when_its_words_are_drawn(
    stage: Stage, place: str
) -> None:
    seat = SEATS[place](stage)
    await begun(seat, stage)
    await seat.send(picture(), "a.png", "image/png", text=FOX)
    await says(seat, "cannot see pictures")
    await seat.reply("/imagine", to=FOX)
    post = await drawn(seat)

    assert "from your words alone" in post.caption
    assert [order["prompt"] for order in orders(stage)] == [FOX]


async def test_each_chat_has_its_own_image_model_and_gets_the_usual_one_when_that_is_gone(
    seat: Seat, stage: Stage
) -> None:
    await seat.say(f"/model {OTHER}")
    await says(seat, OTHER)
    await seat.say(f"/imagine {CHINESE} {SMALL}")
    post = await drawn(seat)
    assert OTHER in post.caption
    assert [(order["model"], order["prompt"]) for order in orders(stage)] == [(OTHER, CHINESE)]

    stage.wanjie.script.models = MODELS
    await seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(seat, 2)
    await seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(seat, 3)

    assert sum("not available to this service any more" in answer for answer in seat.answers()) == 1
    assert [order["model"] for order in orders(stage)] == [OTHER, OTHER, FLUX, FLUX]


async def test_pictures_that_come_as_data_are_as_good(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.images_as = "b64_json"
    await direct_seat.say(f"/imagine {FOX} {SMALL} --n 2")
    post = await drawn(direct_seat)

    assert post.files == made(stage, FOX, count=2)


async def test_a_large_picture_comes_as_a_file_and_a_larger_one_not_at_all(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.picture_url = lambda url: f"{url}?size=30000000"
    await direct_seat.say(f"/imagine {FOX} {SMALL}")
    post = await drawn(direct_seat, seconds=40)
    assert post.kind == "files"
    assert post.files == (made(stage, FOX)[0].ljust(30_000_000, b"\0"),)

    stage.wanjie.script.picture_url = lambda url: f"{url}?size=50000001"
    await direct_seat.say(f"/imagine {FOX} {SMALL}")
    await says(direct_seat, "too large")
    assert len(direct_seat.posts()) == 1


async def test_a_picture_of_an_odd_shape_arrives(direct_seat: Seat, stage: Stage) -> None:
    await direct_seat.say(f"/imagine {FOX} --size 2048x64")
    post = await drawn(direct_seat)

    assert post.files == made(stage, FOX, 2048, 64)


async def test_the_bot_explains_itself_in_the_user_s_language(stage: Stage) -> None:
    for seat in (stage.private(language="zh-hans"), stage.direct(locale="zh-CN")):
        await seat.say("/imagine cat --n 9")
        await says(seat, "不是可用的张数")


async def test_ten_at_once_in_one_group_all_arrive_in_order(stage: Stage) -> None:
    for seat in (stage.group(), stage.thread()):
        await begun(seat, stage)
        for number in range(10):
            await seat.say(f"/imagine the fox {number} {SMALL}")
        await drawn(seat, 10, 120)

        assert [post.caption.split()[:3] for post in seat.posts()] == [["the", "fox", str(n)] for n in range(10)]
        assert [post.files for post in seat.posts()] == [made(stage, f"the fox {n}") for n in range(10)]
    assert not floods(stage)


async def test_again_repeats_the_order_and_variation_changes_it_a_little(seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: FOX
    await seat.say(f"/imagine {CHINESE} {SMALL}")
    await drawn(seat)
    await seat.press(AGAIN)
    await seat.until(lambda: len(seat.posts()) == 2)
    await drawn(seat, 2)
    await seat.press(VARIATION)
    await seat.until(lambda: len(seat.posts()) == 3)
    await drawn(seat, 3)
    await seat.press(VARIATION)
    await drawn(seat, 4)

    prompts = [str(order["prompt"]) for order in orders(stage)]
    assert prompts[:2] == [FOX, FOX]
    assert len(set(prompts)) == 3
    assert all(prompt.startswith(FOX) for prompt in prompts)
    assert {order["size"] for order in orders(stage)} == {"64x64"}
    assert len(asked(stage)) == 1
    assert all(CHINESE in post.caption for post in seat.posts())


async def test_one_picture_can_be_varied_more_than_once(direct_seat: Seat, stage: Stage) -> None:
    await direct_seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(direct_seat)
    await direct_seat.press(VARIATION)
    await direct_seat.press(VARIATION)
    await drawn(direct_seat, 3)

    assert len({order["prompt"] for order in orders(stage)}) == 3


async def test_pictures_ordered_beside_the_threads_of_a_channel_can_be_varied_there(stage: Stage) -> None:
    seat = stage.thread()
    await seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(seat)
    await seat.press(VARIATION)
    await drawn(seat, 2)

    assert len(orders(stage)) == 2


@pytest.mark.parametrize("place", ["telegram", "slack"])
async def test_a_stranger_may_not_press(place: str, stage: Stage) -> None:
    seat = stage.group() if place == "telegram" else stage.thread()
    await begun(seat, stage)
    await seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(seat)
    stranger = stage.joining(seat, "Bob")
    await stranger.press(AGAIN)
    await stranger.until(lambda: "whoever asked" in " ".join(stranger.hints()))

    assert len(orders(stage)) == 1


@pytest.mark.parametrize("place", ["telegram", "slack"])
async def test_pictures_that_an_admin_has_drawn_again_stay_the_asker_s(place: str, stage: Stage) -> None:
    seat = stage.group() if place == "telegram" else stage.thread()
    await begun(seat, stage)
    await seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(seat)
    await stage.joining(seat, "Root", admin=True).press(AGAIN)
    await drawn(seat, 2)
    await seat.press(VARIATION)
    await drawn(seat, 3)

    assert len(orders(stage)) == 3


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_a_button_whose_order_nobody_remembers_says_so(place: str, empty_stage: Stage) -> None:
    stage = empty_stage
    seat = SEATS[place](stage)
    service = await stage.start()
    await stage.ready()
    await seat.say(f"/imagine {FOX} {SMALL}")
    await drawn(seat)
    await stage.end(service)
    await stage.start(DATA_DIR=str(stage.folder / "other"))
    await stage.ready()
    await seat.press(AGAIN)
    await seat.until(lambda: "too old to be made again" in " ".join(seat.hints()))

    assert len(orders(stage)) == 1
