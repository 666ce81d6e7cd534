"""Opening the form of a command, and checking what was filled in, while the platform waits for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from core.access import Decision, KeyReader
from core.chat.events.access_gate import AccessGate
from core.chat.port.forms import FORM_MENU, Form, Submission
from core.chat.port.incoming import Incoming
from core.chat.port.platform import Platform
from core.chat.text.translations import Translations
from core.chat.text.user_error import UserFacingError
from core.store import Conversations

from .command_forms import FORMS, CommandForm, FormRequest, apply_submission
from .command_list import find_command


class FormService:
    """Decides which events are answered by a form, and whether a filled one is taken."""

    def __init__(
        self,
        gate: AccessGate,
        conversations: Conversations,
        button_keys: KeyReader,
        translations: Translations,
        platforms: Mapping[str, Platform],
    ) -> None:
        """`platforms` by the first part of their chat references; it may be filled later."""
        self._gate = gate
        self._conversations = conversations
        self._button_keys = button_keys
        self._translations = translations
        self._platforms = platforms

    async def find_form(self, incoming: Incoming) -> Form | None:
        """Return the form that asks for what an event leaves out; None when it is to be handled like any other.

        It is None for senders who may not use the bot, too. Raises a `STORE_ERRORS` error.
        """
        asked = _read_opening(incoming)
        form = FORMS.get(asked.command)
        if form is None or asked.submission or asked.text.strip() or not await self._may_open(asked):
            return None
        platform, chat = self._platforms[asked.chat.platform], asked.chat
        preferences = await self._conversations.get_effective_preferences(str(chat), str(chat.parent))
        asked = await platform.enrich(asked, sender_only=True)
        locale = preferences.language or asked.sender.locale
        built = form.build(FormRequest(asked, preferences, locale, partial(self._say, asked, locale)))
        if built is None:
            return None
        signature = (await self._button_keys.read()).sign(*_signed_words(asked))
        return replace(built, name=asked.command, signature=signature)

    async def find_faults(self, incoming: Incoming) -> Mapping[str, str]:
        """Return what is wrong with a filled form, by the names of its fields, in its sender's language.

        Raises a `STORE_ERRORS` error.
        """
        form, submission = FORMS.get(incoming.command), incoming.submission
        if submission is None:
            return {}
        error = await self._find_error(form, incoming)
        if error is None:
            return {}
        chat, platform = incoming.chat, self._platforms[incoming.chat.platform]
        preferences = await self._conversations.get_effective_preferences(str(chat), str(chat.parent))
        locale = preferences.language or (await platform.enrich(incoming, sender_only=True)).sender.locale
        return {_choose_field(form, submission): self._say(incoming, locale, error.key, **error.values)}

    async def _find_error(self, form: CommandForm | None, incoming: Incoming) -> UserFacingError | None:
        if form is None or not await self._is_genuine(incoming):
            return UserFacingError("form.over")
        try:
            form.check(apply_submission(incoming).text)
        except UserFacingError as error:
            return error
        return None

    async def _is_genuine(self, incoming: Incoming) -> bool:
        """Whether the service made the form for this place and this person."""
        signature = incoming.submission.signature if incoming.submission else ""
        return await self._button_keys.verify(signature, *_signed_words(incoming))

    async def _may_open(self, incoming: Incoming) -> bool:
        platform, command = self._platforms[incoming.chat.platform], find_command(incoming.command)
        threads = platform.outbox(incoming).capabilities.threads_are_conversations
        outside = threads and not incoming.direct and not incoming.chat.thread
        if command is None or (command.within_conversation and outside):
            return False
        return (await self._gate.check_again(platform, incoming)).decision is Decision.ALLOW

    def _say(self, incoming: Incoming, locale: str, key: str, /, **values: object) -> str:
        return self._translations.plain_text(key, locale, sign=incoming.command_sign, **values)


def _read_opening(incoming: Incoming) -> Incoming:
    """Read the press of what opens a form as its command; the message pressed is not what the command is about."""
    choice = incoming.choice
    if choice is None or choice.menu != FORM_MENU:
        return replace(incoming, command="") if choice else incoming
    return replace(incoming, choice=None, command=choice.value, quoted="", quoted_attachments=())


def _choose_field(form: CommandForm | None, submission: Submission) -> str:
    """Return the field at which an error is shown: one that the submitted form has, whichever it claims to be."""
    if form is not None and form.checked_field in submission.values:
        return form.checked_field
    return next(iter(submission.values), "")


def _signed_words(incoming: Incoming) -> tuple[str, ...]:
    """Return what a signature covers: which event will be given where and by whom, upon what, and the way back.

    Of what a form brings back, all but the words of the quoted message, which its sender could as well type.
    """
    place = str(incoming.chat), incoming.thread, incoming.message_id, str(incoming.direct), incoming.reply_route
    files, named = (file.id for file in incoming.quoted_attachments), " ".join(incoming.named)
    command = incoming.command, incoming.command_sign, incoming.event_id
    return (FORM_MENU, *command, *place, incoming.sender.id, named, *files)
