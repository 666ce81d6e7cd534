"""Showing a growing answer, against a screen that refuses, fails and keeps what it was shown."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.chat.delivery.answer_buffer import as_stream, continue_in_fence
from core.chat.delivery.answer_buttons import PageButtons
from core.chat.delivery.answer_pages import deliver
from core.chat.delivery.answer_text import AnswerText, TextChunk
from core.chat.delivery.delivery_checkpoint import DeliveryCheckpoint
from core.chat.port.capabilities import Capabilities
from core.chat.port.errors import ContentRejectedError, PlatformUnreachableError, RateLimitedError, RecipientGoneError
from core.chat.port.menus import Button
from core.chat.port.page import Page
from tests.core.chat.outboxes import NoOutbox

LIMIT = 80


class Checkpoint:
    """A turn's checkpoint that only remembers."""

    def __init__(self, state: dict[str, str] | None = None) -> None:
        self.state = state or {}

    async def checkpoint(self, **fields: str) -> None:
        self.state |= fields


@dataclass
class Screen(NoOutbox):
    """An outbox whose messages can be read; it does next what `script` says: an error, or None to work."""

    append_only: bool = False
    script: list[Exception | None] = field(default_factory=list[Exception | None])
    messages: dict[str, str] = field(default_factory=dict[str, str])
    final: set[str] = field(default_factory=set[str])
    folds: dict[str, str] = field(default_factory=dict[str, str])
    """What stands in a fold at the beginning of each message."""
    buttons: dict[str, tuple[Button, ...]] = field(default_factory=dict[str, tuple[Button, ...]])
    seen: set[tuple[Button, ...]] = field(default_factory=set[tuple[Button, ...]])
    steps: int = 0

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(page_limit=LIMIT, edit_interval=0.0, max_group_edit_interval=0.0)

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        await asyncio.sleep(0)
        if self.script and (error := self.script.pop(0)):
            raise error
        name = page.message_id or str(len(self.messages) + 1)
        assert name not in self.final or page.adopted, "a finished page was touched again"
        if self.append_only and not page.adopted:
            assert text.startswith(self.messages.get(name, "")), "words were taken back"
        self.messages[name] = text
        self.folds[name] = text[:folded]
        self.buttons[name] = buttons
        self.seen.add(buttons)
        self.steps += 1
        if final:
            self.final.add(name)
        return replace(page, message_id=name, done=final)

    def position_marker(self) -> str:
        return max(self.messages, key=int, default="")

    async def find_lost_message(self, page: Page) -> Page:
        newer = [name for name in sorted(self.messages, key=int) if int(name) > int(page.after or 0)]
        return replace(page, message_id=newer[0], adopted=True) if newer else page

    async def delete_page(self, page: Page) -> None:
        del self.messages[page.message_id]

    @property
    def shown(self) -> str:
        return "\n".join(self.messages[name] for name in sorted(self.messages, key=int))


async def pieces(
    parts: Sequence[str], error: Exception | None = None, reasoning_parts: Sequence[str] = ()
) -> AsyncGenerator[TextChunk]:
    for piece in [*(TextChunk(text, is_reasoning=True) for text in reasoning_parts), *map(TextChunk, parts)]:
        await asyncio.sleep(0)
        yield piece
    if error is not None:
        raise error


async def show(
    screen: Screen,
    stream: AsyncGenerator[TextChunk],
    checkpoint: Checkpoint | None = None,
    stopped: asyncio.Event | None = None,
    buttons: PageButtons | None = None,
    opening: str = "",
) -> str:
    progress = DeliveryCheckpoint(checkpoint or Checkpoint())
    stopped, buttons = stopped or asyncio.Event(), buttons or PageButtons()
    return await deliver(stream, screen, progress, stopped=stopped, buttons=buttons, opening=opening)


