"""The outbox against a simulated Telegram, over the official SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bots.sandbox.telegram.state import Chat, Message
from bots.telegram.api.call_priorities import Priority
from bots.telegram.api.rate_limit_numbers import get_message_limits
from bots.telegram.rendering.markdown import RenderedText, render
from bots.telegram.sending import messages
from bots.telegram.sending.outbox import TelegramOutbox
from core.chat.port.errors import ContentRejectedError, PlatformUnreachableError, RateLimitedError, RecipientGoneError
from core.chat.port.incoming import Choice
from core.chat.port.menus import Button, Menu, Option
from core.chat.port.page import Page
from core.chat.text.line_memo import LineMemo
from core.redis import RateLimiter
from tests.bots.telegram.open_rate_limiter import OpenRateLimiter
from tests.bots.telegram.scene import FIRST, Scene
from tests.contracts.media import album

BUTTON = Button("Again", "again", "x")
MENU = Menu("model", "Choose a **model**", (Option("m-1", "m-1"), Option("m-2", "m-2", current=True)))


async def test_a_page_is_posted_then_edited(scene: Scene) -> None:
    outbox = await scene.ask()

    page = await outbox.update_page(FIRST, "One", final=False)
    first = scene.get_last_message()
    page = await outbox.update_page(page, "One **two**", final=False)
    page = await outbox.update_page(page, "One **two** three", final=True)

    assert (page.message_id, page.done, page.adopted, page.shown) == (str(first.id), True, False, 17)
    assert scene.sim.texts(7) == ["One two three"]
    assert [(entity.type, entity.offset, entity.length) for entity in scene.get_last_message().entities] == [
        ("bold", 4, 3)
    ]
    assert (scene.count_calls("sendMessage"), scene.count_calls("editMessageText")) == (1, 2)


async def test_a_step_without_a_visible_change_makes_no_call(scene: Scene) -> None:
    outbox = await scene.ask()

    page = await outbox.update_page(FIRST, "One", final=False)
    page = await outbox.update_page(page, "One\n\n", final=False)
    page = await outbox.update_page(page, "One", final=True)

    assert page.done
    assert scene.count_calls("editMessageText") == 0


async def test_an_adopted_page_that_is_already_complete_is_a_success(scene: Scene) -> None:
    page = await (await scene.ask()).update_page(FIRST, "One", final=False)

    page = await (await scene.ask()).update_page(replace(page, adopted=True, done=False), "One", final=True)

    assert (page.done, page.adopted) == (True, False)
    assert scene.count_calls("editMessageText") == 1


async def test_a_blank_text_is_not_posted_and_refused_at_the_end(scene: Scene) -> None:
    outbox = await scene.ask()

    assert await outbox.update_page(FIRST, " \n", final=False) == FIRST
    with pytest.raises(ContentRejectedError):
        await outbox.update_page(FIRST, " \n", final=True)
    assert scene.sim.texts(7) == []


async def test_in_a_group_the_first_page_replies_to_the_question(scene: Scene) -> None:
    group = scene.sim.group("Team")
    outbox = await scene.ask(group)
    question = scene.get_last_message(group.id)

    await outbox.update_page(FIRST, "One", final=True)
    first = scene.get_last_message(group.id)
    await outbox.update_page(Page(start=3), "Two", final=True)

    assert first.reply_to is question
    assert scene.get_last_message(group.id).reply_to is None


async def test_a_question_that_was_deleted_is_answered_without_a_reply(scene: Scene) -> None:
    group = scene.sim.group("Team")
    outbox = await scene.ask(group)
    scene.ann.delete(scene.get_last_message(group.id))

    await outbox.send_text("Here.")

    assert (scene.get_last_message(group.id).text, scene.get_last_message(group.id).reply_to) == ("Here.", None)


async def commented(scene: Scene) -> tuple[Chat, Message, TelegramOutbox]:
    """Ann comments on a channel's post."""
    group = scene.sim.group("Comments", admin=True)
    post = scene.sim.publish(scene.sim.channel("News"), group, "14 May")
    scene.ann.say(group, "@wanjie_bot why?", reply_to=post)
    return group, post, scene.outbox(await scene.read_last_update())


