"""The users' side: what the bot receives when people do something."""

from collections.abc import AsyncGenerator

import pytest
from telegram import CallbackQuery, ChatMemberRestricted, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest

from bots.sandbox.telegram.text.entity import Entity
from tests.bots.sandbox.telegram.client import Client, connected


@pytest.fixture
async def client() -> AsyncGenerator[Client]:
    async with connected() as client:
        client.sim.limits.enabled = False
        yield client


async def received(client: Client) -> list[Update]:
    """Fetch and confirm what is queued."""
    updates = await client.bot.get_updates(timeout=0)
    if updates:
        await client.bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    return list(updates)


async def messages(client: Client) -> list[Message]:
    return [update.message for update in await received(client) if update.message]


async def test_commands_and_mentions_carry_entities_in_utf16(client: Client) -> None:
    client.ann.say(client.chat, "/model@wanjie_bot 😀 @wanjie_bot hi")

    (message,) = await messages(client)
    assert [message.parse_entity(entity) for entity in message.entities] == ["/model@wanjie_bot", "@wanjie_bot"]


async def test_in_privacy_mode_a_bot_gets_only_messages_to_it(client: Client) -> None:
    group = client.sim.group("G")
    own = await client.bot.send_message(group.id, "I am here")
    shown = client.sim.messages(group.id)[0]
    client.ann.say(group, "just talking")
    client.ann.say(group, "@wanjie_bot a mention")
    client.ann.say(group, "/help")
    client.ann.say(group, "/help@wanjie_bot")
    client.ann.say(group, "/help@other_bot")
    client.ann.say(group, "a reply", reply_to=shown)

    got = await messages(client)
    assert [message.text for message in got] == ["/help", "/help@wanjie_bot", "a reply"]
    assert got[2].reply_to_message is not None
    assert got[2].reply_to_message.message_id == own.message_id


@pytest.mark.parametrize("how", ["privacy off", "administrator", "mentions pass"])
async def test_a_mention_arrives_when_the_bot_may_read_it(client: Client, how: str) -> None:
    group = client.sim.group("G", admin=how == "administrator")
    client.sim.privacy = how != "privacy off"
    client.sim.mentions_pass_privacy = how == "mentions pass"
    client.ann.say(group, "@Wanjie_Bot hi")

    assert len(await messages(client)) == 1


async def test_messages_of_a_topic_reply_to_its_root_unless_they_reply_to_something(client: Client) -> None:
    forum = client.sim.group("F", forum=True, admin=True)
    topic = client.sim.topic(forum, "News", client.ann)
    said = client.ann.say(forum, "in news", topic=topic)
    client.ann.say(forum, "in general")
    client.ann.say(forum, "reply", topic=topic, reply_to=said)

    root, in_news, in_general, reply = await messages(client)
    assert root.forum_topic_created is not None
    assert (in_news.message_thread_id, in_news.is_topic_message) == (topic, True)
    assert in_news.reply_to_message is not None
    assert in_news.reply_to_message.forum_topic_created is not None
    assert in_general.message_thread_id is None
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "in news"


async def test_a_reply_in_a_plain_supergroup_names_a_thread_that_is_no_topic(client: Client) -> None:
    group = client.sim.group("G", admin=True)
    first = client.ann.say(group, "first")
    second = client.ann.say(group, "second", reply_to=first)
    client.ann.say(group, "third", reply_to=second)

    _, reply, deeper = await messages(client)
    assert (reply.message_thread_id, reply.is_topic_message) == (first.id, None)
    assert deeper.message_thread_id == first.id
    assert deeper.reply_to_message is not None
    assert deeper.reply_to_message.reply_to_message is None
    with pytest.raises(BadRequest, match="Message thread not found"):
        await client.bot.send_message(group.id, "a", message_thread_id=first.id)


async def test_an_edit_arrives_as_an_edited_message(client: Client) -> None:
    said = client.ann.say(client.chat, "helo")
    client.ann.edit(said, "hello")

    _, edited = await received(client)
    assert edited.edited_message is not None
    assert (edited.edited_message.text, edited.edited_message.message_id) == ("hello", said.id)


