"""An answer that grows, against a simulated Slack over its sockets."""

from __future__ import annotations

import html
from contextlib import suppress
from dataclasses import replace

import pytest

from core.chat.delivery.retry import retry_until_sent
from core.chat.port.errors import ContentRejectedError, PlatformUnreachableError, RateLimitedError, RecipientGoneError
from core.chat.port.page import Page
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


async def test_an_answer_that_is_complete_at_once_is_one_post(scene: Scene) -> None:
    page = await scene.show("Hello", final=True)

    assert scene.texts == ["Hello"]
    assert scene.count("startStream", "stopStream", "postMessage") == [0, 0, 1]
    assert page.done
    post = scene.slack.calls[-1].args
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)
    assert post["blocks"] == [{"type": "markdown", "text": "Hello"}]
    assert post["text"] == "Hello"


async def test_showing_the_same_again_costs_nothing(scene: Scene) -> None:
    page = await scene.show("Hello", "Hello")
    done = await scene.outbox.update_page(page, "Hello", final=True)
    again = await scene.outbox.update_page(done, "Hello", final=True)

    assert again.done
    assert scene.count("appendStream", "stopStream", "update") == [0, 1, 0]


async def test_a_mention_from_the_model_is_harmless_even_when_it_comes_in_pieces(scene: Scene) -> None:
    await scene.show("see <", "see <!chan", "see <!channel> now", final=True)

    (text,) = scene.texts
    assert "<!channel>" not in text
    assert text.replace("\u2060", "") == "see \\<!channel> now"


async def test_nothing_is_posted_for_a_text_without_words(scene: Scene) -> None:
    page = await scene.show(" \n", "<")

    assert page.message_id == ""
    assert scene.texts == []
    with pytest.raises(ContentRejectedError):
        await scene.outbox.update_page(page, " ", final=True)