@pytest.mark.parametrize("question", ["there", "gone"])
async def test_all_pages_of_an_answer_to_a_comment_are_below_the_channel_s_post(scene: Scene, question: str) -> None:
    group, post, outbox = await commented(scene)
    if question == "gone":
        scene.ann.delete(scene.get_last_message(group.id))
    await outbox.update_page(FIRST, "One", final=True)
    await outbox.update_page(Page(start=3), "Two", final=True)
    await outbox.send_text("A notice")
    await outbox.show_menu(Menu("m", "Which?", (Option("a", "a"),)))
    await outbox.send_media(FIRST, album(2), (BUTTON,))

    ours = [message for message in scene.sim.messages(group.id) if message.sender is scene.sim.bot]
    assert len(ours) == 7
    assert {message.thread for message in ours} == {post.id}


async def test_a_press_below_a_post_is_answered_there(scene: Scene) -> None:
    group, post, outbox = await commented(scene)
    await outbox.update_page(FIRST, "One", final=True, buttons=(BUTTON,))
    scene.ann.press(group, scene.get_last_message(group.id).id, BUTTON.label)
    await scene.outbox(await scene.read_last_update()).update_page(FIRST, "Two", final=True)

    assert (scene.get_last_message(group.id).text, scene.get_last_message(group.id).thread) == ("Two", post.id)


async def test_an_answer_without_its_thread_is_posted_in_the_group(scene: Scene) -> None:
    group, post, outbox = await commented(scene)
    scene.ann.delete(scene.get_last_message(group.id))
    scene.ann.delete(post)
    await outbox.update_page(FIRST, "One", final=True)

    assert (scene.get_last_message(group.id).text, scene.get_last_message(group.id).reply_to) == ("One", None)


async def test_answers_in_a_private_chat_are_not_replies(scene: Scene) -> None:
    await (await scene.ask()).send_text("Hello")

    assert scene.get_last_message().reply_to is None


async def test_a_topic_is_answered_in_the_topic(scene: Scene) -> None:
    forum = scene.sim.group("Forum", forum=True)
    topic = scene.sim.topic(forum, "Cats", scene.ann)
    outbox = await scene.ask(forum, topic)

    await outbox.show_activity()
    page = await outbox.update_page(FIRST, "One", final=False)
    await outbox.update_page(page, "One two", final=True)

    assert (scene.get_last_message(forum.id).text, scene.get_last_message(forum.id).topic) == ("One two", topic)
    assert [event.topic for event in scene.sim.timeline(forum.id) if event.kind == "action"] == [topic]


async def test_the_general_topic_is_answered_without_a_topic(scene: Scene) -> None:
    forum = scene.sim.group("Forum", forum=True)

    await (await scene.ask(forum)).send_text("Hello")

    assert scene.get_last_message(forum.id).text == "Hello"


async def test_removing_a_removed_page_is_a_success(scene: Scene) -> None:
    outbox = await scene.ask()
    page = await outbox.update_page(FIRST, "One", final=False)

    await outbox.delete_page(page)
    await outbox.delete_page(page)

    assert scene.sim.texts(7) == []


async def test_a_page_that_cannot_be_deleted_is_given_up(scene: Scene) -> None:
    outbox = await scene.ask()
    page = await outbox.update_page(FIRST, "One", final=False)
    scene.sim.faults.fail("deleteMessage", 400, "Bad Request: message can't be deleted for everyone")

    with capture_logs() as lines:
        await outbox.delete_page(page)

    assert [line["event"] for line in lines] == ["Telegram does not let a message be deleted"]
    assert scene.sim.texts(7) == ["One"]


@pytest.mark.parametrize("damage", ["block", "delete", "kick"])
async def test_an_unreachable_recipient_raises_recipient_gone(scene: Scene, damage: str) -> None:
    group = scene.sim.group("Team") if damage == "kick" else None
    outbox = await scene.ask(group)
    page = await outbox.update_page(FIRST, "One", final=False)
    ways: dict[str, Callable[[], None]] = {
        "block": scene.ann.block,
        "delete": lambda: scene.ann.delete(scene.get_last_message()),
        "kick": lambda: scene.sim.remove_bot(group, scene.ann) if group else None,
    }
    ways[damage]()

    with pytest.raises(RecipientGoneError):
        await outbox.update_page(page, "One two", final=True)


async def test_a_deleted_topic_raises_recipient_gone(scene: Scene) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail("sendMessage", 400, "Bad Request: message thread not found")

    with pytest.raises(RecipientGoneError):
        await outbox.send_text("Hello")


