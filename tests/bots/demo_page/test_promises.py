"""The promises of the page are kept, and one that is broken is said to be."""

from __future__ import annotations

from bots.demo_page.page_backend import DemoPage
from bots.demo_page.promises import BrokenPromiseError, Promises


async def test_all_five_promises_are_kept(page: DemoPage) -> None:
    for number in range(1, 6):
        await page.promises.play(number)

    assert {number: result["state"] for number, result in page.promises.results.items()} == dict.fromkeys(
        range(1, 6), "held"
    )
    assert page.replicas.alive


async def test_a_promise_that_does_not_hold_is_told(page: DemoPage) -> None:
    class Failing(Promises):
        async def _play_order(self) -> None:
            raise BrokenPromiseError("three answers")

    promises = Failing(page.harness, page.replicas, page.rooms, page.feed)
    await promises.play(3)

    assert promises.results[3] == {"number": 3, "state": "broken", "seen": "three answers"}