@settings(max_examples=60)
@given(
    parts=st.lists(st.text(alphabet="word☃", max_size=4) | st.sampled_from([" ", "\n", "\n\n", ". "]), max_size=90),
    refusals=st.lists(st.sampled_from([None, None, RateLimitedError(0.001)]), max_size=6),
)
async def test_the_screen_finally_shows_the_text_whatever_happens(
    parts: list[str], refusals: list[Exception | None]
) -> None:
    screen = Screen(append_only=True, script=refusals)

    text = await show(screen, pieces(parts))

    assert text == "".join(parts)
    # A word that is longer than the last fifth of a page is the only thing that may be cut in two.
    assert text.split() == screen.shown.split() or max(map(len, text.split())) > LIMIT // 6
    assert "".join(text.split()) == "".join(screen.shown.split())
    assert set(screen.messages) == screen.final
    assert all(len(message) <= LIMIT for message in screen.messages.values())


async def test_refused_steps_are_skipped_and_the_last_state_is_retried() -> None:
    screen = Screen(
        script=[None, RateLimitedError(0.01), RateLimitedError(0.01), PlatformUnreachableError("gone for a moment")]
    )

    await show(screen, pieces(["a ", "b ", "c"]))

    assert screen.shown == "a b c"


async def test_code_continues_in_a_fence_on_the_next_page() -> None:
    code = "```python\n" + "\n".join(f"line_{number} = {number}" for number in range(12)) + "\n```\nend"
    screen = Screen(append_only=True)

    await show(screen, pieces([code[i : i + 7] for i in range(0, len(code), 7)]))

    pages = [screen.messages[name] for name in sorted(screen.messages, key=int)]
    assert len(pages) > 2
    assert all(page.startswith("```python\n") for page in pages)
    assert all(page.count("```") == 2 for page in pages)
    assert pages[-1].endswith("end")


async def test_a_table_shows_its_header_on_each_page() -> None:
    header = "| n | n % 7 |\n|---|---|\n"
    table = header + "".join(f"| {number} | {number % 7} |\n" for number in range(30)) + "\nDone."
    screen = Screen(append_only=True)

    assert await show(screen, pieces([table[i : i + 5] for i in range(0, len(table), 5)])) == table

    pages = [screen.messages[name] for name in sorted(screen.messages, key=int)]
    assert len(pages) > 3
    assert all(page.startswith(header + "| ") for page in pages[:-1])
    assert "".join(page.removeprefix(header) for page in pages).count("| 9 | 2 |") == 1


@pytest.mark.parametrize("reasoning_parts", [[], ["Where was ", "I?"]])
async def test_an_answer_that_begins_within_code_opens_its_fence_first(reasoning_parts: list[str]) -> None:
    screen = Screen(append_only=not reasoning_parts)  # a fold grows, and the page moves down
    code = ["    return 1\n", "``", "`\nDone. ", *["More words. "] * 8]

    said = await show(screen, pieces(code, reasoning_parts=reasoning_parts), opening="```python\n")

    pages = [screen.messages[name] for name in sorted(screen.messages, key=int)]
    assert pages[0].startswith("".join(reasoning_parts) + "```python\n    return 1\n```\nDone. More")
    assert len(pages) > 1
    assert not any("`" in page for page in pages[1:])
    assert said == "".join(code)


async def test_a_fence_that_was_opened_for_an_answer_is_still_open_for_the_next_owner() -> None:
    screen, checkpoint = Screen(), Checkpoint()
    with pytest.raises(ConnectionError):
        await show(screen, pieces(["one()\n", *["two()\n"] * 5], ConnectionError()), checkpoint, opening="```python\n")

    await show(screen, pieces(["one()\n", "two()\n```"]), checkpoint)

    assert screen.messages == {"1": "```python\none()\ntwo()\n```"}


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("```python\nreturn 1", "\nreturn 1"),
        ("\n```python\nreturn 1", "\nreturn 1"),
        ("\n    return 1", "\n    return 1"),
        ("\n\ndef two():", "\n\ndef two():"),
        ("```\nDone.", "```\nDone."),
        ("```pythonic\nx", "```pythonic\nx"),
        ("```pyth", "```pyth"),
        ("x = 1", "x = 1"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 100])