async def test_a_text_that_is_too_long_is_refused(scene: Scene) -> None:
    with pytest.raises(ContentRejectedError):
        await (await scene.ask()).update_page(FIRST, "word " * 900, final=True)


async def test_a_page_of_the_maximum_length_fits_whatever_it_contains(scene: Scene) -> None:
    outbox = await scene.ask()
    limit = outbox.capabilities.page_limit
    text = ("**🙂** `a` | b\n- c\n" * 400).encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")

    assert (await outbox.update_page(FIRST, text, final=True)).done


async def test_refused_formatting_is_left_out_of_that_page_only(scene: Scene) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail("sendMessage", 400, "Bad Request: can't parse entities: whatever")

    page = await outbox.update_page(FIRST, "One **two**", final=False)
    page = await outbox.update_page(page, "One **two** _three_", final=True)
    first = scene.get_last_message()
    await outbox.update_page(replace(FIRST, start=20), "**four**", final=True)

    assert page.done
    assert first.text == "One **two** _three_"
    assert not first.entities
    assert scene.count_calls("editMessageText") == 1
    assert scene.get_last_message().text == "four"
    assert [entity.type for entity in scene.get_last_message().entities] == ["bold"]


async def test_the_plain_form_of_a_sentence_has_no_marks(scene: Scene) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail("sendMessage", 400, "Bad Request: can't parse entities: whatever")
    await outbox.send_text("**Now**: `kimi-k2`, see [the docs](https://example.com/a_b)")
    shown = scene.get_last_message()

    assert shown.text == "Now: kimi-k2, see the docs (https://example.com/a_b)"
    assert not [entity for entity in shown.entities if entity.type != "url"]


async def test_a_refused_link_keeps_the_other_formatting(scene: Scene) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail("sendMessage", 400, "Bad Request: entity URL 'https://E.org/' is invalid: Wrong HTTP URL")

    page = await outbox.update_page(FIRST, "**One** [two](https://E.org/)", final=False)
    page = await outbox.update_page(page, "**One** [two](https://E.org/) [three](https://f.org)", final=True)

    assert page.done
    assert scene.get_last_message().text == "One two (https://E.org/) three"
    assert [entity.type for entity in scene.get_last_message().entities] == ["bold", "url", "text_link"]
    assert scene.count_calls("sendMessage") == 2


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("[the dashboard](http://localhost:8080/admin)", "the dashboard (http://localhost:8080/admin)"),
        ("[db](http://db_host/x)", "db (http://db_host/x)"),
        ("[a](https://[::1]:80/)", "a (https://[::1]:80/)"),
        ("[a](https://exa|mple.com/)", "a (https://exa|mple.com/)"),
        ("[a](http://<host>.local/)", "a (http://<host>.local/)"),
        ("[a](https://e.org:99999/)", "a (https://e.org:99999/)"),
        ("[a](ftp://e.org/x)", "a (ftp://e.org/x)"),
    ],
)
async def test_a_refused_link_is_written_as_words_and_address(scene: Scene, link: str, shown: str) -> None:
    outbox = await scene.ask()
    page = await outbox.update_page(FIRST, f"**See** {link}", final=False)
    await outbox.update_page(page, f"**See** {link} and [this](https://e.org/).", final=True)

    assert scene.get_last_message().text == f"See {shown} and this."
    formatting = [entity.type for entity in scene.get_last_message().entities]
    assert (formatting[0], formatting[-1]) == ("bold", "text_link")
    assert (scene.count_calls("sendMessage"), scene.count_calls("editMessageText")) == (1, 1)


async def test_a_step_is_rendered_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = await scene.ask()
    rendered: list[str] = []

    def counted(text: str, refused: frozenset[str], *, defuse: bool, growing: bool, memo: LineMemo) -> RenderedText:
        rendered.append(text)
        return render(text, refused, defuse=defuse, growing=growing, memo=memo)

    monkeypatch.setattr(messages, "render", counted)

    page = await outbox.update_page(FIRST, "One **two**", final=False)
    await outbox.update_page(page, "One **two** three", final=True)

    assert rendered == ["One **two**", "One **two** three"]


async def test_a_refusal_unrelated_to_entities_is_raised(scene: Scene) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail("sendMessage", 400, "Bad Request: strange")

    with pytest.raises(ContentRejectedError, match="strange"):
        await outbox.send_text("plain")
    assert scene.count_calls("sendMessage") == 1


