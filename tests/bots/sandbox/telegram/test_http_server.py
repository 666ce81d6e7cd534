"""The description that calls are checked against, the ways to call, and scripted faults."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, ChatMemberAdministrator
from telegram.error import BadRequest, EndPointNotFound, InvalidToken, NetworkError, RetryAfter, TimedOut

from bots.sandbox.telegram.bot_api import Description
from tests.bots.sandbox.telegram.client import Client, connected


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Client]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # else the SDK warns whenever it reads a duration
    async with connected() as client:
        client.sim.limits.enabled = False
        yield client


async def test_every_described_method_is_answered_and_no_other(client: Client) -> None:
    assert client.sim.routes == Description.load().supported


async def test_a_known_method_without_support_names_itself(client: Client) -> None:
    answer = await client.raw("sendDice", {"chat_id": 11})

    assert answer["status"] == 501
    assert "sendDice" in answer["description"]
    assert client.sim.violations == ["sendDice: not supported by the simulator"]


async def test_an_unknown_method_is_not_found(client: Client) -> None:
    with pytest.raises(EndPointNotFound):
        await client.bot.do_api_request("sendTelepathy", api_kwargs={"chat_id": 11})

    assert client.sim.violations == ["sendTelepathy: no such method"]


async def test_a_wrong_token_is_unauthorized(client: Client) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("123456:WRONG", client.sim.base_url):
            pass


@pytest.mark.parametrize(
    ("method", "body", "problem"),
    [
        ("sendMessage", {"text": "a", "colour": "red"}, "unknown parameter 'colour'"),
        ("sendMessage", {"text": "a", "disable_notification": 3}, "disable_notification: Boolean was expected"),
        ("sendMessage", {"text": "a", "entities": "bold"}, "entities: an array was expected"),
        ("sendMessage", {"text": "a", "entities": [{"type": "bold", "offset": 0}]}, "field 'length' is missing"),
        ("sendMessage", {"text": "a", "reply_parameters": {"message_id": "1"}}, "Integer was expected"),
        ("sendMessage", {"text": "a", "reply_parameters": {"message_id": 1, "x": 1}}, "unknown field 'x'"),
        ("sendMessage", {"text": "a", "business_connection_id": "b"}, "business_connection_id is not supported"),
        ("setMessageReaction", {"message_id": 1, "reaction": [{"emoji": "👀"}]}, "field 'type' is missing"),
        ("deleteMessages", {"message_ids": [1, "2"]}, "message_ids[1]: Integer was expected"),
    ],
)
async def test_calls_that_contradict_the_description_are_refused_and_listed(
    client: Client, method: str, body: dict[str, Any], problem: str
) -> None:
    answer = await client.raw(method, {"chat_id": 11} | body)

    assert answer["status"] == 400
    assert problem in answer["description"]
    assert problem in client.sim.violations[0]


@pytest.mark.parametrize(
    ("method", "body", "sentence"),
    [
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 11}, "message text is empty"),
        ("deleteMessage", {"chat_id": 11}, "message identifier is not specified"),
        ("editMessageText", {"text": "a", "message_id": 1}, "chat_id is empty"),
        ("editMessageText", {"text": "a", "chat_id": 11}, "message identifier is not specified"),
        ("sendChatAction", {"chat_id": 11}, 'parameter "action" is required'),
    ],
)
async def test_a_missing_parameter_is_named(client: Client, method: str, body: dict[str, Any], sentence: str) -> None:
    answer = await client.raw(method, body)

    assert answer["description"] == f"Bad Request: {sentence}"


async def test_get_form_multipart_and_json_requests_are_read_in_any_case(client: Client) -> None:
    url = f"{client.sim.base_url}{client.sim.token}/SENDmessage"
    markup = json.dumps({"inline_keyboard": [[{"text": "b", "callback_data": "c"}]]})
    fields = {"chat_id": "11", "text": "form", "disable_notification": "true", "reply_markup": markup}
    async with aiohttp.ClientSession() as session:
        await session.get(url, params={"chat_id": 11, "text": "query"})
        await session.post(url, data=fields)
        with aiohttp.MultipartWriter("form-data") as parts:
            for name, value in {"chat_id": "11", "text": "parts"}.items():
                parts.append(value).set_content_disposition("form-data", name=name)
            await session.post(url, data=parts)
        await session.post(url, json={"chat_id": 11, "text": "json"})

    assert client.sim.texts(11) == ["query", "form", "parts", "json"]
    assert client.sim.messages(11)[1].buttons[0]["callback_data"] == "c"
    assert client.sim.violations == []


async def test_a_body_that_is_not_an_object_is_refused(client: Client) -> None:
    url = f"{client.sim.base_url}{client.sim.token}/getMe"
    json_type = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data='{"a', headers=json_type) as torn,
        session.post(url, data="[1]", headers=json_type) as listed,
    ):
        answers = [await torn.json(), await listed.json()]

    assert [answer["description"] for answer in answers] == ["Bad Request: can't parse request JSON object"] * 2


async def test_calls_are_recorded_with_their_outcome(client: Client) -> None:
    await client.bot.send_message(11, "a")
    with pytest.raises(BadRequest):
        await client.bot.send_message(12, "b")

    assert [(call.method, call.status) for call in client.sim.calls] == [
        ("getMe", 200),
        ("sendMessage", 200),
        ("sendMessage", 400),
    ]


async def test_a_method_fails_as_often_as_scripted(client: Client) -> None:
    client.sim.faults.fail("sendMessage", 500, "Internal Server Error")
    client.sim.faults.fail("sendMessage", 429, "Too Many Requests: retry after 7", parameters={"retry_after": 7})

    with pytest.raises(NetworkError, match="Internal Server Error"):
        await client.bot.send_message(11, "a")
    with pytest.raises(RetryAfter):
        await client.bot.send_message(11, "b")
    await client.bot.send_message(11, "c")
    assert client.sim.texts(11) == ["c"]


async def test_a_gateway_page_is_not_json(client: Client) -> None:
    client.sim.faults.bad_gateway()

    with pytest.raises(NetworkError, match="Bad Gateway"):
        await client.bot.send_message(11, "a")
    assert client.sim.texts(11) == []


async def test_a_lost_response_leaves_the_message_on_the_screen(client: Client) -> None:
    client.sim.faults.lose_answer("sendMessage")

    with pytest.raises(NetworkError):
        await client.bot.send_message(11, "there")
    assert client.sim.texts(11) == ["there"]


async def test_a_lost_request_has_no_effect(client: Client) -> None:
    client.sim.faults.lose_request("*")

    with pytest.raises(NetworkError):
        await client.bot.send_message(11, "gone")
    assert client.sim.texts(11) == []


async def test_a_slow_method_finishes_after_the_caller_gave_up(client: Client) -> None:
    client.sim.faults.stall("sendMessage")

    with pytest.raises(TimedOut):
        await client.bot.send_message(11, "late", read_timeout=1)
    assert client.sim.texts(11) == []
    client.sim.faults.release("sendMessage")
    await client.sim.wait_for(lambda: client.sim.texts(11) == ["late"])


async def test_a_stalled_poll_continues_when_released(client: Client) -> None:
    client.sim.faults.stall("getUpdates")
    client.ann.say(client.chat, "hi")
    poll = asyncio.create_task(client.bot.get_updates(timeout=0))
    await asyncio.sleep(0.05)
    assert not poll.done()
    client.sim.faults.release("getUpdates")

    assert len(await poll) == 1


async def test_waiting_for_an_absent_call_times_out(client: Client) -> None:
    with pytest.raises(TimeoutError):
        await client.sim.wait_for(lambda: client.sim.texts(11), 0.05)


async def test_commands_are_kept_by_scope_and_language(client: Client) -> None:
    await client.bot.set_my_commands([BotCommand("help", "Help")])
    await client.bot.set_my_commands(
        [BotCommand("help", "帮助")], scope=BotCommandScopeAllPrivateChats(), language_code="zh"
    )

    assert client.sim.commands() == {"help": "Help"}
    assert client.sim.commands("all_private_chats", "zh") == {"help": "帮助"}
    listed = await client.bot.get_my_commands(BotCommandScopeAllPrivateChats(), "zh")
    assert listed == (BotCommand("help", "帮助"),)
    await client.bot.delete_my_commands()
    assert client.sim.commands() == {}


@pytest.mark.parametrize(
    ("commands", "sentence"),
    [
        ([("Help", "x")], "BOT_COMMAND_INVALID"),
        ([("help", "")], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([("help", "x")] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_bad_commands_are_refused(client: Client, commands: list[tuple[str, str]], sentence: str) -> None:
    with pytest.raises(BadRequest, match=rf"(?i){sentence}"):
        await client.bot.set_my_commands(commands)


async def test_the_profile_keeps_its_texts_by_language(client: Client) -> None:
    await client.bot.set_my_description("Talks to models")
    await client.bot.set_my_description("与模型对话", language_code="zh")
    await client.bot.set_my_short_description("Short")
    await client.bot.set_my_name("Wanjie Ark")

    assert (await client.bot.get_my_description()).description == "Talks to models"
    assert (await client.bot.get_my_description("zh")).description == "与模型对话"
    assert (await client.bot.get_my_short_description("de")).short_description == "Short"
    assert (await client.bot.get_my_name()).name == "Wanjie Ark"
    with pytest.raises(BadRequest):
        await client.bot.set_my_description("x" * 513)


async def test_chats_and_members_can_be_asked_for(client: Client) -> None:
    group = client.sim.group("G", forum=True)
    client.ann.say(group, "hi")
    client.sim.promote_bot(group, client.ann)

    chat = await client.bot.get_chat(group.id)
    assert (chat.title, chat.type, chat.is_forum) == ("G", "supergroup", True)
    assert (await client.bot.get_chat_member(group.id, 11)).status == "member"
    assert (await client.bot.get_chat_member_count(group.id)) == 2
    (admin,) = await client.bot.get_chat_administrators(group.id)
    assert isinstance(admin, ChatMemberAdministrator)
    assert admin.user.id == client.sim.bot.id
    with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
        await client.bot.get_chat_administrators(11)


async def test_get_me_describes_the_bot_and_log_out_is_accepted(client: Client) -> None:
    client.sim.privacy = False
    me = await client.bot.get_me()

    assert (me.id, me.username, me.can_read_all_group_messages) == (123456, "wanjie_bot", True)
    assert await client.bot.close()
    assert await client.bot.log_out()