async def test_where_the_workspace_has_no_streams_messages_are_updated(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await scene.show("One", "One two", "One two three", final=True)
    there = await (await _elsewhere(scene)).show("One")

    assert scene.texts == ["One two three"]
    assert page.mode == there.mode == "edit"
    assert scene.count("postMessage", "update", "appendStream", "stopStream") == [2, 2, 0, 0]
    assert _starts(scene) == 1


async def test_where_one_kind_of_channel_has_no_streams_the_others_keep_theirs(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "channel_type_not_supported")
    here = await scene.show("One")
    there = await (await _elsewhere(scene)).show("Two")

    assert (here.mode, there.mode) == ("edit", "stream")


async def _elsewhere(scene: Scene) -> Scene:
    channel = scene.slack.channel(f"elsewhere-{len(scene.slack.workspace.channels)}")
    question = await scene.ann.mention(channel, "hi")
    return Scene(scene.slack, scene.platform, channel, scene.ann, question)


def _starts(scene: Scene) -> int:
    return sum(call.method == "chat.startStream" for call in scene.slack.calls)


async def test_a_refused_stream_is_a_message_that_is_updated(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "invalid_thread_ts")
    page = await scene.show("One")

    assert scene.texts == ["One"]
    assert page.mode == "edit"


async def test_steps_of_an_updated_message_are_three_seconds_apart_but_its_end_is_not_held_up(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await scene.show("One", "One two")
    with pytest.raises(RateLimitedError) as flooded:
        await scene.outbox.update_page(page, "One two three", final=False)
    await scene.outbox.update_page(page, "One two three four", final=True)

    assert 1 < flooded.value.retry_after <= 3
    assert scene.texts == ["One two three four"]


async def test_when_no_stream_may_be_started_a_message_is_updated(scene: Scene) -> None:
    scene.slack.faults.flood("chat.startStream", retry_after=30)
    first = await scene.show("One")
    second = await (await _elsewhere(scene)).show("Two")

    assert first.mode == second.mode == "edit"
    assert _starts(scene) == 1


async def test_a_stream_that_timed_out_is_finished_as_an_update(scene: Scene) -> None:
    shown = await scene.show("One", "One two")
    _end_streams(scene)
    page = await retry_until_sent(lambda: scene.outbox.update_page(shown, "One two three", final=False))
    done = await scene.outbox.update_page(page, "One two three four", final=True)

    assert scene.texts == ["One two three four"]
    assert page.mode == "edit"
    assert done.done


def _end_streams(scene: Scene) -> None:
    for message in scene.slack.workspace.messages:
        if message.stream:
            message.stream.expires = 0


async def test_the_end_of_a_stream_that_timed_out_arrives_whole(scene: Scene) -> None:
    page = await scene.show("One", "One two")
    _end_streams(scene)
    await scene.outbox.update_page(page, "One two three", final=True)

    assert scene.texts == ["One two three"]


async def test_after_the_stop_button_the_text_so_far_stands_and_can_be_finished(scene: Scene) -> None:
    shown = await scene.show("One", "One two")
    await scene.ann.stop(scene.channel, scene.question.ts)
    page = await retry_until_sent(lambda: scene.outbox.update_page(shown, "One two three", final=False))

    assert scene.texts == ["One two"]

    await scene.outbox.update_page(page, "One two (stopped)", final=True)

    assert scene.texts == ["One two (stopped)"]


async def test_a_page_that_another_process_left_is_rewritten_as_a_whole(scene: Scene) -> None:
    page = await scene.show("One", "One two")
    adopted = replace(page, adopted=True, shown=1)
    scene.outbox = scene.new_outbox()
    shown = await scene.outbox.update_page(adopted, "Quite another text", final=False)
    done = await scene.outbox.update_page(shown, "Quite another text, complete", final=True)

    assert scene.texts == ["Quite another text, complete"]
    assert not shown.adopted
    assert done.done
    assert scene.count("startStream", "stopStream") == [1, 1]


async def test_an_adopted_page_whose_stream_is_closed_already_is_finished(scene: Scene) -> None:
    page = await scene.show("One", "One two", final=True)
    adopted = replace(page, adopted=True, done=False)
    done = await scene.new_outbox().update_page(adopted, "One two", final=True)

    assert done.done
    assert scene.texts == ["One two"]


async def test_words_do_not_stand_twice_when_the_answer_to_an_append_was_lost(scene: Scene) -> None:
    page = await scene.show("One")
    scene.slack.faults.lose_answers("chat.appendStream")
    with pytest.raises(PlatformUnreachableError):
        await scene.outbox.update_page(page, "One two", final=False)
    await scene.outbox.update_page(page, "One two three", final=True)

    assert scene.texts == ["One two three"]


async def test_words_do_not_stand_twice_when_the_answer_to_a_stop_was_lost(scene: Scene) -> None:
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


async def test_when_a_stop_is_flooded_the_reader_has_the_whole_text_already(scene: Scene) -> None:
    page = await scene.show("One")
    scene.slack.faults.flood("chat.stopStream", retry_after=1)
    with pytest.raises(RateLimitedError) as flooded:
        await scene.outbox.update_page(page, "One two", final=True)

    assert flooded.value.retry_after == 1
    assert scene.texts == ["One two"]

    with pytest.raises(RateLimitedError):  # no call before the second is over
        await scene.outbox.update_page(page, "One two", final=True)

    assert scene.texts == ["One two"]
    assert sum(call.method == "chat.stopStream" for call in scene.slack.calls) == 1


async def test_steps_are_spread_evenly_and_last_words_do_not_wait_for_them(scene: Scene) -> None:
    page = await scene.show("one")
    page = await scene.outbox.update_page(page, "one two", final=False)
    with pytest.raises(RateLimitedError) as flooded:
        await scene.outbox.update_page(page, "one two three", final=False)
    await scene.outbox.update_page(page, "one two three four", final=True)

    assert 0 < flooded.value.retry_after <= 0.75
    assert scene.texts == ["one two three four"]


async def test_a_burst_of_answers_never_meets_a_limit_of_slack(scene: Scene) -> None:
    for number in range(30):
        question = await scene.ann.mention(scene.channel, f"{number}")
        there = Scene(scene.slack, scene.platform, scene.channel, scene.ann, question)
        with suppress(RateLimitedError):
            await there.show(f"answer {number}")

    assert not scene.slack.floods
    assert scene.slack.count("chat.startStream") == 18


async def test_when_many_answers_compete_the_ends_of_all_fit_the_limits(scene: Scene) -> None:
    places = [await _elsewhere(scene) for _ in range(60)]
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
async def test_a_bot_that_was_removed_from_the_channel_gives_up(scene: Scene, method: str) -> None:
    scene.slack.remove_bot(scene.channel)
    with pytest.raises(RecipientGoneError):
        await scene.show("One", final=method == "chat.postMessage")

    assert scene.texts == []


@pytest.mark.parametrize("final", [True, False])
async def test_a_message_that_was_deleted_is_given_up(scene: Scene, *, final: bool) -> None:
    page = await scene.show("One")
    await scene.ann.delete(scene.slack.messages(scene.channel, scene.question.ts)[1])
    with pytest.raises(RecipientGoneError):
        await scene.outbox.update_page(page, "One two", final=final)


async def test_a_revoked_token_is_given_up(scene: Scene) -> None:
    scene.slack.revoke_token()
    with pytest.raises(RecipientGoneError):
        await scene.show("One")


@pytest.mark.parametrize(
    ("fault", "error"), [("internal_error", PlatformUnreachableError), ("rate_limited", RateLimitedError)]
)
async def test_failures_of_slack_are_told_apart(scene: Scene, fault: str, error: type[Exception]) -> None:
    page = await scene.show("One")
    scene.slack.faults.fail("chat.appendStream", fault)
    with pytest.raises(error):
        await scene.outbox.update_page(page, "One two", final=False)


@pytest.mark.parametrize("status", [404, 500, 502])
async def test_a_broken_gateway_is_not_an_answer(scene: Scene, status: int) -> None:
    scene.slack.faults.break_down("chat.startStream", status=status)
    with pytest.raises(PlatformUnreachableError):
        await scene.show("One")


async def test_a_page_that_is_too_long_for_blocks_arrives_as_plain_text(scene: Scene) -> None:
    text = "<x>" * 4_300
    await retry_until_sent(lambda: scene.outbox.update_page(Page(start=0), text, final=True))

    assert "".join(html.unescape(shown) for shown in scene.texts) == text


async def test_what_an_update_refuses_whatever_it_looks_like_stands_in_two_messages(scene: Scene) -> None:
    text = ("One & two.\n" * 800).strip()
    page = await scene.show("One", "One & two.")
    scene.slack.faults.fail("chat.stopStream", "msg_too_long")
    scene.slack.faults.fail("chat.update", "msg_too_long")
    done = await retry_until_sent(lambda: scene.outbox.update_page(page, text, final=True))

    first, second = (html.unescape(shown) for shown in scene.texts)
    assert done.done
    assert first + second == text
    assert first.endswith("two.")
    assert scene.count("update", "postMessage") == [1, 1]


@pytest.mark.parametrize("error", ["msg_too_long", "markdown_text_too_long"])
async def test_a_stream_that_takes_no_more_goes_on_as_updates(scene: Scene, error: str) -> None:
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


async def test_steps_go_on_with_the_look_that_slack_took(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    scene.slack.faults.fail("chat.postMessage", "msg_too_long")
    with pytest.raises(RateLimitedError):  # a channel takes one post a second
        await scene.outbox.update_page(Page(start=0), "One", final=False)
    page = await retry_until_sent(lambda: scene.outbox.update_page(Page(start=0), "One", final=False))
    await scene.outbox.update_page(page, "One two", final=True)

    assert scene.texts == ["One two"]


async def test_a_page_that_was_not_needed_disappears(scene: Scene) -> None:
    page = await scene.show("One")
    await scene.outbox.delete_page(page)
    await scene.outbox.delete_page(page)
    await scene.outbox.delete_page(Page(start=0))

    assert scene.texts == []


async def test_a_first_step_whose_outcome_is_unknown_is_found_again(scene: Scene) -> None:
    scene.slack.faults.lose_answers("chat.startStream")
    with pytest.raises(PlatformUnreachableError):
        await scene.show("One")
    found = await scene.outbox.find_lost_message(Page(start=0, sending=True))
    await scene.outbox.update_page(found, "One two", final=True)

    assert found.adopted
    assert scene.texts == ["One two"]


async def test_where_nothing_landed_nothing_is_found(scene: Scene) -> None:
    earlier = await scene.show("An earlier answer", final=True)
    page = Page(start=0, sending=True, after=earlier.message_id)

    assert await scene.outbox.find_lost_message(page) == page