@pytest.mark.parametrize("fault", ["bad_gateway", "lose_request", "lose_answer"])
async def test_an_outage_is_raised_and_nothing_is_sent_twice(scene: Scene, fault: str) -> None:
    outbox = await scene.ask()
    getattr(scene.sim.faults, fault)("sendMessage")

    with pytest.raises(PlatformUnreachableError):
        await outbox.send_text("Hello")
    assert len(scene.sim.texts(7)) == (1 if fault == "lose_answer" else 0)


async def test_a_revoked_token_raises_platform_unreachable(scene: Scene) -> None:
    outbox = await scene.ask()
    scene.sim.faults.fail("sendMessage", 401, "Unauthorized")

    with pytest.raises(PlatformUnreachableError):
        await outbox.send_text("Hello")


async def test_a_429_stops_everything_to_that_chat(scene: Scene, rate_limiter: OpenRateLimiter) -> None:
    group = scene.sim.group("Team")
    outbox = await scene.ask(group)
    scene.sim.faults.fail("sendMessage", 429, "Too Many Requests: retry after 7", parameters={"retry_after": 7})

    with pytest.raises(RateLimitedError) as flooded:
        await outbox.send_text("Hello")
    before = len(scene.sim.calls)
    await outbox.show_activity()
    with pytest.raises(RateLimitedError):
        await outbox.send_text("Hello")

    assert flooded.value.retry_after == 7
    assert len(scene.sim.calls) == before
    assert set(rate_limiter.paused) == {f"{kind}:{group.id}" for kind in ("message", "minute", "typing")}


async def test_nothing_is_sent_without_the_rate_limiter_s_grant(scene: Scene, rate_limiter: OpenRateLimiter) -> None:
    outbox = await scene.ask()
    rate_limiter.wait = 0.7
    calls = len(scene.sim.calls)

    with pytest.raises(RateLimitedError) as flooded:
        await outbox.update_page(FIRST, "One", final=False)
    await outbox.show_activity()

    assert flooded.value.retry_after == 0.7
    assert len(scene.sim.calls) == calls


async def test_steps_in_between_leave_rate_limit_for_last_states(scene: Scene, rate_limiter: OpenRateLimiter) -> None:
    outbox = await scene.ask()

    page = await outbox.update_page(FIRST, "1", final=False)
    page = await outbox.update_page(page, "1 2", final=False)
    await outbox.update_page(page, "1 2 3", final=True)

    priorities = (Priority.START, Priority.STEP, Priority.FINAL)
    assert [limits for limits, _ in rate_limiter.acquired] == [get_message_limits(7, each) for each in priorities]


async def test_the_rate_limiter_spaces_the_calls_of_a_chat_and_keeps_one_for_the_end(
    scene: Scene, redis: Redis
) -> None:
    scene.rate_limiter = RateLimiter(redis, "tg:1")
    one, two = await scene.ask(), await scene.ask()
    page = await one.update_page(FIRST, "One", final=False)

    with pytest.raises(RateLimitedError) as step:
        await one.update_page(page, "One two", final=False)
    await one.update_page(page, "One two three", final=True)
    with pytest.raises(RateLimitedError) as flooded:
        await two.send_text("Too soon")

    assert 0.5 < step.value.retry_after <= 1.1
    assert 0.5 < flooded.value.retry_after <= 1.1


async def test_a_group_gets_nineteen_calls_a_minute_of_any_kind(scene: Scene, redis: Redis) -> None:
    budget = RateLimiter(redis, "tg:1")

    async def take_minute(priority: Priority) -> float:
        return await budget.acquire(*[limit for limit in get_message_limits(-5, priority) if limit.seconds == 60])

    steps = [await take_minute(Priority.STEP) for _ in range(16)]
    finals = [await take_minute(Priority.FINAL) for _ in range(5)]

    assert [wait > 0 for wait in steps] == [False] * 15 + [True]
    assert [wait > 0 for wait in finals] == [False] * 4 + [True]


async def test_a_group_that_became_a_supergroup_is_followed(scene: Scene) -> None:
    group = scene.sim.group("Team", basic=True)
    outbox = await scene.ask(group)
    moved = scene.sim.migrate(group, scene.ann)

    await outbox.send_text("Hello")
    await outbox.send_text("again")

    assert scene.sim.texts(moved.id) == ["Hello", "again"]
    assert scene.count_calls("sendMessage") == 3


