"""Asks at the door, and again before an event is answered, whether its sender may use the bot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

import structlog

from core.access import (
    ALL_MODELS,
    NO_RULES,
    AccessMode,
    AccessRegister,
    AccessRequest,
    Decision,
    Known,
    ModelPermissions,
    ModelPolicy,
    Role,
    Rules,
    Standing,
    decide,
)
from core.chat.port.incoming import ChatRef, Choice, Incoming, Sender
from core.chat.port.platform import Platform
from core.queue import Inbox, LaneKind

from .choose_lane import get_origin
from .take_back_limit import TakeBackLimit

_log = structlog.get_logger()

PAIR_COMMAND = "pair"
"""The command that strangers may give to a bot that nobody owns."""
_STANDALONE_NOTICE = " standalone"
"""Ends the names of notices to people whose question stood alone: they are told again where they can be answered."""
_KEPT_FIELDS = ("event_id", "message_id", "direct", "thread", "thread_root", "command_sign", "reply_route", "added")
"""What is kept of a refused event: enough to answer it, and nothing that was said."""


@dataclass(frozen=True, slots=True)
class Access:
    """The decision about an event, and what it was made of."""

    decision: Decision
    role: Role | None = None
    owned: bool = True
    waits_for_workspace: bool = False
    """An admin has to let the whole workspace in."""
    unsure: bool = False
    """Refused only because the platform did not say in time who the sender is."""
    models: ModelPermissions = ALL_MODELS
    """The models that the sender may use."""
    rules: Rules = NO_RULES
    """What admins have decided for everybody."""


NO_ACCESS = Access(Decision.REFUSE)


@dataclass(frozen=True, slots=True)
class AccessRefusal:
    """A note that a sender is to be told why they are not answered."""

    incoming: Incoming
    key: str
    """The sentence that they are told."""
    subject: str = ""
    """The person or group that an admin should decide about; "" when nobody is asked."""
    keeps_text: bool = False
    """What was said is kept, since its sender may use the bot."""

    def pack(self) -> bytes:
        """Make the stored form."""
        incoming = self.incoming
        names = (*_KEPT_FIELDS, "text") if self.keeps_text else _KEPT_FIELDS
        fields = {name: getattr(incoming, name) for name in names}
        sender = [incoming.sender.id, incoming.sender.name, incoming.sender.locale]
        note = {"chat": str(incoming.chat), "sender": sender, "pressed": incoming.choice is not None, "fields": fields}
        return json.dumps(note | {"key": self.key, "subject": self.subject}).encode()

    @classmethod
    def unpack(cls, payload: bytes) -> AccessRefusal:
        """Read what `pack` made."""
        note = cast("dict[str, Any]", json.loads(payload))
        choice = Choice("", "") if note["pressed"] else None
        incoming = Incoming(
            chat=ChatRef.parse(note["chat"]), sender=Sender(*note["sender"]), choice=choice, **note["fields"]
        )
        return cls(incoming, note["key"], note["subject"])


class AccessGate:
    """Decides who may use the bot, and notes who is to be told that they may not."""

    def __init__(
        self, register: AccessRegister, inbox: Inbox, mode: AccessMode, policy: ModelPolicy | None = None
    ) -> None:
        self._register = register
        self._inbox = inbox
        self._mode: AccessMode = mode
        self._policy = policy or ModelPolicy()
        self._take_back_limit = TakeBackLimit()

    async def check(self, platform: Platform, incoming: Incoming) -> Access:
        """Decide at the door, where nothing is looked up: whoever may be allowed passes, and is asked about again."""
        known = await self._read(incoming)
        standing = platform.get_standing(incoming)
        return self._decide(incoming, known, standing or "insider")

    async def check_again(self, platform: Platform, incoming: Incoming) -> Access:
        """Decide before an event is answered: roles may have changed while it waited."""
        known = await self._read(incoming)
        standing = platform.get_standing(incoming)
        access = self._decide(incoming, known, standing or "insider")
        if standing is not None or access.decision is not Decision.ALLOW:
            return access
        if self._decide(incoming, known, "outsider").decision is Decision.ALLOW:
            return access  # whatever the platform would say
        found = await platform.look_up_standing(incoming)
        if found is None:
            return Access(Decision.REFUSE, access.role, owned=access.owned, unsure=True)
        return self._decide(incoming, known, found)

    async def refuse(self, platform: Platform, incoming: Incoming, access: Access) -> None:
        """Note a refusal, so that the sender is told once a day, and an admin asked."""
        announced = AccessRefusal(incoming, "access.unsure" if access.unsure else "inline.refused")
        if await self.take_back(platform, announced):
            return None
        unsaid = (
            incoming.is_addition or incoming.deleted or incoming.previous_chat or incoming.default_title is not None
        )
        said = incoming.addressed and not (unsaid or incoming.rating or incoming.opened or incoming.home)
        if access.decision is not Decision.REFUSE or not said:
            return None
        if access.unsure:
            return await self._enqueue(AccessRefusal(incoming, "access.unsure"))
        subject = self._find_subject(platform, incoming, access)
        # An answer that came later would have no place there.
        is_standalone = platform.outbox(incoming).capabilities.standalone
        asks = self._mode == "pairing" and access.owned and incoming.choice is None and not is_standalone
        request = AccessRequest(
            chat=str(incoming.chat),
            name=incoming.sender.name,
            person=incoming.access_person,
            chat_name=incoming.workspace_name if access.waits_for_workspace else incoming.chat_name,
            locale=incoming.sender.locale,
        )
        notice = subject + _STANDALONE_NOTICE if is_standalone else subject
        tells, is_new = await self._register.requests.note_refusal(
            notice, request if asks else None, event=incoming.event_id
        )
        if not tells:
            return None
        _log.info("somebody who may not use the bot was refused", subject=subject)
        key = self._explain(access, "access.ask" if is_standalone else "access.asked")
        return await self._enqueue(AccessRefusal(incoming, key, subject if is_new else ""))

    async def take_back(self, platform: Platform, refusal: AccessRefusal) -> bool:
        """Let a message that announces an answer say why none comes, within `TakeBackLimit`; False for any other."""
        incoming = refusal.incoming
        if incoming.choice is not None or not platform.outbox(incoming).capabilities.announces_answers:
            return False
        if self._take_back_limit.admits(incoming.access_person):
            await self._enqueue(refusal)
        return True

    def explain(self, access: Access) -> str:
        """Return the key of the sentence that tells somebody why they may not use the bot; no admin is asked."""
        if access.unsure:
            return "access.unsure"
        return self._explain(access, "access.closed" if access.decision is Decision.IGNORE else "access.ask")

    def _explain(self, access: Access, owned: str) -> str:
        """Return the key of a sentence; `owned` is that of a bot with an owner who lets people in when they ask."""
        if self._mode != "pairing":
            return "access.closed"
        return owned if access.owned else "access.unowned"

    async def note_arrival(self, platform: Platform, incoming: Incoming, role: Role | None) -> None:
        """Let in the group to which an admin has added the bot."""
        if role in {"owner", "admin"} and platform.admits_groups:
            await self._register.set_chat(
                incoming.access_chat, "allowed", actor=incoming.access_person, name=incoming.chat_name
            )

    async def note_removal(self, incoming: Incoming) -> None:
        """Note that the bot was removed, or blocked: requests are withdrawn, and a group has to ask again."""
        _log.info("the bot was removed from a chat, or blocked", chat=str(incoming.chat))
        if incoming.direct:
            await self._register.requests.withdraw(f"u:{incoming.access_person}")
        else:
            await self._register.requests.withdraw(f"c:{incoming.access_chat}")
            await self._register.set_chat(incoming.access_chat, "left", actor=incoming.access_person)

    async def note_move(self, incoming: Incoming) -> None:
        """Let what was decided about a group hold under its new id."""
        if incoming.previous_chat is not None:
            await self._register.move_chat(str(incoming.previous_chat), incoming.access_chat)

    async def _read(self, incoming: Incoming) -> Known:
        return await self._register.read(incoming.access_person, incoming.access_place)

    def _decide(self, incoming: Incoming, known: Known, standing: Standing) -> Access:
        if incoming.command == PAIR_COMMAND and incoming.direct and not known.owned:
            return Access(Decision.ALLOW, known.role, owned=False)
        # A member may use the bot anywhere, but an admin decides about the groups that it comes into.
        role = None if incoming.added and known.role == "member" else known.role
        waits, chat = False, known.chat
        if incoming.workspace and chat == "allowed":
            chat = None  # that makes insiders of its own people, and of nobody else
        elif incoming.workspace:
            waits, standing = True, "outsider" if standing == "insider" else standing
        return Access(
            decide(self._mode, role=role, chat=chat, standing=standing),
            known.role,
            owned=known.owned,
            waits_for_workspace=waits,
            models=self._policy.find(known.rules, known.role),
            rules=known.rules,
        )

    def _find_subject(self, platform: Platform, incoming: Incoming, access: Access) -> str:
        if access.waits_for_workspace:
            return f"c:{incoming.workspace}"
        is_group = not incoming.direct and (incoming.added or platform.admits_groups)
        return f"c:{incoming.access_chat}" if is_group else f"u:{incoming.access_person}"

    async def _enqueue(self, refusal: AccessRefusal) -> None:
        incoming = refusal.incoming
        lane = LaneKind.ACCESS.make_lane(str(incoming.chat))
        await self._inbox.enqueue(lane, incoming.event_id, refusal.pack(), get_origin(incoming))