async def test_a_deleted_message_is_gone_without_an_update(client: Client) -> None:
    said = client.ann.say(client.chat, "oops")
    client.ann.delete(said)

    assert client.sim.messages(11) == []
    assert len(await received(client)) == 1


async def press(client: Client, button: str) -> tuple[CallbackQuery, int]:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("GPT", callback_data="m:gpt")]])
    sent = await client.bot.send_message(11, "Which?", reply_markup=markup)
    client.ann.press(client.chat, sent.message_id, button)
    (update,) = await received(client)
    assert update.callback_query is not None
    return update.callback_query, sent.message_id


@pytest.mark.parametrize("button", ["GPT", "m:gpt"])
async def test_a_pressed_button_calls_back(client: Client, button: str) -> None:
    query, message_id = await press(client, button)

    assert query.data == "m:gpt"
    assert query.message is not None
    assert query.message.message_id == message_id


async def test_a_press_is_answered_once(client: Client) -> None:
    sent = await client.bot.send_message(
        11, "?", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a")]])
    )
    pressed = client.ann.press(client.chat, sent.message_id, "A")
    await client.bot.answer_callback_query(pressed.id, "Done", show_alert=True)

    assert (pressed.answer, pressed.alert) == ("Done", True)
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await client.bot.answer_callback_query(pressed.id)


async def test_a_query_that_waited_too_long_cannot_be_answered(client: Client) -> None:
    sent = await client.bot.send_message(
        11, "?", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a")]])
    )
    pressed = client.ann.press(client.chat, sent.message_id, "A")
    pressed.at -= 151

    with pytest.raises(BadRequest, match="Query is too old"):
        await client.bot.answer_callback_query(pressed.id)


async def test_only_a_button_that_is_there_can_be_pressed(client: Client) -> None:
    sent = await client.bot.send_message(11, "no buttons")

    with pytest.raises(ValueError, match="no button 'A'"):
        client.ann.press(client.chat, sent.message_id, "A")


async def test_a_long_text_is_pasted_in_pieces_and_cannot_be_said(client: Client) -> None:
    with pytest.raises(ValueError, match="1 to 4096"):
        client.ann.say(client.chat, "a" * 4097)
    client.ann.paste(client.chat, "a" * 9000)

    assert [len(message.text or "") for message in await messages(client)] == [4096, 4096, 808]


async def test_the_bot_learns_of_blocking_and_unblocking(client: Client) -> None:
    client.ann.block()
    client.ann.say(client.chat, "I am back")

    blocked, unblocked, said = await received(client)
    assert blocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert unblocked.my_chat_member is not None
    assert unblocked.my_chat_member.new_chat_member.status == "member"
    assert said.message is not None


async def test_the_bot_learns_of_being_added_and_removed(client: Client) -> None:
    group = client.sim.group("G")
    client.sim.remove_bot(group, client.ann)
    client.ann.say(group, "/help is not heard")
    client.sim.add_bot(group, client.ann)

    removed, added, service = await received(client)
    assert removed.my_chat_member is not None
    assert removed.my_chat_member.new_chat_member.status == "kicked"
    assert added.my_chat_member is not None
    assert added.my_chat_member.old_chat_member.status == "kicked"
    assert service.message is not None
    assert [user.id for user in service.message.new_chat_members] == [client.sim.bot.id]


async def test_a_migration_is_announced_in_both_chats(client: Client) -> None:
    old = client.sim.group("G", basic=True)
    new = client.sim.migrate(old, client.ann)

    updates = await received(client)
    left, arrived = [update.message for update in updates if update.message]
    (entered,) = [update.my_chat_member for update in updates if update.my_chat_member]
    standings = (entered.old_chat_member.status, entered.new_chat_member.status)
    assert (entered.chat.id, *standings) == (new.id, "left", "member")
    assert (left.chat.id, left.migrate_to_chat_id) == (old.id, new.id)
    assert (arrived.chat.id, arrived.migrate_from_chat_id) == (new.id, old.id)


