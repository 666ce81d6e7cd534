"""The bot's membership in chats: blocked, added, removed, promoted, migrated; topics of a forum."""

import time
from collections.abc import Mapping
from typing import Any, Final

from .account_methods import Account
from .json_objects import chat_json, member_json, message_json, user_json
from .state import Chat, Message, User, World
from .text.entity import Entity
from .text.text_with_entities import Formatted
from .update_delivery import Updates

_PRESENT: Final = frozenset({"member", "administrator", "restricted"})

TELEGRAM: Final = User(777000, "Telegram")
"""Who forwards a channel's posts."""


class Membership:
    """Change where the bot is, tell it so, and decide which messages reach it there."""

    def __init__(self, world: World, updates: Updates, account: Account) -> None:
        self.mentions_pass_privacy = False
        """Whether a plain @mention reaches a bot in privacy mode: the documentation does not list it."""
        self._world = world
        self._updates = updates
        self._account = account

    def set_status(self, chat: Chat, by: User, status: str) -> None:
        """Change the bot's status in *chat*; it gets the update my_chat_member."""
        old, chat.bot_status = chat.bot_status, status
        self._updates.put(
            "my_chat_member",
            {
                "chat": chat_json(chat),
                "from": user_json(by),
                "date": int(time.time()),
                "old_chat_member": member_json(self._world.bot, old),
                "new_chat_member": member_json(self._world.bot, status),
            },
        )
        self._world.changed()

    def add_bot(self, chat: Chat, by: User) -> None:
        self.set_status(chat, by, "member")
        self.post_service_message(chat, by, {"new_chat_members": [user_json(self._world.bot)]})

    def create_topic(self, chat: Chat, by: User, title: str, *, is_name_implicit: bool = False) -> int:
        """Return the id of a new topic, which is the id of the service message that made it."""
        topic = chat.next_id
        chat.topics[topic] = title
        about = {"name": title, "icon_color": 7322096} | ({"is_name_implicit": True} if is_name_implicit else {})
        self.post_service_message(chat, by, {"forum_topic_created": about}, topic=topic)
        return topic

    def rename_topic(self, chat: Chat, by: User, topic: int, title: str) -> None:
        chat.topics[topic] = title
        self.post_service_message(chat, by, {"forum_topic_edited": {"name": title}}, topic=topic)

    def migrate(self, chat: Chat, by: User, new_id: int) -> Chat:
        """Turn a basic group into a supergroup; the old id answers with `migrate_to_chat_id` from then on.

        The bot is told that it has come into the supergroup, too (tdlib/telegram-bot-api#266).
        """
        new = Chat(new_id, "supergroup", chat.title, bot_status=chat.bot_status, members=dict(chat.members))
        self._world.chats[new_id] = new
        self.post_service_message(chat, by, {"migrate_to_chat_id": new.id})
        chat.migrated_to = new.id
        status, new.bot_status = new.bot_status, "left"
        self.set_status(new, by, status)
        self.post_service_message(new, by, {"migrate_from_chat_id": chat.id})
        return new

    def post_service_message(
        self, chat: Chat, by: User, body: Mapping[str, Any], *, topic: int | None = None
    ) -> Message:
        """Show a service message; the bot receives every one of a chat it is in."""
        message = Message(
            id=self._world.new_id(chat),
            chat=chat,
            sender=by,
            date=int(time.time()),
            kind="service",
            attachment=body,
            topic=topic,
        )
        self._world.post(message)
        if chat.bot_status in _PRESENT and by is not self._world.bot:
            self._updates.put("message", message_json(message))
        return message

    def forward_post(self, channel: Chat, group: Chat, text: str) -> Message:
        """Forward a channel's post into its discussion group automatically, and begin the thread of its comments."""
        number = self._world.new_id(group)
        origin = {"type": "channel", "date": int(time.time()), "chat": chat_json(channel), "message_id": number}
        post = Message(
            id=number,
            chat=group,
            sender=TELEGRAM,
            date=int(time.time()),
            content=Formatted(text),
            attachment={"is_automatic_forward": True},
            sender_chat=channel,
            origin=origin,
        )
        self._world.post(post)
        self.deliver("message", post)
        return post

    def deliver(self, kind: str, message: Message) -> None:
        """Queue a message of a user as an update when the bot may read it."""
        if self._can_read(message):
            self._updates.put(kind, message_json(message))

    def deliver_reaction(self, message: Message, by: User, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        """Queue message_reaction, https://core.telegram.org/bots/api#messagereactionupdated."""
        chat = message.chat
        if chat.person or chat.bot_status == "administrator":
            told = {"chat": chat_json(chat), "message_id": message.id, "user": user_json(by), "date": int(time.time())}
            old_json, new_json = ([{"type": "emoji", "emoji": each} for each in every] for every in (old, new))
            self._updates.put("message_reaction", told | {"old_reaction": old_json, "new_reaction": new_json})

    def _can_read(self, message: Message) -> bool:
        """Apply privacy mode, https://core.telegram.org/bots/features#privacy-mode."""
        chat = message.chat
        if chat.bot_status not in _PRESENT:
            return False
        if chat.person or not self._account.privacy or chat.bot_status == "administrator":
            return True
        replied = message.reply_to is not None and message.reply_to.sender is self._world.bot
        return replied or any(self._addresses(message.text, entity) for entity in message.entities)

    def _addresses(self, text: str, entity: Entity) -> bool:
        raw = text.encode("utf-16-le")
        marked = raw[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le").lower()
        name = f"@{self._world.bot.username}".lower()
        if entity.type == "bot_command":
            return entity.offset == 0 and ("@" not in marked or marked.endswith(name))
        return self.mentions_pass_privacy and entity.type == "mention" and marked == name