async def test_a_fence_that_is_open_already_is_not_opened_again(came: str, kept: str, size: int) -> None:
    parts = [came[start : start + size] for start in range(0, len(came), size)]
    resumed_pieces = [piece async for piece in continue_in_fence(pieces(parts, reasoning_parts=["Hm."]), "```python\n")]

    assert resumed_pieces[0] == TextChunk("Hm.", is_reasoning=True)
    assert "".join(piece.text for piece in resumed_pieces[1:]) == kept


async def test_a_bare_mark_closes_a_fence_that_names_no_language() -> None:
    assert [piece.text async for piece in continue_in_fence(pieces(["```\n", "Done."]), "```\n")] == ["```\n", "Done."]


async def test_a_job_taken_over_continues_in_the_same_messages() -> None:
    first = Screen()
    checkpoint = Checkpoint()
    with pytest.raises(ConnectionError):
        await show(first, pieces(["word " * 12, "word " * 12, "more"], ConnectionError()), checkpoint)
    names = set(first.messages)

    await show(first, pieces(["other " * 20]), checkpoint)

    assert len(names) == 2
    assert names == set(first.messages)
    assert first.shown.split() == ["other"] * 20


async def test_a_first_step_of_unknown_outcome_is_found_again() -> None:
    screen = Screen(messages={"1": "an older answer", "2": "lost"})
    lost = {"start": 0, "sending": True, "after": "1"}

    await show(screen, pieces(["found"]), Checkpoint({"pages": json.dumps([lost])}))

    assert screen.messages == {"1": "an older answer", "2": "found"}


async def test_a_lost_first_step_that_is_not_needed_is_removed() -> None:
    screen = Screen(messages={"1": "first page", "2": "lost"})
    pages = [{"start": 0, "message_id": "1"}, {"start": 70, "sending": True, "after": "1"}]

    await show(screen, pieces(["short"]), Checkpoint({"pages": json.dumps(pages)}))

    assert screen.messages == {"1": "short"}


@dataclass
class LossyScreen(Screen):
    """Shows the first step but fails to say so."""

    lost: bool = False

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        shown = await super().update_page(page, text, final=final, folded=folded, buttons=buttons)
        if not self.lost:
            self.lost = True
            raise PlatformUnreachableError("no answer")
        return shown


async def test_a_step_whose_response_was_lost_is_not_repeated_blindly() -> None:
    screen = LossyScreen()

    await show(screen, pieces(["one ", "two"]))

    assert screen.messages == {"1": "one two"}


async def test_the_checkpoint_is_saved_before_a_first_step() -> None:
    checkpoint = Checkpoint()

    class Watching(Screen):
        async def update_page(
            self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
        ) -> Page:
            saved = json.loads(checkpoint.state["pages"])[0]
            assert saved["sending"]
            assert saved["message_id"] or saved["after"] == "7", "the horizon of that moment"
            return await super().update_page(page, text, final=final, folded=folded, buttons=buttons)

    await show(Watching(messages={"7": "older"}), pieces(["a", "b"]), checkpoint)


async def test_unneeded_messages_of_the_old_answer_are_removed() -> None:
    screen, checkpoint = Screen(), Checkpoint()
    with pytest.raises(ConnectionError):
        await show(screen, pieces(["word " * 15, "word " * 30], ConnectionError()), checkpoint)

    await show(screen, pieces(["short"]), checkpoint)

    assert screen.messages == {"1": "short"}


async def test_an_adopted_message_does_not_shrink_while_it_is_rewritten() -> None:
    screen = Screen(messages={"1": "x" * 40})
    checkpoint = Checkpoint({"pages": json.dumps([{"start": 0, "message_id": "1", "length": 40}])})
    lengths: list[int] = []

    async def watched() -> AsyncGenerator[TextChunk]:
        for _ in range(30):
            await asyncio.sleep(0.001)
            lengths.append(len(screen.messages["1"]))
            yield TextChunk("yy")

    await show(screen, watched(), checkpoint)

    assert min(lengths) == 40
    assert screen.shown == "yy" * 30