async def test_a_button_that_was_there_a_moment_ago_can_still_be_pressed(client: Client) -> None:
    button = InlineKeyboardButton("A", callback_data="a")
    sent = await client.bot.send_message(11, "?", reply_markup=InlineKeyboardMarkup([[button]]))
    shown = client.sim.messages(11)[-1]
    await client.bot.edit_message_text("!", 11, sent.message_id)
    client.ann.call_back(shown, "a")
    (update,) = await client.bot.get_updates(timeout=0)

    assert update.callback_query is not None
    assert update.callback_query.data == "a"
    assert [press.user_id for press in client.sim.presses] == [11]


async def test_a_person_can_be_made_an_administrator(client: Client) -> None:
    group = client.sim.group("Team")
    client.ann.say(group, "hi")
    before = await client.bot.get_chat_member(group.id, 11)
    client.sim.promote(group, client.ann)

    assert before.status == "member"
    assert (await client.bot.get_chat_member(group.id, 11)).status == "administrator"


async def test_a_press_below_a_deleted_message_has_only_its_id(client: Client) -> None:
    button = InlineKeyboardButton("A", callback_data="a")
    sent = await client.bot.send_message(11, "?", reply_markup=InlineKeyboardMarkup([[button]]))
    shown = client.sim.messages(11)[-1]
    client.ann.delete(shown)
    client.ann.call_back(shown, "a")
    (update,) = await client.bot.get_updates(timeout=0)

    assert update.callback_query is not None
    assert update.callback_query.message is not None
    assert update.callback_query.message.message_id == sent.message_id
    assert not update.callback_query.message.is_accessible


async def test_a_restricted_bot_can_read_but_not_write(client: Client) -> None:
    group = client.sim.group("G")
    client.sim.restrict_bot(group, client.ann)
    client.ann.say(group, "/help")

    restricted, said = await received(client)
    assert restricted.my_chat_member is not None
    member = restricted.my_chat_member.new_chat_member
    assert isinstance(member, ChatMemberRestricted)
    assert (member.is_member, member.can_send_messages) == (True, False)
    assert said.message is not None
    with pytest.raises(BadRequest, match=r"(?i)not enough rights to send text messages to the chat"):
        await client.bot.send_message(group.id, "hi")


async def test_forwards_quotes_and_channels_are_described_in_updates(client: Client) -> None:
    group = client.sim.group("G", admin=True)
    channel = client.sim.channel("News")
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Bo"}
    first = client.ann.say(group, "Read it", entities=(Entity("text_link", 5, 2, "https://a.example/"),))
    client.ann.say(group, "why?", reply_to=first, quote="it")
    client.ann.say(group, "passed on", origin=origin)
    client.ann.say(group, "as a channel", sender_chat=channel)

    link, reply, forward, other = await messages(client)
    assert [(entity.type, entity.url) for entity in link.entities] == [("text_link", "https://a.example/")]
    assert reply.quote is not None
    assert (reply.quote.text, reply.quote.position, reply.quote.is_manual) == ("it", 5, True)
    assert forward.to_dict()["forward_origin"]["sender_user_name"] == "Bo"
    assert other.sender_chat is not None
    assert other.from_user is not None
    assert (other.sender_chat.title, other.from_user.username) == ("News", "Channel_Bot")


async def test_comments_stand_below_a_channel_s_post(client: Client) -> None:
    group = client.sim.group("G", admin=True)
    post = client.sim.publish(client.sim.channel("News"), group, "14 May")
    comment = client.ann.say(group, "nice", reply_to=post)
    below = await client.bot.send_message(group.id, "thanks", message_thread_id=post.id)
    beside = await client.bot.send_message(group.id, "thanks")
    client.ann.delete(comment)
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await client.bot.send_message(group.id, "thanks", reply_to_message_id=comment.id)

    told, comment_told = await messages(client)
    assert told.is_automatic_forward
    assert comment_told.message_thread_id == below.message_thread_id == post.id
    assert beside.message_thread_id is None
