"""A streamed answer, against a simulated Slack over its sockets."""

from __future__ import annotations

import asyncio
import html
from contextlib import suppress
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bots.sandbox.slack.user_actions import SlackUser
from bots.slack.api.edit_pace import APPEND_STEPS
from core.chat.port.errors import ContentRejectedError, PlatformUnreachableError, RateLimitedError, RecipientGoneError
from core.chat.port.incoming import Sender
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries
from core.redis import RateLimiter
from tests.bots.slack.conftest import Scene


async def test_an_answer_grows_as_a_native_stream_in_the_thread(scene: Scene) -> None:
    page = await scene.show("Hel", "Hello **wor", "Hello **world**", final=True)

    assert scene.texts == ["Hello **world**"]
    assert scene.count("startStream", "appendStream", "stopStream", "postMessage", "update") == [1, 1, 1, 0, 0]
    assert page.done
    start = next(call.args for call in scene.slack.calls if call.method == "chat.startStream")
    assert start["thread_ts"] == scene.question.ts
    assert start["recipient_user_id"] == scene.ann.id
    assert start["recipient_team_id"] == scene.slack.team_id
    assert not scene.slack.violations


async def test_a_complete_answer_is_one_post(scene: Scene) -> None:
    page = await scene.show("Hello", final=True)

    assert scene.texts == ["Hello"]
    assert scene.count("startStream", "stopStream", "postMessage") == [0, 0, 1]
    assert page.done
    post = scene.slack.calls[-1].args
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)
    assert post["blocks"] == [{"type": "markdown", "text": "Hello"}]
    assert post["text"] == "Hello"


async def test_showing_the_same_text_again_makes_no_call(scene: Scene) -> None:
    page = await scene.show("Hello", "Hello")
    done = await scene.outbox.update_page(page, "Hello", final=True)
    again = await scene.outbox.update_page(done, "Hello", final=True)

    assert again.done
    assert scene.count("appendStream", "stopStream", "update") == [0, 1, 0]


async def test_a_mention_streamed_in_pieces_is_neutralized(scene: Scene) -> None:
    await scene.show("see <", "see <!chan", "see <!channel> now", final=True)

    (text,) = scene.texts
    assert "<!channel>" not in text
    assert text.replace("\u2060", "") == "see \\<!channel> now"


async def test_a_blank_text_is_not_posted(scene: Scene) -> None:
    page = await scene.show(" \n", "<")

    assert page.message_id == ""
    assert scene.texts == []
    with pytest.raises(ContentRejectedError):
        await scene.outbox.update_page(page, " ", final=True)


