"""Flood control: the limits, the penalties, and what does not count."""

from collections.abc import AsyncGenerator

import pytest
from telegram import InputMediaDocument
from telegram.error import BadRequest, RetryAfter

from bots.sandbox.telegram.flood_control import Limits
from tests.bots.sandbox.telegram.client import Client, connected
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> AsyncGenerator[Client]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else the SDK warns whenever it reads a duration
    async with connected(clock) as client:
        yield client


async def test_a_private_chat_takes_a_burst_and_then_one_a_second(client: Client) -> None:
    for number in range(3):
        await client.bot.send_message(11, f"{number}")

    answer = await client.raw("sendMessage", {"chat_id": 11, "text": "too many"})

    assert answer["status"] == 429
    assert answer["description"] == "Too Many Requests: retry after 3"
    assert answer["parameters"] == {"retry_after": 3}
    assert answer["headers"]["Retry-After"] == "3"
    assert client.sim.texts(11) == ["0", "1", "2"]
    assert client.sim.floods == 1


async def test_after_the_wait_the_chat_takes_messages_again(client: Client, clock: Clock) -> None:
    client.sim.limits = Limits(private_burst=2, private_seconds=1.0)
    for number in range(2):
        await client.bot.send_message(11, f"{number}")
    clock.now += 2.5
    await client.bot.send_message(11, "later")

    assert client.sim.texts(11) == ["0", "1", "later"]


async def test_a_chat_regains_one_call_of_its_burst_each_second(client: Client, clock: Clock) -> None:
    client.sim.limits = Limits(private_burst=2, private_seconds=2.0)
    for number in range(2):
        await client.bot.send_message(11, f"{number}")
    clock.now += 2.1
    await client.bot.send_message(11, "one more")

    with pytest.raises(RetryAfter):
        await client.bot.send_message(11, "too many")


async def test_edits_count_even_those_that_change_nothing(client: Client) -> None:
    sent = await client.bot.send_message(11, "a")
    await client.bot.edit_message_text("b", 11, sent.message_id)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await client.bot.edit_message_text("b", 11, sent.message_id)

    with pytest.raises(RetryAfter):
        await client.bot.edit_message_text("c", 11, sent.message_id)


async def test_a_refused_call_does_not_touch_other_chats(client: Client) -> None:
    bob = client.sim.user(12, "Bob")
    client.sim.private(bob)
    for _ in range(3):
        await client.bot.send_message(11, "a")
    with pytest.raises(RetryAfter):
        await client.bot.send_message(11, "a")

    await client.bot.send_message(12, "fine")

    assert client.sim.texts(12) == ["fine"]


async def test_a_group_takes_twenty_in_a_minute(client: Client) -> None:
    group = client.sim.group("G")
    for number in range(20):
        await client.bot.send_message(group.id, f"{number}")

    answer = await client.raw("sendMessage", {"chat_id": group.id, "text": "a"})

    assert 40 < answer["parameters"]["retry_after"] <= 60


async def test_an_album_that_comes_too_fast_is_a_bad_request(client: Client) -> None:
    for number in range(3):
        await client.bot.send_message(11, f"{number}")

    with pytest.raises(BadRequest, match='error message "too many requests: retry after 3"'):
        await client.bot.send_media_group(11, [InputMediaDocument(b"x")] * 2)


async def test_an_album_costs_a_group_as_many_as_it_has_items(client: Client) -> None:
    group = client.sim.group("G")
    for _ in range(2):
        await client.bot.send_media_group(group.id, [InputMediaDocument(b"x")] * 10)

    with pytest.raises(RetryAfter):
        await client.bot.send_message(group.id, "a")


async def test_calls_during_a_flood_wait_double_it(client: Client) -> None:
    for _ in range(3):
        await client.bot.send_message(11, "a")

    waits = [(await client.raw("sendMessage", {"chat_id": 11, "text": "a"}))["parameters"] for _ in range(3)]

    assert [wait["retry_after"] for wait in waits] == [3, 6, 12]


async def test_the_whole_bot_sends_thirty_a_second(client: Client) -> None:
    client.sim.limits = Limits(bot_seconds=60)
    for number in range(31):
        client.sim.private(client.sim.user(100 + number, "U"))
    for number in range(30):
        await client.bot.send_message(100 + number, "a")

    with pytest.raises(RetryAfter):
        await client.bot.send_message(130, "a")


async def test_actions_and_drafts_share_a_budget_apart_from_messages(client: Client) -> None:
    for number in range(10):
        await client.bot.send_chat_action(11, "typing")
        await client.bot.send_message_draft(11, 1, f"{number}")

    with pytest.raises(RetryAfter):
        await client.bot.send_chat_action(11, "typing")
    await client.bot.send_message(11, "final")
    assert client.sim.texts(11) == ["final"]


async def test_chat_actions_have_a_second_slower_limit(client: Client, clock: Clock) -> None:
    client.sim.limits = Limits(typing=((20, 0.01), (40, 60.0)))
    for _ in range(40):
        await client.bot.send_chat_action(11, "typing")
        clock.now += 0.001

    with pytest.raises(RetryAfter):
        await client.bot.send_chat_action(11, "typing")


async def test_nothing_is_counted_when_limits_are_off(client: Client) -> None:
    client.sim.limits.enabled = False
    for number in range(40):
        await client.bot.send_message(11, f"{number}")

    assert client.sim.floods == 0
