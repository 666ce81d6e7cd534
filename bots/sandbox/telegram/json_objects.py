"""Objects of the Bot API as JSON."""

from typing import Any, Final

from .state import Chat, Message, User

_ADMIN_RIGHTS: Final = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_MEMBER_RIGHTS: Final = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)


def user_json(user: User) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#user."""
    body: dict[str, Any] = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    if user.username:
        body["username"] = user.username
    if user.language_code:
        body["language_code"] = user.language_code
    return body


def chat_json(chat: Chat) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#chat."""
    body: dict[str, Any] = {"id": chat.id, "type": chat.type}
    if chat.person:
        body["first_name"] = chat.person.first_name
        if chat.person.username:
            body["username"] = chat.person.username
    else:
        body["title"] = chat.title
    if chat.is_forum:
        body["is_forum"] = True
    return body


def message_json(message: Message, *, nested: bool = False) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#message; a *nested* one leaves out what it replies to."""
    body: dict[str, Any] = {
        "message_id": message.id,
        "from": user_json(message.sender),
        "chat": chat_json(message.chat),
        "date": message.date,
        **message.attachment,
    }
    if message.topic is not None:
        body |= {"message_thread_id": message.topic, "is_topic_message": True}
    elif message.thread is not None:
        body["message_thread_id"] = message.thread
    if message.sender_chat is not None:
        body["sender_chat"] = chat_json(message.sender_chat)
    if message.origin is not None:
        body["forward_origin"] = message.origin
    if message.quote:
        body["quote"] = {"text": message.quote, "position": message.quote_position, "is_manual": True}
    if message.edited:
        body["edit_date"] = message.edited
    if message.album:
        body["media_group_id"] = message.album
    if message.keyboard and "inline_keyboard" in message.keyboard:
        body["reply_markup"] = message.keyboard
    if message.reply_to and not nested:
        body["reply_to_message"] = message_json(message.reply_to, nested=True)
    return body | _make_content(message)


def inaccessible_json(message: Message) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#inaccessiblemessage: all that is told of one that is deleted or too old."""
    return {"chat": chat_json(message.chat), "message_id": message.id, "date": 0}


def member_json(user: User, status: str) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#chatmember."""
    body: dict[str, Any] = {"status": status, "user": user_json(user)}
    if status == "creator":
        body["is_anonymous"] = False
    if status == "administrator":
        body |= {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(_ADMIN_RIGHTS, True)
    if status == "restricted":
        body |= {"is_member": True, "until_date": 0} | dict.fromkeys(_MEMBER_RIGHTS, False)
    if status == "kicked":
        body["until_date"] = 0
    return body


def _make_content(message: Message) -> dict[str, Any]:
    if message.kind == "service" or not message.text:
        return {}
    name = "text" if message.kind == "text" else "caption"
    body: dict[str, Any] = {name: message.text}
    if message.entities:
        body["entities" if name == "text" else "caption_entities"] = [e.json() for e in message.entities]
    return body
