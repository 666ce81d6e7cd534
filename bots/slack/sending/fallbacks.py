"""Trying one look of a message after the other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from bots.slack.blocks.message_content import MessageContent
from core.chat.port.errors import ContentRejectedError, UneditableError

_log = structlog.get_logger()
_Result = TypeVar("_Result")


async def first_taken(ways: Sequence[MessageContent], show: Callable[[MessageContent], Awaitable[_Result]]) -> _Result:
    """Show the first of these looks that Slack takes, whatever it refuses the others for; return what came of that.

    The last should be plain text. Raises what the last one was refused with, and at once what no look can mend.
    """
    *better, last = ways
    for way in better:
        try:
            return await show(way)
        except UneditableError:
            raise
        except ContentRejectedError as error:
            _log.warning("Slack refused a message's blocks", reason=str(error), kinds=way.kinds)
    return await show(last)
