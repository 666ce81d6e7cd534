"""Buttons, what whoever presses them is told, and who may press them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bots.telegram.api import rate_limit_numbers, rate_limited_chat
from bots.telegram.api.call_priorities import Priority
from bots.telegram.api.rate_limit_numbers import BOT_LIMIT, PRESS_LIMIT, get_message_limits
from bots.telegram.sending import group_admins
from bots.telegram.sending.keyboard_layout import build_button_keyboard, build_menu_keyboard
from core.chat.port.errors import ContentRejectedError, FileTooLargeError, RateLimitedError
from core.chat.port.incoming import Sender
from core.chat.port.menus import Button, Menu, Option
from core.chat.port.outbox import Activity
from core.chat.port.page import Page
from core.redis import RateLimiter
from tests.bots.telegram.open_rate_limiter import OpenRateLimiter
from tests.bots.telegram.scene import FIRST, Scene
from tests.contracts.media import album

STOP = (Button("Stop", "stop", "t 7"),)
END = (Button("Regenerate", "retry", "t 7"), Button("Speak", "speak", "t 7"))


def labels(keyboard: object) -> list[list[str]]:
    rows = getattr(keyboard, "inline_keyboard", ())
    return [[button.text for button in row] for row in rows]


async def pressed(scene: Scene, label: str = "Speak") -> None:
    await (await scene.ask()).update_page(FIRST, "Hello", final=True, buttons=END)
    scene.ann.press(scene.sim.private(scene.ann), scene.get_last_message().id, label)


def test_short_labels_stand_side_by_side() -> None:
    assert labels(build_button_keyboard(END)) == [["Regenerate", "Speak"]]
    assert labels(build_button_keyboard([Button("⏩ Continue", "c", "1")] * 3)) == [["⏩ Continue"] * 3]
    assert (
        labels(build_button_keyboard([Button("A somewhat longer one", "c", "1")] * 2))
        == [["A somewhat longer one"]] * 2
    )
    assert build_button_keyboard([]) is None


def test_the_controls_of_a_menu_stand_beneath_its_options_in_rows_of_their_own() -> None:
    options = (Option("a", "1"), Option("b", "2", current=True, group="Chat"), Option("c", "3"))
    controls = ((Option("◀", "p1"), Option("2/4", "p2"), Option("▶", "p3")), (Option("Search", "s"),))
    keyboard = build_menu_keyboard(Menu("model", "Which?", options, controls))

    assert labels(keyboard) == [["a", "✓ b"], ["c"], ["◀", "2/4", "▶"], ["Search"]]


def test_names_and_values_of_maximum_length_fit_a_button() -> None:
    keyboard = build_button_keyboard([Button("x", "n" * 12, "v" * 48)])

    assert keyboard is not None
    assert len(str(keyboard.inline_keyboard[0][0].callback_data).encode()) <= 64


async def test_the_first_step_of_a_growing_answer_has_no_button(scene: Scene) -> None:
    outbox = await scene.ask()
    page = await outbox.update_page(FIRST, "One", final=False, buttons=STOP)
    first = scene.get_last_message().buttons
    await outbox.update_page(page, "One two", final=False, buttons=STOP)

    assert first == []
    assert [button["callback_data"] for button in scene.get_last_message().buttons] == ["stop:t 7"]


async def test_changed_buttons_below_the_same_text_are_an_edit(scene: Scene) -> None:
    outbox = await scene.ask()
    page = await outbox.update_page(FIRST, "One", final=False)
    page = await outbox.update_page(page, "One", final=False, buttons=STOP)
    page = await outbox.update_page(page, "One", final=True, buttons=END)
    await outbox.update_page(page, "One", final=True, buttons=END)

    assert [button["text"] for button in scene.get_last_message().buttons] == ["Regenerate", "Speak"]
    assert scene.count_calls("editMessageText") == 2


async def test_a_notice_to_the_presser_is_shown_once_with_at_most_200_characters(scene: Scene) -> None:
    await pressed(scene)
    outbox = scene.outbox(await scene.read_last_update())
    await outbox.notify_presser("x" * 300)
    await outbox.notify_presser("again")
    await outbox.send_text("Hello")

    assert [press.answer for press in scene.sim.presses] == ["x" * 200]
    assert scene.count_calls("answerCallbackQuery") == 1


async def test_presses_of_one_person_leave_calls_for_others_and_for_messages(
    scene: Scene, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Limits that last for longer than the presses take on any machine.
    monkeypatch.setattr(rate_limit_numbers, "BOT_LIMIT", replace(BOT_LIMIT, seconds=60.0))
    monkeypatch.setattr(rate_limited_chat, "PRESS_LIMIT", replace(PRESS_LIMIT, seconds=60.0))
    await pressed(scene)
    press = await scene.read_last_update()
    scene.rate_limiter = RateLimiter(redis, "tg:1")

    async def answer(presser: str) -> int:
        before = scene.count_calls("answerCallbackQuery")
        for _ in range(30):
            await scene.outbox(replace(press, sender=Sender(presser, "Mallory"))).notify_presser("no")
        return scene.count_calls("answerCallbackQuery") - before

    answered = [await answer(presser) for presser in ("1", "2", "3")]
    await scene.outbox(press).update_page(FIRST, "Hello", final=True)

    assert answered[0] == 9
    assert all(count > 0 for count in answered)
    assert scene.sim.texts(7)[-1] == "Hello"


async def test_showing_activity_answers_the_press(scene: Scene) -> None:
    await pressed(scene)
    await scene.outbox(await scene.read_last_update()).show_activity("recording")

    assert [press.answer for press in scene.sim.presses] == [""]


async def test_a_stalled_notice_to_the_presser_delays_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.telegram.sending.outbox._HINT_TIMEOUT", 0.05)
    await pressed(scene)
    outbox = scene.outbox(await scene.read_last_update())
    scene.sim.faults.stall("answerCallbackQuery")

    async with asyncio.timeout(20):
        await outbox.notify_presser("Hello")
    scene.sim.faults.release("answerCallbackQuery")


async def test_a_refused_notice_to_the_presser_is_skipped(scene: Scene) -> None:
    await pressed(scene)
    outbox = scene.outbox(await scene.read_last_update())
    scene.sim.presses[0].at -= 151
    await outbox.notify_presser("Hello")

    assert scene.sim.presses[0].answer is None


@pytest.mark.parametrize(
    ("doing", "action"),
    [
        ("writing", "typing"),
        ("recording", "record_voice"),
        ("drawing", "upload_photo"),
        ("uploading", "upload_document"),
    ],
)
async def test_each_activity_has_a_chat_action(scene: Scene, doing: Activity, action: str) -> None:
    await (await scene.ask()).show_activity(doing)

    assert [event.media for event in scene.sim.timeline(7) if event.kind == "action"] == [action]


async def test_admin_rights_are_requested_once_a_minute(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    group = scene.sim.group("Team")
    outbox = await scene.ask(group)
    before = await outbox.sender_is_admin()
    scene.sim.promote(group, scene.ann)
    remembered = await (await scene.ask(group)).sender_is_admin()
    monkeypatch.setattr(group_admins, "_CACHE_SECONDS", 0.0)
    scene.admins = group_admins.AdminLookup(scene.api)

    assert (before, remembered) == (False, False)
    assert scene.count_calls("getChatMember") == 1
    assert await (await scene.ask(group)).sender_is_admin()
    assert await (await scene.ask(group)).sender_is_admin()
    assert scene.count_calls("getChatMember") == 3


async def test_an_anonymous_admin_is_an_admin_and_a_channel_is_not(scene: Scene) -> None:
    group = scene.sim.group("Team")
    scene.ann.say(group, "/ask@wanjie_bot why?")
    incoming = await scene.read_last_update()
    as_group, as_channel = (replace(incoming, sender=Sender(str(number))) for number in (group.id, -1_000_999))

    assert await scene.outbox(as_group).sender_is_admin()
    assert not await scene.outbox(as_channel).sender_is_admin()
    assert scene.count_calls("getChatMember") == 0


async def test_a_timed_out_look_up_grants_no_admin_rights(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, rate_limiter: OpenRateLimiter
) -> None:
    monkeypatch.setattr(group_admins, "_LOOKUP_TIMEOUT", 0.05)
    group = scene.sim.group("Team")
    outbox = await scene.ask(group)
    scene.sim.promote(group, scene.ann)
    scene.sim.faults.delay("getChatMember", 0.3)
    late = await outbox.sender_is_admin()
    scene.sim.faults.delay("getChatMember", 0)
    rate_limiter.wait = 5.0
    refused = await outbox.sender_is_admin()
    rate_limiter.wait = 0.0
    monkeypatch.setattr(group_admins, "_LOOKUP_TIMEOUT", 10.0)

    assert (late, refused) == (False, False)
    assert await outbox.sender_is_admin()


async def test_a_refused_menu_page_leaves_the_press_for_a_notice(scene: Scene, rate_limiter: OpenRateLimiter) -> None:
    menu = Menu("model", "Which?", (Option("One", "1"),))
    await (await scene.ask()).show_menu(menu)
    scene.ann.press(scene.sim.private(scene.ann), scene.get_last_message().id, "One")
    outbox = scene.outbox(await scene.read_last_update())
    rate_limiter.paused = {"message:7": 5.0}
    with pytest.raises(RateLimitedError):
        await outbox.show_menu(menu, step=True)
    await outbox.notify_presser("Later")
    rate_limiter.paused = {}
    await outbox.show_menu(menu, step=True)

    assert [press.answer for press in scene.sim.presses] == ["Later"]
    assert rate_limiter.acquired[-1][0] == get_message_limits(7, Priority.TAP)


async def test_a_menu_cannot_take_the_place_of_a_picture(scene: Scene) -> None:
    outbox = await scene.ask()
    await outbox.send_media(Page(start=0, media=True), album(), (Button("Size", "size", "t 7"),))
    scene.ann.press(scene.sim.private(scene.ann), scene.get_last_message().id, "Size")
    await scene.outbox(await scene.read_last_update()).show_menu(Menu("size", "Which size?", (Option("Large", "l"),)))

    assert [message.kind for message in scene.sim.messages(7)][1:] == ["photo", "text"]


async def test_a_file_above_telegram_s_limit_is_too_large(scene: Scene) -> None:
    scene.ann.send_document(scene.sim.private(scene.ann), bytes(20 * 1024 * 1024 + 1), "big.bin")
    incoming = await scene.read_last_update()

    with pytest.raises(FileTooLargeError):
        await scene.outbox(incoming).download_file(incoming.attachments[0].id, max_bytes=50_000_000)


async def test_a_download_counts_against_no_chat_limit(scene: Scene, rate_limiter: OpenRateLimiter) -> None:
    scene.ann.send_document(scene.sim.private(scene.ann), b"a", "a.bin")
    incoming = await scene.read_last_update()
    await scene.outbox(incoming).download_file(incoming.attachments[0].id, max_bytes=1)
    scene.sim.faults.fail("getFile", 400, "Bad Request: wrong file_id or the file is temporarily unavailable")

    with pytest.raises(ContentRejectedError):
        await scene.outbox(incoming).download_file(incoming.attachments[0].id, max_bytes=1)
    assert {limit.name for limits, _ in rate_limiter.acquired for limit in limits} == {"bot"}