async def test_a_complete_saved_text_is_shown_without_asking_again() -> None:
    checkpoint = Checkpoint()
    await show(Screen(), pieces(["all", " of it"]), checkpoint)
    progress = DeliveryCheckpoint(checkpoint)

    assert progress.final == AnswerText("all of it")
    assert [page.message_id for page in progress.pages] == ["1"]
    assert progress.pages[0].adopted


async def test_a_stopped_answer_keeps_its_text() -> None:
    screen, stopped = Screen(), asyncio.Event()

    async def endless() -> AsyncGenerator[TextChunk]:
        yield TextChunk("so far")
        while True:
            await asyncio.sleep(0.001)
            if screen.messages:
                stopped.set()

    assert await show(screen, endless(), stopped=stopped) == "so far"
    assert screen.shown == "so far"
    assert screen.final == {"1"}


async def test_a_stop_during_a_second_attempt_keeps_the_longer_text() -> None:
    screen, stopped, checkpoint = Screen(), asyncio.Event(), Checkpoint()
    with pytest.raises(ConnectionError):
        await show(screen, pieces(["all that ", "had come"], ConnectionError()), checkpoint)

    async def silent() -> AsyncGenerator[TextChunk]:
        yield TextChunk("all")
        stopped.set()
        await asyncio.sleep(60)

    longest = DeliveryCheckpoint(checkpoint).longest.text
    assert await show(screen, silent(), checkpoint, stopped) == longest
    assert screen.shown == longest
    assert len(longest) > 3


async def test_words_received_just_before_a_failure_are_kept_and_saved_with_the_next_step() -> None:
    screen, checkpoint = Screen(script=[RateLimitedError(60)]), Checkpoint()
    progress = DeliveryCheckpoint(checkpoint)
    with pytest.raises(ConnectionError):
        await deliver(pieces(["never ", "shown"], ConnectionError()), screen, progress, stopped=asyncio.Event())

    await progress.save(progress.pages, AnswerText())

    assert DeliveryCheckpoint(checkpoint).longest.text == "never shown"


async def test_a_page_that_cannot_be_removed_does_not_fail_the_answer() -> None:
    class Keeper(Screen):
        async def delete_page(self, page: Page) -> None:
            raise ContentRejectedError(page.message_id)

    pages = [{"start": 0, "message_id": "1"}, {"start": 70, "message_id": "2"}]

    assert await show(Keeper(), pieces(["short"]), Checkpoint({"pages": json.dumps(pages)})) == "short"


async def test_a_checkpoint_of_a_newer_version_can_be_read() -> None:
    stored = [{"start": 0, "message_id": "1", "unheard_of": True}]

    assert DeliveryCheckpoint(Checkpoint({"pages": json.dumps(stored)})).pages[0].message_id == "1"


async def test_a_cancelled_delivery_is_not_taken_for_a_stop() -> None:
    screen, closed = Screen(), asyncio.Event()

    async def endless() -> AsyncGenerator[TextChunk]:
        try:
            while True:
                yield TextChunk("x ")
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    task = asyncio.create_task(show(screen, endless()))
    async with asyncio.timeout(60):
        while not screen.messages:  # noqa: ASYNC110 - a screen has no events
            await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not screen.final
    assert closed.is_set()


@pytest.mark.parametrize("error", [RecipientGoneError("blocked"), ContentRejectedError("never")])
async def test_errors_that_waiting_cannot_solve_are_raised_at_the_end(error: Exception) -> None:
    with pytest.raises(type(error)):
        await show(Screen(script=[None, *[error] * 9]), pieces(["a", "b"]))


async def test_a_chat_that_is_gone_ends_the_request_to_the_model() -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncGenerator[TextChunk]:
        try:
            while True:
                yield TextChunk("x ")
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    with pytest.raises(RecipientGoneError):
        await show(Screen(script=[RecipientGoneError("kicked")]), endless())

    assert closed.is_set()