async def test_typing_is_shown_and_its_failure_is_ignored(scene: Scene) -> None:
    outbox = await scene.ask()

    await outbox.show_activity()
    scene.ann.block()
    await outbox.show_activity()

    assert [event.media for event in scene.sim.timeline(7) if event.kind == "action"] == ["typing"]


async def test_a_stalled_chat_action_does_not_delay_the_answer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.telegram.sending.outbox._ACTIVITY_TIMEOUT", 0.05)
    outbox = await scene.ask()
    scene.sim.faults.stall("sendChatAction")

    async with asyncio.timeout(20):
        await outbox.show_activity()
        await outbox.send_text("Hello")
    scene.sim.faults.release("sendChatAction")

    assert scene.sim.texts(7) == ["Hello"]


async def test_menu_buttons_are_read_as_choices(scene: Scene) -> None:
    outbox = await scene.ask()

    await outbox.show_menu(MENU)
    press = scene.ann.press(scene.sim.private(scene.ann), scene.get_last_message().id, "m-1")
    incoming = await scene.read_last_update()
    await scene.outbox(incoming).show_menu(replace(MENU, options=(Option("m-1", "m-1", current=True),)))

    assert incoming.choice == Choice("model", "m-1")
    assert press.answer is not None
    assert scene.sim.texts(7) == ["Choose a model"]
    assert [button["text"] for button in scene.get_last_message().buttons] == ["✓ m-1"]


async def test_short_labels_share_a_row(scene: Scene) -> None:
    outbox = await scene.ask()
    long = tuple(Option(f"a rather long name {number}", f"{number}") for number in range(3))

    await outbox.show_menu(replace(MENU, options=(*MENU.options, Option("m-3", "m-3"))))
    short_rows = (scene.get_last_message().keyboard or {})["inline_keyboard"]
    await outbox.show_menu(replace(MENU, options=long))
    long_rows = (scene.get_last_message().keyboard or {})["inline_keyboard"]

    assert [[button["text"] for button in row] for row in short_rows] == [["m-1", "✓ m-2"], ["m-3"]]
    assert [len(row) for row in long_rows] == [1, 1, 1]


async def test_the_longest_menu_name_and_value_fit_a_button(scene: Scene) -> None:
    await (await scene.ask()).show_menu(Menu("m" * 12, "?", (Option("x", "v" * 48),)))

    assert scene.get_last_message().buttons[0]["callback_data"] == "m" * 12 + ":" + "v" * 48


async def test_a_menu_that_was_deleted_is_sent_anew(scene: Scene) -> None:
    await (await scene.ask()).show_menu(MENU)
    scene.ann.press(scene.sim.private(scene.ann), scene.get_last_message().id, "m-1")
    incoming = await scene.read_last_update()
    scene.ann.delete(scene.get_last_message())

    await scene.outbox(incoming).show_menu(MENU)

    assert scene.sim.texts(7) == ["Choose a model"]


async def test_choosing_the_current_option_again_is_a_success(scene: Scene) -> None:
    await (await scene.ask()).show_menu(MENU)
    scene.ann.press(scene.sim.private(scene.ann), scene.get_last_message().id, "✓ m-2")

    await scene.outbox(await scene.read_last_update()).show_menu(MENU)

    assert len(scene.sim.texts(7)) == 1


async def test_a_press_answered_with_a_text_is_acknowledged(scene: Scene) -> None:
    await (await scene.ask()).show_menu(MENU)
    press = scene.ann.press(scene.sim.private(scene.ann), scene.get_last_message().id, "m-1")
    outbox = scene.outbox(await scene.read_last_update())

    await outbox.send_text("No longer there.")
    await outbox.send_text("Sorry.")

    assert press.answer is not None
    assert scene.count_calls("answerCallbackQuery") == 1


async def test_first_steps_in_many_chats_do_not_wait_for_each_other(scene: Scene) -> None:
    people = [scene.sim.user(100 + number, f"P{number}") for number in range(20)]
    scene.sim.faults.delay("sendMessage", 2)
    outboxes: list[TelegramOutbox] = []
    for person in people:
        person.say(scene.sim.private(person), "hi")
        outboxes.append(scene.outbox(await scene.read_last_update()))

    async with asyncio.timeout(20):  # one after the other they would take forty seconds
        await asyncio.gather(*(outbox.send_text("hello") for outbox in outboxes))

    assert all(scene.sim.texts(person.user.id) == ["hello"] for person in people)
