"""Long polling: what the bot receives, confirms, and is refused."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from telegram import Update
from telegram.error import BadRequest, Conflict
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

from bots.sandbox.telegram.simulator import TelegramSim
from tests.bots.sandbox.telegram.client import Client, connected


@pytest.fixture
async def client() -> AsyncGenerator[Client]:
    async with connected() as client:
        yield client


async def _until_polling(client: Client, *, polling: bool = True) -> None:
    async with asyncio.timeout(60):
        while client.sim.polling is not polling:  # noqa: ASYNC110 - the simulator tells nobody of polls
            await asyncio.sleep(0.01)


async def test_an_update_stays_until_a_higher_offset_confirms_it(client: Client) -> None:
    client.ann.say(client.chat, "one")
    client.ann.say(client.chat, "two")
    first = await client.bot.get_updates(timeout=0)
    again = await client.bot.get_updates(timeout=0)
    rest = await client.bot.get_updates(offset=first[0].update_id + 1, timeout=0)

    assert [update.update_id for update in first] == [update.update_id for update in again]
    assert [update.message.text for update in rest if update.message] == ["two"]
    assert client.sim.unconfirmed == 1
    assert await client.bot.get_updates(offset=rest[0].update_id + 1, timeout=0) == ()


async def test_a_poll_returns_as_soon_as_a_message_arrives(client: Client) -> None:
    poll = asyncio.create_task(client.bot.get_updates(timeout=30))
    await _until_polling(client)
    assert not poll.done()
    client.ann.say(client.chat, "hi")

    updates = await asyncio.wait_for(poll, 20)
    assert updates[0].message is not None
    assert updates[0].message.from_user is not None
    assert updates[0].message.from_user.language_code == "en"


async def test_a_limit_and_a_negative_offset_are_respected(client: Client) -> None:
    for text in ("1", "2", "3"):
        client.ann.say(client.chat, text)

    assert len(await client.bot.get_updates(limit=2, timeout=0)) == 2
    last = await client.bot.get_updates(offset=-1, timeout=0)
    assert [update.message.text for update in last if update.message] == ["3"]
    assert client.sim.unconfirmed == 1


async def test_a_second_poll_ends_the_first(client: Client) -> None:
    first = asyncio.create_task(client.bot.get_updates(timeout=30))
    await _until_polling(client)
    second = asyncio.create_task(client.raw("getUpdates", {"timeout": 30}))

    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await asyncio.wait_for(first, 20)
    client.ann.say(client.chat, "hi")
    assert len((await second)["result"]) == 1
    assert client.sim.conflicts == 1


async def test_an_abandoned_poll_loses_no_update(client: Client) -> None:
    poll = asyncio.create_task(client.raw("getUpdates", {"timeout": 30}))
    await _until_polling(client)
    poll.cancel()
    await _until_polling(client, polling=False)
    next_poll = asyncio.create_task(client.bot.get_updates(timeout=30))
    await asyncio.sleep(0.05)
    client.ann.say(client.chat, "hi")

    assert len(await next_poll) == 1
    assert client.sim.conflicts == 0


async def test_polling_is_refused_while_a_webhook_is_set(client: Client) -> None:
    await client.bot.set_webhook("https://bot.example/hook")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await client.bot.get_updates(timeout=0)
    client.ann.say(client.chat, "hi")
    info = await client.bot.get_webhook_info()
    await client.bot.delete_webhook(drop_pending_updates=True)

    assert (info.url, info.pending_update_count) == ("https://bot.example/hook", 1)
    assert await client.bot.get_updates(timeout=0) == ()
    with pytest.raises(BadRequest, match=r"(?i)bad webhook: an https url must be provided"):
        await client.bot.set_webhook("http://bot.example/hook")


async def test_only_allowed_kinds_of_updates_are_queued(client: Client) -> None:
    await client.bot.get_updates(timeout=0, allowed_updates=["callback_query"])
    client.ann.say(client.chat, "unseen")
    await client.bot.get_updates(timeout=0)
    client.ann.say(client.chat, "unseen, as no list keeps the former one")
    await client.bot.get_updates(timeout=0, allowed_updates=[])
    client.ann.say(client.chat, "seen")

    updates = await client.bot.get_updates(timeout=0)
    assert [update.message.text for update in updates if update.message] == ["seen"]


async def test_an_application_of_the_sdk_answers_through_the_socket() -> None:
    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(f"You said {update.message.text}")

    async with TelegramSim() as sim:
        app = ApplicationBuilder().token(sim.token).base_url(sim.base_url).base_file_url(sim.file_url).build()
        app.add_handler(MessageHandler(filters.TEXT, echo))
        ann = sim.user(11, "Ann")
        async with app:
            assert app.updater is not None
            await app.start()
            await app.updater.start_polling()
            ann.say(sim.private(ann), "hello")
            await sim.wait_for(lambda: sim.texts(11))
            await app.updater.stop()
            await app.stop()

        assert sim.texts(11) == ["You said hello"]
        assert sim.unconfirmed == 0
        assert sim.violations == []