async def test_a_complete_text_takes_one_step() -> None:
    screen = Screen()
    await show(screen, as_stream(AnswerText("all at once")))

    assert (screen.shown, screen.steps) == ("all at once", 1)


async def test_an_empty_answer_leaves_no_message() -> None:
    screen = Screen()

    assert await show(screen, as_stream(AnswerText("\n \n"))) == "\n \n"
    assert screen.messages == {}


@settings(max_examples=60)
@given(
    reasoning_parts=st.lists(st.sampled_from(["hm ", "```\n", "so\n", "\n", "well "]), max_size=40),
    parts=st.lists(st.sampled_from(["word ", "\n", "\n\n", "end. "]), max_size=60),
)
async def test_reasoning_is_shown_in_folds_and_is_not_part_of_the_answer(
    reasoning_parts: list[str], parts: list[str]
) -> None:
    screen = Screen(append_only=True)

    text = await show(screen, pieces(parts, reasoning_parts=reasoning_parts))

    pages = sorted(screen.messages, key=int)
    folded = " ".join(screen.folds[name] for name in pages)
    below = " ".join(screen.messages[name][len(screen.folds[name]) :] for name in pages)
    assert text == "".join(parts)
    assert "".join(below.split()) == "".join(text.split())
    assert folded.split() == "".join(reasoning_parts).split() or not "".join([*reasoning_parts, *parts]).strip()
    assert all(len(message) <= LIMIT for message in screen.messages.values())


async def test_shown_reasoning_is_told_from_the_answer_after_a_crash() -> None:
    checkpoint = Checkpoint()
    await show(Screen(), pieces(["so ", "be it"], reasoning_parts=["hm ", "well "]), checkpoint)

    progress = DeliveryCheckpoint(checkpoint)
    screen = Screen()
    await show(screen, as_stream(progress.final or AnswerText()))

    assert progress.final == AnswerText("hm well so be it", 8)
    assert screen.folds == {"1": "hm well "}


async def test_late_reasoning_is_dropped() -> None:
    async def late() -> AsyncGenerator[TextChunk]:
        yield TextChunk("hm ", is_reasoning=True)
        yield TextChunk("yes")
        yield TextChunk("or no", is_reasoning=True)

    screen = Screen()
    text = await show(screen, late())

    assert text == "yes"
    assert screen.shown == "hm yes"


async def test_only_the_last_message_has_buttons_and_others_while_it_grows() -> None:
    stop, again = Button("stop", "stop", "1"), Button("again", "retry", "1")
    screen = Screen()

    await show(screen, pieces(["word " * 14] * 3), buttons=PageButtons((stop,), lambda _, __: (again,)))

    pages = sorted(screen.messages, key=int)
    assert len(pages) > 1
    assert [screen.buttons[name] for name in pages] == [()] * (len(pages) - 1) + [(again,)]
    assert (stop,) in screen.seen


async def test_a_step_waits_for_the_interval_after_the_answer_to_the_step_before() -> None:
    @dataclass
    class Distant(Screen):
        """Takes longer to answer than the interval is."""

        begun: list[float] = field(default_factory=list[float])
        ended: list[float] = field(default_factory=list[float])

        @property
        def capabilities(self) -> Capabilities:
            return replace(super().capabilities, edit_interval=0.05)

        async def update_page(
            self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
        ) -> Page:
            if not final:
                self.begun.append(time.monotonic())
            await asyncio.sleep(0.1)
            shown = await super().update_page(page, text, final=final, folded=folded, buttons=buttons)
            if not final:
                self.ended.append(time.monotonic())
            return shown

    async def slow() -> AsyncGenerator[TextChunk]:
        for number in range(60):
            yield TextChunk(f"{number} ")
            await asyncio.sleep(0.01)

    screen = Distant()
    await show(screen, slow())

    assert len(screen.begun) > 2
    assert all(begun - ended >= 0.049 for ended, begun in zip(screen.ended, screen.begun[1:], strict=False))


