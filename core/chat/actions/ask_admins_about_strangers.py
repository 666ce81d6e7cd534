"""Telling strangers that they are not answered, asking the admins about them, and carrying out what those decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import structlog

from core.access import AccessRegister, AccessRequest, PersonRecord
from core.chat.checkpoint_fields import ANNOUNCED_DECISION_FIELD, ASKED_ADMINS_FIELD
from core.chat.delivery.event_context import EventContext
from core.chat.events.access_gate import AccessRefusal
from core.chat.port.errors import OutboxError
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menus import Menu, Option
from core.chat.port.outbox import Outbox
from core.chat.port.platform import Platform
from core.chat.port.retry_platform_calls import run_with_retries
from core.chat.text.translations import Translations

_log = structlog.get_logger()

ADMIN_MENU = "admin"
"""The command that hears of what is pressed in a request."""
ALLOW, REFUSE = "allow", "refuse"
_MAX_ADMINS = 20


class AccessRequests:
    """Speaks with strangers and with the admins of the service."""

    def __init__(self, register: AccessRegister, platforms: Mapping[str, Platform], translations: Translations) -> None:
        """`platforms` by the first part of their chat references; it may be filled later."""
        self._register = register
        self._platforms = platforms
        self._translations = translations

    async def answer(self, context: EventContext, refusal: AccessRefusal) -> None:
        """Tell a stranger why they get no answer, and ask the admins if that is wanted."""
        if context.incoming.choice is not None:
            await context.notify_presser(refusal.key, id=context.incoming.sender.id)
        else:
            await context.reply(refusal.key, id=context.incoming.sender.id)
        if refusal.subject:
            await self._ask_admins(context, refusal.subject)

    def is_person_name(self, name: str) -> bool:
        """Whether a text could name a person of one of the platforms in the register."""
        platform_name, _, user = name.partition(":")
        platform = self._platforms.get(platform_name)
        return platform is not None and platform.is_person_id(user)

    async def show_request(self, outbox: Outbox, locale: str, subject: str, request: AccessRequest) -> None:
        """Show a request to an admin, with what they can do about it."""
        name, subject_id = request.name or request.person, subject[2:]
        if subject.startswith("c:"):
            group = request.chat_name or subject_id
            key = "access.workspace_request" if ChatRef.parse(subject_id).is_workspace else "access.group_request"
            title = self._translations.text(key, locale, name=name, group=group, id=subject_id)
        else:
            title = self._translations.text("access.person_request", locale, name=name, id=subject_id)
        options = tuple(
            Option(self._translations.plain_text(label, locale), f"{verb} {subject}")
            for label, verb in (("access.allow", ALLOW), ("access.refuse", REFUSE))
        )
        menu = Menu(ADMIN_MENU, title, options)
        await run_with_retries(lambda: outbox.show_menu(menu))

    async def decide(self, context: EventContext, subject: str, *, allow: bool) -> AccessRequest | None:
        """Carry out an admin's decision about a request, and return that; None when somebody else has decided.

        When a process was killed over the decision, the event's next delivery finishes what was begun.
        """
        event = context.job.event_id
        request = await self._register.requests.get(subject, event=event)
        if request is None or not await self._apply(context, subject, request, allow=allow):
            return None
        if ANNOUNCED_DECISION_FIELD not in context.job.state:
            await self._register.requests.forget_notice(subject)
            await self._announce(subject, request, allow=allow)
            await context.job.checkpoint(**{ANNOUNCED_DECISION_FIELD: "1"})
        return request

    async def _apply(self, context: EventContext, subject: str, request: AccessRequest, *, allow: bool) -> bool:
        actor, event, name = context.incoming.access_person, context.job.event_id, subject[2:]
        if subject.startswith("c:"):
            state = "allowed" if allow else "refused"
            return await self._register.set_chat(name, state, actor=actor, name=request.chat_name, event=event)
        chat = request.chat if ChatRef.parse(request.chat).thread == "" else ""
        record, role = PersonRecord("member", request.name, chat, request.locale), "member" if allow else "blocked"
        return await self._register.set_role(name, role, actor=actor, record=record, event=event)

    async def stay(self, group: str) -> None:
        """Let the bot stay in a group that is let in after all, if its platform has not left it yet."""
        place = ChatRef.parse(group)
        if platform := self._platforms.get(place.platform):
            await platform.stay(place)

    async def _announce(self, subject: str, request: AccessRequest, *, allow: bool) -> None:
        """Tell a person or group that they are let in; leave a group that is not."""
        chat, place = ChatRef.parse(request.chat), ChatRef.parse(subject[2:]) if subject.startswith("c:") else None
        platform = self._platforms.get(chat.platform)
        if platform is None:
            return
        try:
            if not allow and place is not None:
                await run_with_retries(lambda: platform.leave(place))
            elif allow:
                key = _name_welcome(place)
                text = self._translations.text(key, request.locale)
                outbox = _open_outbox(platform, chat, Sender(request.person.partition(":")[2]))
                await run_with_retries(lambda: outbox.send_text(text))
        except OutboxError as error:
            _log.warning("a decision could not be announced", chat=str(chat), reason=type(error).__name__)

    async def _ask_admins(self, context: EventContext, subject: str) -> None:
        """Send a request to each admin, also when the job is run again, once."""
        request = (await self._register.requests.list()).get(subject)
        if request is None:
            return  # decided, or withdrawn
        sender = context.incoming.sender
        request = replace(request, name=request.name or sender.name, locale=request.locale or sender.locale)
        await self._register.requests.complete(subject, request)
        asked = set(context.job.state.get(ASKED_ADMINS_FIELD, "").split())
        admins = [(name, each) for name, each in (await self._register.list_people()).items() if each.is_admin]
        for name, admin in admins[:_MAX_ADMINS]:
            if name in asked:
                continue
            await self._ask(name, admin, subject, request)
            asked.add(name)
            await context.job.checkpoint(**{ASKED_ADMINS_FIELD: " ".join(sorted(asked))})

    async def _ask(self, name: str, admin: PersonRecord, subject: str, request: AccessRequest) -> None:
        platform_name, _, user = name.partition(":")
        chat = _find_chat(admin, platform_name, user, request)
        platform = self._platforms.get(platform_name)
        if platform is None or chat is None or not platform.is_person_id(user):
            return
        try:
            await self.show_request(
                _open_outbox(platform, chat, Sender(user, admin.name, admin.locale)), admin.locale, subject, request
            )
        except OutboxError as error:
            _log.warning("an admin could not be asked", admin=name, reason=type(error).__name__)


def _name_welcome(place: ChatRef | None) -> str:
    if place is None:
        return "access.allowed"
    return "access.workspace_allowed" if place.is_workspace else "access.group_allowed"


def _find_chat(admin: PersonRecord, platform: str, user: str, request: AccessRequest) -> ChatRef | None:
    """Return the admin's private conversation; one that is not known is named by the user's id."""
    if admin.chat:
        return ChatRef.parse(admin.chat)
    asked = ChatRef.parse(request.chat)
    return ChatRef(platform, asked.account, user) if asked.platform == platform else None


def _open_outbox(platform: Platform, chat: ChatRef, reader: Sender) -> Outbox:
    """Open an outbox for what is said without being asked."""
    return platform.outbox(
        Incoming(chat, event_id="", message_id="", sender=reader, thread=chat.thread, direct=not chat.thread)
    )
