"""Thinking and buttons around an answer, against a simulated Slack over its sockets."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from core.chat.delivery.retry import retry_until_sent
from core.chat.port.errors import PlatformUnreachableError, RateLimitedError
from core.chat.port.menus import Button
from core.chat.port.page import Page
from tests.bots.slack.conftest import Scene

_STOP = (Button("⏹ Stop", "stop", "t1 U1"),)
_END = (Button("🔁 Again", "retry", "t1 U1"), Button("🔊 Speak", "speak", "t1 U1"))
_THOUGHT = "First this, then that. "


async def _grow(scene: Scene, *texts: str, folded: int = 0, page: Page | None = None) -> Page:
    page = page or Page(start=0)
    for text in texts:
        shown, fold = page, min(folded, len(text))
        page = await retry_until_sent(
            lambda shown=shown, text=text, fold=fold: scene.outbox.update_page(
                shown, text, final=False, folded=fold, buttons=_STOP
            )
        )
    return page


async def _end(scene: Scene, page: Page, text: str, folded: int = 0, buttons: tuple[Button, ...] = _END) -> Page:
    return await retry_until_sent(
        lambda: scene.outbox.update_page(page, text, final=True, folded=folded, buttons=buttons)
    )


def _labels(scene: Scene) -> list[str]:
    """What can be pressed in the answer now."""
    blocks = scene.slack.messages(scene.channel, scene.question.ts)[-1].blocks
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return [button["text"]["text"] for row in rows for button in row]


def _kinds(scene: Scene) -> list[str]:
    return [block["type"] for block in scene.slack.messages(scene.channel, scene.question.ts)[-1].blocks]


def _args(scene: Scene, method: str) -> list[dict[str, Any]]:
    return [call.args for call in scene.slack.calls if call.method == f"chat.{method}"]


async def test_an_answer_with_buttons_is_a_stream_of_chunks_that_is_rewritten_once(scene: Scene) -> None:
    page = await _grow(scene, "One", "One two")

    assert _labels(scene) == ["⏹ Stop"]

    done = await _end(scene, page, "One two three")

    assert done.done
    assert scene.texts == ["One two three"]
    assert _kinds(scene) == ["markdown", "actions"]
    assert _labels(scene) == ["🔁 Again", "🔊 Speak"]
    assert scene.count("startStream", "appendStream", "stopStream", "update", "postMessage") == [1, 1, 1, 1, 0]
    assert [chunk["type"] for chunk in _args(scene, "startStream")[0]["chunks"]] == ["blocks", "markdown_text"]
    assert not scene.slack.violations


async def test_thinking_is_a_task_until_the_answer_begins(scene: Scene) -> None:
    thought = _THOUGHT * 30
    page = await _grow(scene, thought[:10], thought, thought + "So", folded=len(thought))
    streamed = scene.slack.messages(scene.channel, scene.question.ts)[-1].stream
    assert streamed is not None
    (task,) = streamed.tasks.values()

    assert (task["details"], task["status"]) == (thought, "complete")
    assert scene.texts == ["So"]

    await _end(scene, page, thought + "So it is.", len(thought))
    card = scene.slack.messages(scene.channel, scene.question.ts)[-1].blocks[0]

    assert _kinds(scene) == ["task_card", "markdown", "actions"]
    assert card["details"]["elements"][0]["elements"][0]["text"] == thought
    assert scene.texts == ["So it is."]
    details = [chunk.get("details", "") for args in _args(scene, "appendStream") for chunk in args["chunks"]]
    assert max(map(len, details)) <= 256
    assert not any(part[:1].isspace() for part in details)


async def test_thinking_that_ends_between_two_steps_is_over_when_the_answer_begins(scene: Scene) -> None:
    page = await _grow(scene, _THOUGHT, _THOUGHT + "So", folded=len(_THOUGHT))
    streamed = scene.slack.messages(scene.channel, scene.question.ts)[-1].stream

    assert streamed is not None
    assert [task["status"] for task in streamed.tasks.values()] == ["complete"]
    assert page.mode == "chunks"


@pytest.mark.parametrize("error", ["invalid_chunks", "invalid_blocks"])
async def test_where_streams_take_no_buttons_the_words_stream_and_the_buttons_come_at_the_end(
    scene: Scene, error: str
) -> None:
    scene.slack.faults.fail("chat.startStream", error)
    page = await _grow(scene, "One", "One two")

    assert page.mode == "stream"
    assert _labels(scene) == []

    await _end(scene, page, "One two three")
    question = await scene.ann.mention(scene.channel, "and again")
    there = Scene(scene.slack, scene.platform, scene.channel, scene.ann, question)
    await _grow(there, "Two")

    assert scene.texts == ["One two three"]
    assert scene.count("startStream", "update") == [2, 1]
    assert [("chunks" in args) for args in _args(scene, "startStream")] == [True, False, False]


async def test_where_streams_take_no_thinking_a_message_is_updated_until_there_are_words(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "invalid_chunks")
    page = await _grow(scene, _THOUGHT, folded=len(_THOUGHT))

    assert page.mode == "edit"
    assert _kinds(scene) == ["task_card", "actions"]

    await _end(scene, page, _THOUGHT + "So.", len(_THOUGHT))

    assert scene.texts == ["So."]


async def test_where_there_are_no_streams_messages_are_updated_as_blocks(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await _grow(scene, _THOUGHT + "So", folded=len(_THOUGHT))

    assert _kinds(scene) == ["task_card", "markdown", "actions"]
    assert _labels(scene) == ["⏹ Stop"]

    await _end(scene, page, _THOUGHT + "So.", len(_THOUGHT))

    assert scene.texts == ["So."]
    assert _labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_buttons_alone_that_differ_at_the_end_of_an_updated_message_are_changed(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await _grow(scene, "One")
    await _end(scene, page, "One")

    assert _labels(scene) == ["🔁 Again", "🔊 Speak"]
    assert scene.texts == ["One"]


async def test_where_there_are_no_cards_thinking_stands_in_small_print(scene: Scene) -> None:
    scene.slack.faults.fail("chat.postMessage", "invalid_blocks")
    thought = "x" * 2500
    await _end(scene, Page(start=0), thought + "So.", len(thought))
    small = scene.slack.messages(scene.channel, scene.question.ts)[-1].blocks[0]["elements"][0]["text"]

    assert _kinds(scene) == ["context", "markdown", "actions"]
    assert len(small) == 2000
    assert small.endswith("…")

    await _end(scene, Page(start=0), thought + "So.", len(thought))

    assert len(_args(scene, "postMessage")) == 3  # cards are not tried again


async def test_a_long_thought_in_chinese_and_its_answer_never_outgrow_a_stream(scene: Scene) -> None:
    thought, answer = "先想一想这个问题。" * 100, "这里是回答的一句话。" * 400
    page = await _grow(scene, thought, folded=len(thought))
    for end in (100, 1_500, 3_000):
        page = await _grow(scene, thought + answer[:end], folded=len(thought), page=page)
    await _end(scene, page, thought + answer, len(thought))

    assert page.mode == "edit"
    assert scene.texts == [answer]
    assert _kinds(scene) == ["task_card", "markdown", "actions"]
    assert _labels(scene) == ["🔁 Again", "🔊 Speak"]
    assert [call.error for call in scene.slack.calls if call.error] == []


async def test_a_first_step_that_is_too_much_for_a_stream_with_thinking_streams_its_words(scene: Scene) -> None:
    thought = "x" * 6_000
    page = await _grow(scene, thought + "One", folded=len(thought))
    await _end(scene, page, thought + "One two", len(thought))

    assert page.mode == "stream"
    assert scene.texts == ["One two"]
    assert _kinds(scene) == ["task_card", "markdown", "actions"]


async def test_a_stream_whose_beginning_is_too_long_says_nothing_about_others(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "msg_too_long")
    page = await _grow(scene, "One")
    question = await scene.ann.mention(scene.channel, "and again")
    there = Scene(scene.slack, scene.platform, scene.channel, scene.ann, question)
    other = await _grow(there, "Two")

    assert (page.mode, other.mode) == ("stream", "chunks")


async def test_where_a_card_makes_a_message_too_long_the_answer_stands_without_it(scene: Scene) -> None:
    page = await _grow(scene, _THOUGHT + "One", folded=len(_THOUGHT))
    scene.slack.faults.fail("chat.update", "msg_too_long")
    await _end(scene, page, _THOUGHT + "One two", len(_THOUGHT))

    assert scene.texts[0].endswith("One two")
    assert _kinds(scene) == ["context", "markdown", "actions"]
    assert _labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_words_stand_even_if_slack_takes_nothing_around_them(scene: Scene) -> None:
    page = await _grow(scene, "One")
    scene.slack.faults.fail("chat.update", "invalid_blocks", times=4)
    done = await _end(scene, page, "One two")

    assert done.done
    assert scene.texts == ["One two"]


async def test_an_end_whose_buttons_are_refused_is_whole(scene: Scene) -> None:
    page = await _grow(scene, "One")
    scene.slack.faults.fail("chat.stopStream", "invalid_blocks")
    done = await _end(scene, page, "One two")

    assert done.done
    assert scene.texts == ["One two"]
    assert _labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_buttons_that_have_to_wait_a_little_are_waited_for(scene: Scene) -> None:
    page = await _grow(scene, "One")
    scene.slack.faults.flood("chat.update", retry_after=1)
    with pytest.raises(RateLimitedError):
        await scene.outbox.update_page(page, "One two", final=True, buttons=_END)

    assert scene.texts == ["One two"]

    done = await _end(scene, page, "One two")

    assert done.done
    assert _labels(scene) == ["🔁 Again", "🔊 Speak"]
    assert scene.count("stopStream", "update") == [1, 1]


async def test_nobody_waits_long_for_buttons(scene: Scene) -> None:
    page = await _grow(scene, "One")
    scene.slack.faults.flood("chat.update", retry_after=30)
    done = await scene.outbox.update_page(page, "One two", final=True, buttons=_END)

    assert done.done
    assert scene.texts == ["One two"]
    assert _labels(scene) == ["⏹ Stop", "🔁 Again", "🔊 Speak"]


async def test_buttons_that_nobody_waited_for_come_by_themselves(scene: Scene) -> None:
    page = await _grow(scene, "One")
    scene.slack.faults.flood("chat.update", retry_after=6)
    await scene.outbox.update_page(page, "One two", final=True, buttons=_END)

    assert "⏹ Stop" in _labels(scene)

    async with asyncio.timeout(20):
        while _labels(scene) != ["🔁 Again", "🔊 Speak"]:  # noqa: ASYNC110 - a simulator has no events
            await asyncio.sleep(0.05)
    assert scene.texts == ["One two"]
    assert scene.count("stopStream", "update") == [1, 1]


async def test_a_lost_answer_to_the_rewriting_is_no_loss(scene: Scene) -> None:
    page = await _grow(scene, "One")
    scene.slack.faults.lose_answers("chat.update")
    with pytest.raises(PlatformUnreachableError):
        await scene.outbox.update_page(page, "One two", final=True, buttons=_END)
    await _end(scene, page, "One two")

    assert scene.texts == ["One two"]
    assert _labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_a_full_page_loses_its_stop_button_and_keeps_its_thinking(scene: Scene) -> None:
    page = await _grow(scene, _THOUGHT + "One", folded=len(_THOUGHT))
    await _end(scene, page, _THOUGHT + "One two", len(_THOUGHT), ())

    assert _kinds(scene) == ["task_card", "markdown"]
    assert scene.texts == ["One two"]


async def test_a_stream_that_a_reader_stopped_ends_with_its_buttons(scene: Scene) -> None:
    page = await _grow(scene, "One")
    await scene.ann.stop(scene.channel, scene.question.ts)
    await _end(scene, page, "One")

    assert scene.texts == ["One"]
    assert _labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_another_process_finishes_a_stream_of_chunks(scene: Scene) -> None:
    page = await _grow(scene, _THOUGHT + "One", folded=len(_THOUGHT))
    scene.outbox = scene.new_outbox()
    adopted = replace(page, adopted=True)
    grown = await _grow(scene, "Another", page=adopted)
    await _end(scene, grown, "Another text")

    assert scene.texts == ["Another text"]
    assert _kinds(scene) == ["markdown", "actions"]


async def test_when_many_answers_compete_their_buttons_take_no_room_from_the_ends(scene: Scene) -> None:
    places: list[Scene] = []
    for number in range(60):
        channel = scene.slack.channel(f"place-{number}")
        question = await scene.ann.mention(channel, "hi")
        places.append(Scene(scene.slack, scene.platform, channel, scene.ann, question))
    pages: list[Page] = []
    for there in places:
        page = Page(start=0)
        with suppress(RateLimitedError):
            page = await there.outbox.update_page(page, "begin", final=False, buttons=_STOP)
        pages.append(page)
    streams = sorted(zip(pages, places, strict=True), key=lambda pair: pair[0].mode != "chunks")
    for page, there in streams:
        await there.outbox.update_page(page, "begin, end", final=True, buttons=_END)

    assert {page.mode for page in pages} == {"chunks", "edit", ""}
    assert all(there.texts == ["begin, end"] for there in places)
    assert all(_labels(there)[-2:] == ["🔁 Again", "🔊 Speak"] for there in places)
    assert not scene.slack.floods
