"""Text messages: sending, editing, deleting, and what is refused with which sentence."""

from collections.abc import AsyncGenerator

import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.bots.sandbox.telegram.client import Client, connected


@pytest.fixture
async def client() -> AsyncGenerator[Client]:
    async with connected() as client:
        client.sim.limits.enabled = False
        yield client


async def test_a_sent_message_is_on_the_screen(client: Client) -> None:
    sent = await client.bot.send_message(11, "Hello 😀", link_preview_options=LinkPreviewOptions(is_disabled=True))

    assert client.sim.texts(11) == ["Hello 😀"]
    assert sent.message_id == client.sim.messages(11)[0].id
    assert sent.from_user is not None
    assert sent.from_user.username == "wanjie_bot"
    assert sent.chat.first_name == "Ann"


async def test_an_edited_message_remembers_its_earlier_texts(client: Client) -> None:
    sent = await client.bot.send_message(11, "Hel")
    edited = await client.bot.edit_message_text("Hello", 11, sent.message_id)

    message = client.sim.messages(11)[0]
    assert message.text == "Hello"
    assert [old.text for old in message.edits] == ["Hel"]
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None


async def test_the_timeline_records_when_each_text_was_visible(client: Client) -> None:
    await client.bot.send_chat_action(11, "typing")
    sent = await client.bot.send_message(11, "<b>a</b>", parse_mode=ParseMode.HTML)
    await client.bot.edit_message_text("b", 11, sent.message_id)
    await client.bot.delete_message(11, sent.message_id)

    seen = client.sim.timeline(11)
    assert [event.kind for event in seen] == ["action", "send", "edit", "delete"]
    assert [event.text for event in seen[1:3]] == ["a", "b"]
    assert [event.type for event in seen[1].entities] == ["bold"]
    assert seen == sorted(seen, key=lambda event: event.at)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a" * 4097, "Message is too long"),
        ("  \n ", "Text must be non-empty"),
        ("\u200b \u2800", "Text must be non-empty"),
    ],
)
async def test_a_text_of_invalid_length_is_refused(client: Client, text: str, sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        await client.bot.send_message(11, text)


async def test_an_empty_text_has_its_own_error(client: Client) -> None:
    answer = await client.raw("sendMessage", {"chat_id": 11, "text": ""})

    assert answer["status"] == 400
    assert answer["description"] == "Bad Request: message text is empty"


async def test_the_length_counts_code_points_after_the_markup(client: Client) -> None:
    await client.bot.send_message(11, f"<b>{'😀' * 4096}</b>", parse_mode=ParseMode.HTML)

    assert client.sim.texts(11) == ["😀" * 4096]


async def test_a_long_edit_is_refused_with_a_constant(client: Client) -> None:
    sent = await client.bot.send_message(11, "a")

    answer = await client.raw("editMessageText", {"chat_id": 11, "message_id": sent.message_id, "text": "a" * 4097})

    assert answer["description"] == "Bad Request: MESSAGE_TOO_LONG"


async def test_an_edit_without_a_change_is_refused(client: Client) -> None:
    sent = await client.bot.send_message(11, "same")

    answer = await client.raw("editMessageText", {"chat_id": 11, "message_id": sent.message_id, "text": "same \n"})

    assert answer["description"] == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )


async def test_an_edit_that_only_changes_entities_or_buttons_is_a_change(client: Client) -> None:
    sent = await client.bot.send_message(11, "same")
    bold = MessageEntity(MessageEntity.BOLD, 0, 4)
    await client.bot.edit_message_text("same", 11, sent.message_id, entities=[bold])
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    await client.bot.edit_message_reply_markup(11, sent.message_id, reply_markup=markup)

    message = client.sim.messages(11)[0]
    assert [entity.type for entity in message.entities] == ["bold"]
    assert [button["text"] for button in message.buttons] == ["Go"]


async def test_an_edit_without_reply_markup_removes_the_buttons(client: Client) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    sent = await client.bot.send_message(11, "a", reply_markup=markup)
    await client.bot.edit_message_text("a", 11, sent.message_id)

    assert client.sim.messages(11)[0].buttons == []