async def test_a_step_that_was_lost_is_made_again_though_the_model_is_silent() -> None:
    grown = asyncio.Event()

    class Flaky(Screen):
        """Loses the first step that shows the second word."""

        has_failed = False

        async def update_page(
            self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
        ) -> Page:
            if "two" in text and not self.has_failed:
                self.has_failed = True
                raise PlatformUnreachableError("no connection")
            if "two" in text and not final:
                grown.set()
            return await super().update_page(page, text, final=final, folded=folded, buttons=buttons)

    async def pausing() -> AsyncGenerator[TextChunk]:
        yield TextChunk("one ")
        await asyncio.sleep(0.01)
        yield TextChunk("two three ")
        async with asyncio.timeout(20):
            await grown.wait()

    await show(Flaky(), pausing())


async def test_marks_alone_are_no_first_step() -> None:
    class Recording(Screen):
        @property
        def capabilities(self) -> Capabilities:
            return replace(super().capabilities, edit_interval=60)

    async def slow() -> AsyncGenerator[TextChunk]:
        for part in ("#", "# ", "1", ". ", "Title"):
            yield TextChunk(part)
            await asyncio.sleep(0.01)
        await asyncio.sleep(60)

    screen = Recording()
    showing = asyncio.create_task(show(screen, slow()))
    async with asyncio.timeout(60):
        while screen.steps == 0:  # noqa: ASYNC110 - a screen has no events
            await asyncio.sleep(0.001)
    showing.cancel()

    assert screen.shown == "## 1. Title"


async def test_held_back_words_are_shown_without_the_edit_interval() -> None:
    class Choosy(Screen):
        @property
        def capabilities(self) -> Capabilities:
            return replace(super().capabilities, edit_interval=60, buttons_after_first_step=True)

        async def update_page(
            self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
        ) -> Page:
            if text.count("**") == 1:
                return page
            return await super().update_page(page, text, final=final, folded=folded, buttons=buttons)

        async def find_lost_message(self, page: Page) -> Page:
            raise AssertionError(page)

    async def slow() -> AsyncGenerator[TextChunk]:
        for part in ("**", "Title", "**"):
            yield TextChunk(part)
            await asyncio.sleep(0.02)
        await asyncio.sleep(60)

    screen = Choosy()
    showing = asyncio.create_task(show(screen, slow(), buttons=PageButtons((Button("stop", "stop", "1"),))))
    async with asyncio.timeout(60):
        while screen.steps == 0:  # noqa: ASYNC110 - a screen has no events
            await asyncio.sleep(0.01)
    showing.cancel()

    assert screen.shown == "**Title**"


@pytest.mark.parametrize(("late", "steps"), [(False, 1), (True, 2)])
async def test_a_silent_model_can_be_stopped(*, late: bool, steps: int) -> None:
    class Silent(Screen):
        @property
        def capabilities(self) -> Capabilities:
            return replace(super().capabilities, buttons_after_first_step=late)

    async def silent() -> AsyncGenerator[TextChunk]:
        yield TextChunk("Queued…")
        await asyncio.sleep(60)

    screen = Silent()
    showing = asyncio.create_task(show(screen, silent(), buttons=PageButtons((Button("stop", "stop", "1"),))))
    async with asyncio.timeout(60):
        while screen.steps < steps:  # noqa: ASYNC110 - a screen has no events
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    showing.cancel()

    assert screen.steps == steps


async def test_a_refused_first_step_is_not_searched_by_the_next_attempt() -> None:
    class Known(Screen):
        async def find_lost_message(self, page: Page) -> Page:
            raise AssertionError(page)

    progress, screen = DeliveryCheckpoint(Checkpoint()), Known(script=[RateLimitedError(60.0)])

    async def breaking() -> AsyncGenerator[TextChunk]:
        yield TextChunk("so far")
        async with asyncio.timeout(60):
            while screen.script:  # noqa: ASYNC110 - a screen has no events
                await asyncio.sleep(0.01)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await deliver(breaking(), screen, progress, stopped=asyncio.Event())
    progress.restart()

    assert await deliver(pieces(["whole"]), screen, progress, stopped=asyncio.Event()) == "whole"
