"""Answer events by modals while Slack waits: open the form of a command, and check what was filled in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bots.running_platform import Forms
from bots.slack.api.workspace_api import WorkspaceApi
from bots.slack.blocks.modal_view import form_view
from core.chat.port.errors import OutboxError
from core.chat.port.incoming import ChatRef
from core.json_reader import Json, get_text
from core.redis import STORE_ERRORS

from .modal_submissions import pack_origin, read_submission, submitted_event
from .parse import read_interaction
from .workspace_context import WorkspaceContext

_log = structlog.get_logger()
_OPEN_TIMEOUT = 1.5
"""Seconds: a trigger is valid for 3, and an event whose form cannot be opened must still be stored in that time."""


class Modals:
    """Opens modals, and checks their submissions; nothing of a modal is stored before it is submitted.

    `find_workspace` returns the services of a chat's workspace.
    """

    def __init__(self, forms: Forms, find_workspace: Callable[[ChatRef], WorkspaceApi]) -> None:
        self._forms = forms
        self._find_workspace = find_workspace

    async def open(self, body: Json, workspace: WorkspaceContext) -> bool:
        """Open the form that an event asks for; False when it asks for none, or it cannot be opened in time.

        The event is to be stored then, and its answer says how to do without the form. Takes at most 1.5 seconds.
        """
        trigger, incoming = get_text(body, "trigger_id"), read_interaction(body, workspace)
        if not trigger or incoming is None:
            return False
        try:
            async with asyncio.timeout(_OPEN_TIMEOUT):
                incoming = submitted_event(incoming)
                form = await self._forms.find_form(incoming)
                if form is None:
                    return False
                view = form_view(form, pack_origin(incoming, form.signature))
                await self._find_workspace(incoming.chat).views.open(trigger, view, user=incoming.sender.id)
        except (TimeoutError, OutboxError, *STORE_ERRORS) as error:
            _log.warning("a form could not be opened", command=incoming.command, error=error)
            return False
        return True

    async def check(self, body: Json) -> Json | None:
        """Return the acknowledgement that refuses a submission; None for one that is to be stored.

        Raises a `STORE_ERRORS` error.
        """
        incoming = read_submission(body)
        faults = await self._forms.find_faults(incoming) if incoming else None
        return {"response_action": "errors", "errors": dict(faults)} if faults else None
