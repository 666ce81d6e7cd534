"""Reasoning and buttons around an answer, against a simulated Slack over its sockets."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from core.chat.port.errors import PlatformUnreachableError, RateLimitedError
from core.chat.port.menus import Button, ShownMessage
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries
from tests.bots.slack.conftest import Scene

_STOP_BUTTON = (Button("⏹ Stop", "stop", "t1 U1"),)
_FINAL_BUTTONS = (Button("🔁 Again", "retry", "t1 U1"), Button("🔊 Speak", "speak", "t1 U1"))
_RATINGS = (Button("👍", "rate", "t1 * good", 1), Button("👎", "rate", "t1 * bad", -1))
_REASONING = "First this, then that. "


async def _update(scene: Scene, *texts: str, folded: int = 0, page: Page | None = None) -> Page:
    page = page or Page(start=0)
    for text in texts:
        shown, fold = page, min(folded, len(text))
        page = await run_with_retries(
            lambda shown=shown, text=text, fold=fold: scene.outbox.update_page(
                shown, text, final=False, folded=fold, buttons=_STOP_BUTTON
            )
        )
    return page


async def _finish(
    scene: Scene, page: Page, text: str, folded: int = 0, buttons: tuple[Button, ...] = _FINAL_BUTTONS
) -> Page:
    return await run_with_retries(
        lambda: scene.outbox.update_page(page, text, final=True, folded=folded, buttons=buttons)
    )


def _button_labels(scene: Scene) -> list[str]:
    """Return the labels of the buttons of the answer."""
    blocks = scene.slack.messages(scene.channel, scene.question.ts)[-1].blocks
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return [button["text"]["text"] for row in rows for button in row]


def _block_types(scene: Scene) -> list[str]:
    return [block["type"] for block in scene.slack.messages(scene.channel, scene.question.ts)[-1].blocks]


def _call_arguments(scene: Scene, method: str) -> list[dict[str, Any]]:
    return [call.args for call in scene.slack.calls if call.method == f"chat.{method}"]


async def test_an_answer_with_buttons_is_a_chunk_stream_rewritten_once(scene: Scene) -> None:
    page = await _update(scene, "One", "One two")

    assert _button_labels(scene) == ["⏹ Stop"]

    done = await _finish(scene, page, "One two three")

    assert done.done
    assert scene.texts == ["One two three"]
    assert _block_types(scene) == ["markdown", "actions"]
    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]
    assert scene.count("startStream", "appendStream", "stopStream", "update", "postMessage") == [1, 1, 1, 1, 0]
    assert [chunk["type"] for chunk in _call_arguments(scene, "startStream")[0]["chunks"]] == [
        "blocks",
        "markdown_text",
    ]
    assert not scene.slack.violations


async def test_reasoning_is_a_task_until_the_answer_begins(scene: Scene) -> None:
    reasoning = _REASONING * 30
    page = await _update(scene, reasoning[:10], reasoning, reasoning + "So", folded=len(reasoning))
    streamed = scene.slack.messages(scene.channel, scene.question.ts)[-1].stream
    assert streamed is not None
    (task,) = streamed.tasks.values()

    assert (task["details"], task["status"]) == (reasoning, "complete")
    assert scene.texts == ["So"]

    await _finish(scene, page, reasoning + "So it is.", len(reasoning))
    card = scene.slack.messages(scene.channel, scene.question.ts)[-1].blocks[0]

    assert _block_types(scene) == ["task_card", "markdown", "actions"]
    assert card["details"]["elements"][0]["elements"][0]["text"] == reasoning
    assert scene.texts == ["So it is."]
    details = [chunk.get("details", "") for args in _call_arguments(scene, "appendStream") for chunk in args["chunks"]]
    assert max(map(len, details)) <= 256
    assert not any(part[:1].isspace() for part in details)


async def test_the_reasoning_task_is_complete_when_the_answer_begins(scene: Scene) -> None:
    page = await _update(scene, _REASONING, _REASONING + "So", folded=len(_REASONING))
    streamed = scene.slack.messages(scene.channel, scene.question.ts)[-1].stream

    assert streamed is not None
    assert [task["status"] for task in streamed.tasks.values()] == ["complete"]
    assert page.mode == "chunks"


@pytest.mark.parametrize("error", ["invalid_chunks", "invalid_blocks"])
async def test_without_chunk_streams_text_is_streamed_and_buttons_are_added_at_the_end(
    scene: Scene, error: str
) -> None:
    scene.slack.faults.fail("chat.startStream", error)
    page = await _update(scene, "One", "One two")

    assert page.mode == "stream"
    assert _button_labels(scene) == []

    await _finish(scene, page, "One two three")
    question = await scene.ann.mention(scene.channel, "and again")
    there = Scene(scene.slack, scene.platform, scene.channel, scene.ann, question)
    await _update(there, "Two")

    assert scene.texts == ["One two three"]
    assert scene.count("startStream", "update") == [2, 1]
    assert [("chunks" in args) for args in _call_arguments(scene, "startStream")] == [True, False, False]


async def test_without_chunk_streams_reasoning_is_shown_in_an_updated_message(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "invalid_chunks")
    page = await _update(scene, _REASONING, folded=len(_REASONING))

    assert page.mode == "edit"
    assert _block_types(scene) == ["task_card", "actions"]

    await _finish(scene, page, _REASONING + "So.", len(_REASONING))

    assert scene.texts == ["So."]


async def test_without_streams_messages_are_updated_with_blocks(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await _update(scene, _REASONING + "So", folded=len(_REASONING))

    assert _block_types(scene) == ["task_card", "markdown", "actions"]
    assert _button_labels(scene) == ["⏹ Stop"]

    await _finish(scene, page, _REASONING + "So.", len(_REASONING))

    assert scene.texts == ["So."]
    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_the_last_update_changes_the_buttons_even_if_the_text_is_the_same(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await _update(scene, "One")
    await _finish(scene, page, "One")

    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]
    assert scene.texts == ["One"]


async def test_without_task_cards_reasoning_is_a_context_block(scene: Scene) -> None:
    scene.slack.faults.fail("chat.postMessage", "invalid_blocks")
    reasoning = "x" * 2500
    await _finish(scene, Page(start=0), reasoning + "So.", len(reasoning))
    small = scene.slack.messages(scene.channel, scene.question.ts)[-1].blocks[0]["elements"][0]["text"]

    assert _block_types(scene) == ["context", "markdown", "actions"]
    assert len(small) == 2000
    assert small.endswith("…")

    await _finish(scene, Page(start=0), reasoning + "So.", len(reasoning))

    assert len(_call_arguments(scene, "postMessage")) == 3  # cards are not tried again


async def test_ratings_have_slack_s_own_buttons_and_stay_when_the_others_go(scene: Scene) -> None:
    page = await _update(scene, _REASONING + "So", folded=len(_REASONING))
    page = await _finish(scene, page, _REASONING + "So.", len(_REASONING), (*_FINAL_BUTTONS, *_RATINGS))

    assert _block_types(scene) == ["task_card", "markdown", "actions", "context_actions"]
    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]

    await scene.outbox.set_buttons(ShownMessage(page, _REASONING + "So.", len(_REASONING), _RATINGS), _RATINGS)

    assert _block_types(scene) == ["task_card", "markdown", "context_actions"]
    assert [call.error for call in scene.slack.calls if call.error] == []


@pytest.mark.parametrize("reasoning", ["", _REASONING])
async def test_where_slack_s_buttons_for_ratings_are_refused_they_are_ordinary_ones(
    scene: Scene, reasoning: str
) -> None:
    scene.slack.faults.fail("chat.update", "invalid_blocks")
    for _ in range(2):
        page = await _update(scene, reasoning + "One", folded=len(reasoning))
        await _finish(scene, page, reasoning + "One two", len(reasoning), (*_FINAL_BUTTONS, *_RATINGS))

        assert _block_types(scene) == [*(["task_card"] if reasoning else []), "markdown", "actions"]
        assert _button_labels(scene) == ["🔁 Again", "🔊 Speak", "👍", "👎"]
    assert len(_call_arguments(scene, "update")) == 3  # they are not tried again


async def test_a_refusal_for_another_reason_does_not_disable_slack_s_buttons_for_ratings(scene: Scene) -> None:
    scene.slack.faults.fail("chat.update", "invalid_blocks", times=2)
    for _ in range(2):
        scene.outbox = scene.new_outbox()
        page = await _update(scene, "One")
        await _finish(scene, page, "One two", buttons=(*_FINAL_BUTTONS, *_RATINGS))

    assert _block_types(scene) == ["markdown", "actions", "context_actions"]


async def test_long_chinese_reasoning_and_its_answer_stay_below_the_stream_limit(scene: Scene) -> None:
    reasoning, answer = "先想一想这个问题。" * 100, "这里是回答的一句话。" * 400
    page = await _update(scene, reasoning, folded=len(reasoning))
    for end in (100, 1_500, 3_000):
        page = await _update(scene, reasoning + answer[:end], folded=len(reasoning), page=page)
    await _finish(scene, page, reasoning + answer, len(reasoning))

    assert page.mode == "edit"
    assert scene.texts == [answer]
    assert _block_types(scene) == ["task_card", "markdown", "actions"]
    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]
    assert [call.error for call in scene.slack.calls if call.error] == []


async def test_a_first_step_above_the_chunk_stream_limit_is_a_text_stream(scene: Scene) -> None:
    reasoning = "x" * 6_000
    page = await _update(scene, reasoning + "One", folded=len(reasoning))
    await _finish(scene, page, reasoning + "One two", len(reasoning))

    assert page.mode == "stream"
    assert scene.texts == ["One two"]
    assert _block_types(scene) == ["task_card", "markdown", "actions"]


async def test_a_stream_refused_for_its_length_does_not_disable_chunk_streams(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "msg_too_long")
    page = await _update(scene, "One")
    question = await scene.ann.mention(scene.channel, "and again")
    there = Scene(scene.slack, scene.platform, scene.channel, scene.ann, question)
    other = await _update(there, "Two")

    assert (page.mode, other.mode) == ("stream", "chunks")


async def test_a_message_too_long_with_a_task_card_is_sent_without_it(scene: Scene) -> None:
    page = await _update(scene, _REASONING + "One", folded=len(_REASONING))
    scene.slack.faults.fail("chat.update", "msg_too_long")
    await _finish(scene, page, _REASONING + "One two", len(_REASONING))

    assert scene.texts[0].endswith("One two")
    assert _block_types(scene) == ["context", "markdown", "actions"]
    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_the_text_stays_if_slack_refuses_all_blocks_around_it(scene: Scene) -> None:
    page = await _update(scene, "One")
    scene.slack.faults.fail("chat.update", "invalid_blocks", times=4)
    done = await _finish(scene, page, "One two")

    assert done.done
    assert scene.texts == ["One two"]


async def test_an_end_with_refused_buttons_is_complete(scene: Scene) -> None:
    page = await _update(scene, "One")
    scene.slack.faults.fail("chat.stopStream", "invalid_blocks")
    done = await _finish(scene, page, "One two")

    assert done.done
    assert scene.texts == ["One two"]
    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_a_short_rate_limit_on_buttons_is_waited_for(scene: Scene) -> None:
    page = await _update(scene, "One")
    scene.slack.faults.flood("chat.update", retry_after=1)
    with pytest.raises(RateLimitedError):
        await scene.outbox.update_page(page, "One two", final=True, buttons=_FINAL_BUTTONS)

    assert scene.texts == ["One two"]

    done = await _finish(scene, page, "One two")

    assert done.done
    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]
    assert scene.count("stopStream", "update") == [1, 1]


async def test_a_long_rate_limit_on_buttons_is_not_waited_for(scene: Scene) -> None:
    page = await _update(scene, "One")
    scene.slack.faults.flood("chat.update", retry_after=30)
    done = await scene.outbox.update_page(page, "One two", final=True, buttons=_FINAL_BUTTONS)

    assert done.done
    assert scene.texts == ["One two"]
    assert _button_labels(scene) == ["⏹ Stop", "🔁 Again", "🔊 Speak"]


async def test_deferred_buttons_appear_later(scene: Scene) -> None:
    page = await _update(scene, "One")
    scene.slack.faults.flood("chat.update", retry_after=6)
    await scene.outbox.update_page(page, "One two", final=True, buttons=_FINAL_BUTTONS)

    assert "⏹ Stop" in _button_labels(scene)

    async with asyncio.timeout(60):
        while _button_labels(scene) != ["🔁 Again", "🔊 Speak"]:  # noqa: ASYNC110 - a simulator has no events
            await asyncio.sleep(0.05)
    assert scene.texts == ["One two"]
    assert scene.count("stopStream", "update") == [1, 1]


async def test_a_rewrite_with_a_lost_response_is_repeated(scene: Scene) -> None:
    page = await _update(scene, "One")
    scene.slack.faults.lose_answers("chat.update")
    with pytest.raises(PlatformUnreachableError):
        await scene.outbox.update_page(page, "One two", final=True, buttons=_FINAL_BUTTONS)
    await _finish(scene, page, "One two")

    assert scene.texts == ["One two"]
    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_a_full_page_loses_its_stop_button_and_keeps_its_reasoning(scene: Scene) -> None:
    page = await _update(scene, _REASONING + "One", folded=len(_REASONING))
    await _finish(scene, page, _REASONING + "One two", len(_REASONING), ())

    assert _block_types(scene) == ["task_card", "markdown"]
    assert scene.texts == ["One two"]


async def test_a_stream_stopped_by_its_reader_ends_with_its_buttons(scene: Scene) -> None:
    page = await _update(scene, "One")
    scene.slack.rules.agent_sessions = True
    await scene.ann.stop(scene.channel, scene.question.ts)
    await _finish(scene, page, "One")

    assert scene.texts == ["One"]
    assert _button_labels(scene) == ["🔁 Again", "🔊 Speak"]


async def test_another_process_finishes_a_chunk_stream(scene: Scene) -> None:
    page = await _update(scene, _REASONING + "One", folded=len(_REASONING))
    scene.outbox = scene.new_outbox()
    adopted = replace(page, adopted=True)
    grown = await _update(scene, "Another", page=adopted)
    await _finish(scene, grown, "Another text")

    assert scene.texts == ["Another text"]
    assert _block_types(scene) == ["markdown", "actions"]


async def test_buttons_of_many_answers_leave_the_rate_limit_to_last_updates(scene: Scene) -> None:
    places: list[Scene] = []
    for number in range(60):
        channel = scene.slack.channel(f"place-{number}")
        question = await scene.ann.mention(channel, "hi")
        places.append(Scene(scene.slack, scene.platform, channel, scene.ann, question))
    pages: list[Page] = []
    for there in places:
        page = Page(start=0)
        with suppress(RateLimitedError):
            page = await there.outbox.update_page(page, "begin", final=False, buttons=_STOP_BUTTON)
        pages.append(page)
    streams = sorted(zip(pages, places, strict=True), key=lambda pair: pair[0].mode != "chunks")
    for page, there in streams:
        await there.outbox.update_page(page, "begin, end", final=True, buttons=_FINAL_BUTTONS)

    assert {page.mode for page in pages} == {"chunks", "edit", ""}
    assert all(there.texts == ["begin, end"] for there in places)
    assert all(_button_labels(there)[-2:] == ["🔁 Again", "🔊 Speak"] for there in places)
    assert not scene.slack.floods
