"""The five promises, each played with real processes and checked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.wanjie.canned_answers import Messages

from .feed import Feed
from .processes import Replicas
from .rooms import Member, Room

_LINES = 40
_TIMEOUT = 60.0
"""Seconds until a promise counts as broken."""
_RETRY_AFTER = 3
"""Seconds for which the simulated Telegram wants no edits."""
_TOKENS_BEFORE_SILENCE = 60


class BrokenPromiseError(Exception):
    """A promise did not hold; the text says what was seen."""


class Promises:
    """Plays one promise at a time and publishes how it goes, as `promise` events."""

    def __init__(self, harness: ServiceHarness, replicas: Replicas, rooms: dict[str, Room], feed: Feed) -> None:
        self._harness = harness
        self._replicas = replicas
        self._rooms = rooms
        self._feed = feed
        self._turn = asyncio.Lock()
        self.results: dict[int, dict[str, object]] = {}
        """The newest `promise` event of each that was played."""
        self._plays: tuple[Callable[[], Awaitable[None]], ...] = (
            self._play_kill,
            self._play_replicas,
            self._play_order,
            self._play_flood,
            self._play_stall,
        )

    async def play(self, number: int) -> None:
        """Play promise 1 to 5 after those that are being played; raises `LookupError` for another number."""
        if not 1 <= number <= len(self._plays):
            raise LookupError(number)
        async with self._turn:
            self._publish(number, "running")
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await self._plays[number - 1]()
            except (BrokenPromiseError, TimeoutError) as error:
                seen = str(error) or f"nothing more came within {_TIMEOUT:.0f} seconds"
                self._publish(number, "broken", seen)
            else:
                self._publish(number, "held")
            finally:
                if not self._replicas.alive:
                    await self._replicas.start()

    def _publish(self, number: int, state: str, seen: str = "") -> None:
        self.results[number] = {"number": number, "state": state, "seen": seen}
        self._feed.publish("promise", self.results[number])

    async def _play_kill(self) -> None:
        """Kill every process in the middle of an answer; a new one finishes the same message."""
        asker = self._rooms["private"].members[0]
        async with self._scripted(_count_lines):
            known = _count_answers(asker)
            await asker.acts.say("Count to the end, whatever happens.")
            await asker.persona.until(lambda: _count_answers(asker) > known)
            await asyncio.sleep(1)
            for replica in self._replicas.alive:
                await self._replicas.kill(replica)
            await self._replicas.start()
            await self._expect_one_whole_answer(asker, known)

    async def _play_replicas(self) -> None:
        """Let two processes answer four conversations at once."""
        while len(self._replicas.alive) < 2:  # noqa: PLR2004 - two replicas
            await self._replicas.start()
        askers = [self._rooms[name].members[0] for name in ("private", "private-zh", "direct", "direct-zh")]
        async with self._scripted(_count_lines):
            known = [_count_answers(asker) for asker in askers]
            for asker in askers:
                await asker.acts.say("Count.")
            for asker, before in zip(askers, known, strict=True):
                await self._expect_one_whole_answer(asker, before)

    async def _play_order(self) -> None:
        """Let two people of a group ask one after the other, while the first answer grows."""
        first, second = self._rooms["group"].members
        mention = f"@{self._harness.telegram.bot.username}"
        async with self._scripted(lambda messages: f"{_count_lines(messages)} {_name_asker(messages)}"):
            known = _count_answers(first)
            await first.acts.say(f"{mention} Ada asks first.")
            await first.persona.until(lambda: _count_answers(first) > known)
            await second.acts.say(f"{mention} Bo asks second.")
            await first.persona.until(lambda: first.persona.answers()[-1].endswith("(second)"), timeout=_TIMEOUT)
            answers = first.persona.answers()[known:]
        if [answer.rpartition(" ")[2] for answer in answers] != ["(first)", "(second)"]:
            raise BrokenPromiseError(f"{len(answers)} answers, or another order")

    async def _play_flood(self) -> None:
        """Refuse an edit with `retry_after`; the end still arrives, and nothing is sent before that time is over."""
        asker = self._rooms["private"].members[0]
        telegram = self._harness.telegram
        async with self._scripted(_count_lines):
            known = _count_answers(asker)
            telegram.faults.fail(
                "editMessageText",
                429,
                f"Too Many Requests: retry after {_RETRY_AFTER}",
                parameters={"retry_after": _RETRY_AFTER},
            )
            await asker.acts.say("Count, although the platform refuses.")
            await self._expect_one_whole_answer(asker, known)
        edits = [call for call in telegram.calls if call.method == "editMessageText"]
        refused = max(index for index, call in enumerate(edits) if call.status == 429)  # noqa: PLR2004 - HTTP
        if edits[refused + 1].at - edits[refused].at < _RETRY_AFTER:
            raise BrokenPromiseError("an edit was sent before the platform allowed it")

    async def _play_stall(self) -> None:
        """Let the model fall silent in the middle; it is asked again, and the answer is whole."""
        asker = self._rooms["private"].members[0]
        script = self._harness.wanjie.script
        async with self._scripted(_count_lines):
            known = _count_answers(asker)
            script.hang_after = _TOKENS_BEFORE_SILENCE
            try:
                await asker.acts.say("Count, although the model stalls.")
                await asker.persona.until(lambda: _count_answers(asker) > known)
            finally:
                script.hang_after = None
            await self._expect_one_whole_answer(asker, known)

    @asynccontextmanager
    async def _scripted(self, answer: Callable[[Messages], str]) -> AsyncGenerator[None]:
        """Let the simulated models answer in a way that can be checked."""
        script = self._harness.wanjie.script
        usual, script.answer = script.answer, answer
        try:
            yield
        finally:
            script.answer = usual

    @staticmethod
    async def _expect_one_whole_answer(asker: Member, known: int) -> None:
        whole = _count_lines(())
        await asker.persona.until(lambda: whole in asker.persona.answers()[known:], timeout=_TIMEOUT)
        answers = len(asker.persona.answers()) - known
        if answers != 1:
            raise BrokenPromiseError(f"{answers} messages instead of one")


def _count_lines(_: Messages) -> str:
    return " ".join(f"Line {number} of {_LINES}." for number in range(1, _LINES + 1))


def _name_asker(messages: Messages) -> str:
    return "(second)" if "second" in str(messages[-1]["content"]) else "(first)"


def _count_answers(member: Member) -> int:
    return len(member.persona.answers())