async def test_deleted_messages_and_those_of_others_cannot_be_edited(client: Client) -> None:
    said = client.ann.say(client.chat, "mine")

    with pytest.raises(BadRequest, match="Message to edit not found"):
        await client.bot.edit_message_text("a", 11, 999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await client.bot.edit_message_text("a", 11, said.id)


async def test_deleting_an_absent_message_is_refused(client: Client) -> None:
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await client.bot.delete_message(11, 999)


async def test_in_a_group_only_an_administrator_deletes_messages_of_others(client: Client) -> None:
    group = client.sim.group("G")
    said = client.ann.say(group, "hi")

    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await client.bot.delete_message(group.id, said.id)
    client.sim.promote_bot(group, client.ann)
    assert await client.bot.delete_messages(group.id, [said.id, 999])
    assert client.sim.messages(group.id) == []


async def test_a_reply_needs_its_message(client: Client) -> None:
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await client.bot.send_message(11, "a", reply_parameters=ReplyParameters(999))
    lenient = ReplyParameters(999, allow_sending_without_reply=True)
    sent = await client.bot.send_message(11, "b", reply_parameters=lenient)

    assert sent.reply_to_message is None
    assert client.sim.texts(11) == ["b"]


async def test_a_reply_shows_what_it_answers(client: Client) -> None:
    said = client.ann.say(client.chat, "question")
    sent = await client.bot.send_message(11, "answer", reply_parameters=ReplyParameters(said.id))

    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "question"


@pytest.mark.parametrize("chat_id", [12, -1001, "@nobody"])
async def test_an_unknown_chat_is_not_found(client: Client, chat_id: int | str) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await client.bot.send_message(chat_id, "a")


async def test_a_user_who_blocked_the_bot_gets_nothing(client: Client) -> None:
    client.ann.block()

    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await client.bot.send_message(11, "a")
    client.ann.unblock()
    await client.bot.send_message(11, "b")
    assert client.sim.texts(11) == ["b"]


async def test_a_removed_bot_gets_an_error(client: Client) -> None:
    supergroup, basic = client.sim.group("S"), client.sim.group("B", basic=True)
    client.sim.remove_bot(supergroup, client.ann)
    client.sim.remove_bot(basic, client.ann)

    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await client.bot.send_message(supergroup.id, "a")
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await client.bot.send_message(basic.id, "a")


async def test_a_bot_that_left_is_no_member(client: Client) -> None:
    group = client.sim.group("G")
    assert await client.bot.leave_chat(group.id)

    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await client.bot.send_message(group.id, "a")


async def test_a_migrated_group_names_its_new_id(client: Client) -> None:
    old = client.sim.group("G", basic=True)
    new = client.sim.migrate(old, client.ann)

    with pytest.raises(ChatMigrated) as caught:
        await client.bot.send_message(old.id, "a")
    assert caught.value.new_chat_id == new.id
    await client.bot.send_message(new.id, "a")


async def test_a_topic_must_exist_and_general_has_no_name(client: Client) -> None:
    forum = client.sim.group("F", forum=True)
    topic = client.sim.topic(forum, "News", client.ann)
    sent = await client.bot.send_message(forum.id, "in news", message_thread_id=topic)
    await client.bot.send_chat_action(forum.id, "typing", message_thread_id=1)

    assert sent.is_topic_message
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.forum_topic_created is not None
    assert client.sim.messages(forum.id)[0].topic == topic
    for unknown in (1, 77):
        with pytest.raises(BadRequest, match="Message thread not found"):
            await client.bot.send_message(forum.id, "a", message_thread_id=unknown)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await client.bot.send_message(11, "a", message_thread_id=5)


@pytest.mark.parametrize(
    ("button", "sentence"),
    [
        ({"text": "x", "callback_data": "д" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "url": "nowhere"}, "BUTTON_URL_INVALID"),
        ({"text": "x"}, "Text buttons are unallowed in the inline keyboard"),
    ],
)
async def test_a_bad_button_is_refused(client: Client, button: dict[str, str], sentence: str) -> None:
    markup = {"inline_keyboard": [[button]]}

    answer = await client.raw("sendMessage", {"chat_id": 11, "text": "a", "reply_markup": markup})

    assert sentence in answer["description"]
    assert client.sim.violations == []


async def test_one_reaction_of_those_that_exist_can_be_set(client: Client) -> None:
    said = client.ann.say(client.chat, "hi")
    assert await client.bot.set_message_reaction(11, said.id, "👀")
    assert said.reaction == "👀"

    with pytest.raises(BadRequest, match=r"(?i)REACTION_INVALID"):
        await client.bot.set_message_reaction(11, said.id, "🧮")
    with pytest.raises(BadRequest, match=r"(?i)REACTIONS_TOO_MANY"):
        await client.bot.set_message_reaction(11, said.id, [ReactionTypeEmoji("👀"), ReactionTypeEmoji("🔥")])
    with pytest.raises(BadRequest, match="Message to react not found"):
        await client.bot.set_message_reaction(11, 999, "👀")
    said.chat.available_reactions = frozenset("👍")
    assert await client.bot.set_message_reaction(11, said.id, "👍")
    with pytest.raises(BadRequest, match=r"(?i)reaction_invalid"):
        await client.bot.set_message_reaction(11, said.id, "👀")
    assert await client.bot.set_message_reaction(11, said.id, [])


async def test_an_unknown_chat_action_is_refused(client: Client) -> None:
    with pytest.raises(BadRequest, match="Wrong parameter action in request"):
        await client.bot.send_chat_action(11, "dancing")


async def test_a_topic_is_renamed_in_a_private_chat_and_in_a_forum_by_an_administrator(client: Client) -> None:
    topic = client.ann.begin_topic(client.chat, "How do lighthouses work?")
    await client.bot.edit_forum_topic(11, topic, name="Lighthouses")
    for thread, name, refusal in (
        (topic, "Lighthouses", "Topic_not_modified"),
        (topic, "x" * 129, "Topic_title_invalid"),
        (99, "Lighthouses", "thread not found"),
    ):
        with pytest.raises(BadRequest, match=refusal):
            await client.bot.edit_forum_topic(11, thread, name=name)
    forum = client.sim.group("Forum", forum=True)
    with pytest.raises(BadRequest, match="Not enough rights"):
        await client.bot.edit_forum_topic(forum.id, client.sim.topic(forum, "One"), name="Two")

    assert client.chat.topics == {topic: "Lighthouses"}