async def test_without_streams_in_the_workspace_messages_are_updated(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await scene.show("One", "One two", "One two three", final=True)
    there = await (await _open_other_channel(scene)).show("One")

    assert scene.texts == ["One two three"]
    assert page.mode == there.mode == "edit"
    assert scene.count("postMessage", "update", "appendStream", "stopStream") == [2, 2, 0, 0]
    assert _count_stream_starts(scene) == 1


async def test_a_channel_type_without_streams_does_not_disable_streams_elsewhere(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "channel_type_not_supported")
    here = await scene.show("One")
    there = await (await _open_other_channel(scene)).show("Two")

    assert (here.mode, there.mode) == ("edit", "stream")


async def _open_other_channel(scene: Scene) -> Scene:
    channel = scene.slack.channel(f"elsewhere-{len(scene.slack.workspace.channels)}")
    question = await scene.ann.mention(channel, "hi")
    return Scene(scene.slack, scene.platform, channel, scene.ann, question)


def _count_stream_starts(scene: Scene) -> int:
    return sum(call.method == "chat.startStream" for call in scene.slack.calls)


async def test_a_refused_stream_becomes_an_updated_message(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "invalid_thread_ts")
    page = await scene.show("One")

    assert scene.texts == ["One"]
    assert page.mode == "edit"


async def test_updates_are_three_seconds_apart_except_the_last(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await scene.show("One", "One two")
    with pytest.raises(RateLimitedError) as rate_limited:
        await scene.outbox.update_page(page, "One two three", final=False)
    await scene.outbox.update_page(page, "One two three four", final=True)

    assert 1 < rate_limited.value.retry_after <= 3
    assert scene.texts == ["One two three four"]


async def test_a_rate_limited_stream_start_becomes_an_updated_message(scene: Scene) -> None:
    scene.slack.faults.flood("chat.startStream", retry_after=30)
    first = await scene.show("One")
    second = await (await _open_other_channel(scene)).show("Two")

    assert first.mode == second.mode == "edit"
    assert _count_stream_starts(scene) == 1


async def test_a_timed_out_stream_is_finished_by_an_update(scene: Scene) -> None:
    shown = await scene.show("One", "One two")
    _expire_streams(scene)
    page = await run_with_retries(lambda: scene.outbox.update_page(shown, "One two three", final=False))
    done = await scene.outbox.update_page(page, "One two three four", final=True)

    assert scene.texts == ["One two three four"]
    assert page.mode == "edit"
    assert done.done


def _expire_streams(scene: Scene) -> None:
    for message in scene.slack.workspace.messages:
        if message.stream:
            message.stream.expires = 0


async def test_the_end_of_a_timed_out_stream_is_complete(scene: Scene) -> None:
    page = await scene.show("One", "One two")
    _expire_streams(scene)
    await scene.outbox.update_page(page, "One two three", final=True)

    assert scene.texts == ["One two three"]


async def test_a_stream_stopped_by_its_reader_keeps_its_text_and_can_be_finished(scene: Scene) -> None:
    scene.slack.rules.agent_sessions = True  # only agents have a stop button
    shown = await scene.show("One", "One two")
    await scene.ann.stop(scene.channel, scene.question.ts)
    page = await run_with_retries(lambda: scene.outbox.update_page(shown, "One two three", final=False))

    assert scene.texts == ["One two"]

    await scene.outbox.update_page(page, "One two (stopped)", final=True)

    assert scene.texts == ["One two (stopped)"]


async def test_a_page_adopted_from_another_process_is_rewritten(scene: Scene) -> None:
    page = await scene.show("One", "One two")
    adopted = replace(page, adopted=True, shown=1)
    scene.outbox = scene.new_outbox()
    shown = await scene.outbox.update_page(adopted, "Quite another text", final=False)
    done = await scene.outbox.update_page(shown, "Quite another text, complete", final=True)

    assert scene.texts == ["Quite another text, complete"]
    assert not shown.adopted
    assert done.done
    assert scene.count("startStream", "stopStream") == [1, 1]


async def test_an_adopted_page_with_a_closed_stream_is_finished(scene: Scene) -> None:
    page = await scene.show("One", "One two", final=True)
    adopted = replace(page, adopted=True, done=False)
    done = await scene.new_outbox().update_page(adopted, "One two", final=True)

    assert done.done
    assert scene.texts == ["One two"]


async def test_a_lost_response_to_an_append_does_not_duplicate_text(scene: Scene) -> None:
    page = await scene.show("One")
    scene.slack.faults.lose_answers("chat.appendStream")
    with pytest.raises(PlatformUnreachableError):
        await scene.outbox.update_page(page, "One two", final=False)
    await scene.outbox.update_page(page, "One two three", final=True)

    assert scene.texts == ["One two three"]


async def test_a_lost_response_to_a_stop_does_not_duplicate_text(scene: Scene) -> None:
    page = await scene.show("One")
    scene.slack.faults.lose_answers("chat.stopStream")
    with pytest.raises(PlatformUnreachableError):
        await scene.outbox.update_page(page, "One two", final=True)
    done = await scene.outbox.update_page(page, "One two", final=True)

    assert scene.texts == ["One two"]
    assert done.done


async def test_a_lost_update_is_repeated(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await scene.show("One")
    scene.slack.faults.break_down("chat.update", status=503)
    with pytest.raises(PlatformUnreachableError):
        await scene.outbox.update_page(page, "One two", final=True)
    await scene.outbox.update_page(page, "One two", final=True)

    assert scene.texts == ["One two"]


async def test_a_rate_limited_stop_appends_the_whole_text(scene: Scene) -> None:
    page = await scene.show("One")
    scene.slack.faults.flood("chat.stopStream", retry_after=1)
    with pytest.raises(RateLimitedError) as rate_limited:
        await scene.outbox.update_page(page, "One two", final=True)

    assert rate_limited.value.retry_after == 1
    assert scene.texts == ["One two"]

    with pytest.raises(RateLimitedError):  # refused without a call
        await scene.outbox.update_page(page, "One two", final=True)

    assert scene.texts == ["One two"]
    assert sum(call.method == "chat.stopStream" for call in scene.slack.calls) == 1


async def test_appends_are_spread_evenly_except_the_last(scene: Scene) -> None:
    page = await scene.show("one")
    page = await scene.outbox.update_page(page, "one two", final=False)
    with pytest.raises(RateLimitedError) as rate_limited:
        await scene.outbox.update_page(page, "one two three", final=False)
    await scene.outbox.update_page(page, "one two three four", final=True)

    assert 0 < rate_limited.value.retry_after <= 0.75
    assert scene.texts == ["one two three four"]


async def test_a_burst_of_answers_stays_within_slack_s_rate_limits(scene: Scene) -> None:
    for number in range(30):
        person = scene.slack.user(f"User {number}")
        question = await person.mention(scene.channel, f"{number}")
        there = Scene(scene.slack, scene.platform, scene.channel, person, question)
        with suppress(RateLimitedError):
            await there.show(f"answer {number}")

    assert not scene.slack.floods
    assert scene.slack.count("chat.startStream") == 18


async def test_an_early_step_of_a_stream_waits_for_no_even_pace(scene: Scene, redis: Redis) -> None:
    page = await scene.show("one")
    await RateLimiter(redis, f"sl:{scene.slack.team_id}").pause(APPEND_STEPS.name, 60)
    with pytest.raises(RateLimitedError):
        await scene.outbox.update_page(page, "one two", final=False)
    async with asyncio.timeout(60):
        while scene.texts != ["one two"]:
            with suppress(RateLimitedError):
                await scene.outbox.update_page(page, "one two", final=False)
            await asyncio.sleep(0.05)
    with pytest.raises(RateLimitedError):
        await scene.outbox.update_page(page, "one two three", final=False)


async def test_first_words_of_sixty_answers_are_shown_in_one_minute(scene: Scene) -> None:
    """Of 20 streams, 50 updates and many posts, all within a minute, each answer gets what it needs."""
    places: list[tuple[Scene, Page]] = []
    for number in range(60):
        channel, person = scene.slack.channel(f"place-{number}"), scene.slack.user(f"User {number}")
        there = Scene(scene.slack, scene.platform, channel, person, await person.mention(channel, "hi"))
        places.append((there, await there.show("begin")))

    assert all(there.texts == ["begin"] for there, _ in places)

    for there, page in places:
        await there.outbox.update_page(page, "begin, end", final=True)

    assert all(there.texts == ["begin, end"] for there, _ in places)
    assert scene.count("startStream", "update") == [18, 42]
    assert not scene.slack.floods


async def test_last_updates_of_many_answers_stay_within_the_rate_limits(scene: Scene) -> None:
    places = [await _open_other_channel(scene) for _ in range(60)]
    pages: list[Page] = []
    for there in places:
        page = Page(start=0)
        with suppress(RateLimitedError):
            page = await there.outbox.update_page(page, "begin", final=False)
        pages.append(page)
    for there, page in zip(places, pages, strict=True):
        await there.outbox.update_page(page, "begin, end", final=True)

    assert {page.mode for page in pages} == {"stream", "edit", ""}
    assert all(there.texts == ["begin, end"] for there in places)
    assert not scene.slack.floods


@pytest.mark.parametrize("method", ["chat.startStream", "chat.postMessage"])
async def test_a_bot_removed_from_the_channel_gives_up(scene: Scene, method: str) -> None:
    scene.slack.remove_bot(scene.channel)
    with pytest.raises(RecipientGoneError):
        await scene.show("One", final=method == "chat.postMessage")

    assert scene.texts == []


@pytest.mark.parametrize("final", [True, False])
async def test_updating_a_deleted_message_raises_recipient_gone(scene: Scene, *, final: bool) -> None:
    page = await scene.show("One")
    await scene.ann.delete(scene.slack.messages(scene.channel, scene.question.ts)[1])
    with pytest.raises(RecipientGoneError):
        await scene.outbox.update_page(page, "One two", final=final)


async def test_a_revoked_token_raises_recipient_gone(scene: Scene) -> None:
    scene.slack.revoke_token()
    with pytest.raises(RecipientGoneError):
        await scene.show("One")


@pytest.mark.parametrize(
    ("fault", "error"), [("internal_error", PlatformUnreachableError), ("rate_limited", RateLimitedError)]
)
async def test_error_codes_are_mapped_to_outbox_errors(scene: Scene, fault: str, error: type[Exception]) -> None:
    page = await scene.show("One")
    scene.slack.faults.fail("chat.appendStream", fault)
    with pytest.raises(error):
        await scene.outbox.update_page(page, "One two", final=False)


@pytest.mark.parametrize("status", [404, 500, 502])
async def test_a_gateway_error_raises_platform_unreachable(scene: Scene, status: int) -> None:
    scene.slack.faults.break_down("chat.startStream", status=status)
    with pytest.raises(PlatformUnreachableError):
        await scene.show("One")


async def test_a_page_too_long_for_blocks_is_plain_text(scene: Scene) -> None:
    text = "<x>" * 4_300
    await run_with_retries(lambda: scene.outbox.update_page(Page(start=0), text, final=True))

    assert "".join(html.unescape(shown) for shown in scene.texts) == text


async def test_a_text_too_long_for_every_variant_is_split_into_two_messages(scene: Scene) -> None:
    text = ("One & two.\n" * 800).strip()
    page = await scene.show("One", "One & two.")
    scene.slack.faults.fail("chat.stopStream", "msg_too_long")
    scene.slack.faults.fail("chat.update", "msg_too_long")
    done = await run_with_retries(lambda: scene.outbox.update_page(page, text, final=True))

    first, second = (html.unescape(shown) for shown in scene.texts)
    assert done.done
    assert first + second == text
    assert first.endswith("two.")
    assert scene.count("update", "postMessage") == [1, 1]


@pytest.mark.parametrize("error", ["msg_too_long", "markdown_text_too_long"])
async def test_a_stream_that_refuses_appends_continues_as_updates(scene: Scene, error: str) -> None:
    page = await scene.show("One")
    scene.slack.faults.fail("chat.appendStream", error)
    page = await scene.outbox.update_page(page, "One two", final=False)
    shown = scene.texts
    done = await scene.outbox.update_page(page, "One two three", final=True)

    assert shown == ["One two"]
    assert page.mode == "edit"
    assert done.done
    assert scene.texts == ["One two three"]
    assert scene.count("appendStream", "stopStream", "update") == [0, 1, 2]


async def test_later_updates_use_the_accepted_variant(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    scene.slack.faults.fail("chat.postMessage", "msg_too_long")
    with pytest.raises(RateLimitedError):  # a channel takes one post a second
        await scene.outbox.update_page(Page(start=0), "One", final=False)
    page = await run_with_retries(lambda: scene.outbox.update_page(Page(start=0), "One", final=False))
    await scene.outbox.update_page(page, "One two", final=True)

    assert scene.texts == ["One two"]


async def test_delete_page_deletes_the_message_once(scene: Scene) -> None:
    page = await scene.show("One")
    await scene.outbox.delete_page(page)
    await scene.outbox.delete_page(page)
    await scene.outbox.delete_page(Page(start=0))

    assert scene.texts == []


async def test_a_first_message_with_unknown_outcome_is_found_again(scene: Scene) -> None:
    scene.slack.faults.lose_answers("chat.startStream")
    with pytest.raises(PlatformUnreachableError):
        await scene.show("One")
    found = await scene.outbox.find_lost_message(Page(start=0, sending=True))
    await scene.outbox.update_page(found, "One two", final=True)

    assert found.adopted
    assert scene.texts == ["One two"]


async def test_find_lost_message_finds_nothing_if_nothing_was_posted(scene: Scene) -> None:
    earlier = await scene.show("An earlier answer", final=True)
    page = Page(start=0, sending=True, after=earlier.message_id)

    assert await scene.outbox.find_lost_message(page) == page


async def test_one_person_s_answers_leave_streams_to_others(scene: Scene, bob: SlackUser) -> None:
    """Slack lets an app start 20 streams a minute in a workspace."""
    flood, ann = (replace(scene.incoming(), sender=Sender(user)) for user in (bob.id, scene.ann.id))
    for _ in range(12):
        with suppress(RateLimitedError):  # no stream is left for him, and the channel takes one message a second
            await scene.platform.outbox(flood).update_page(Page(start=0), "Hel", final=False)
    started = scene.count("startStream")
    page = await scene.platform.outbox(ann).update_page(Page(start=0), "Hel", final=False)

    assert started == [9]
    assert page.mode != "edit"
    assert scene.count("startStream") == [10]
