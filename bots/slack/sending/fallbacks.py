"""Send a message in the first variant that Slack accepts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from bots.slack.blocks.message_content import MessageContent
from core.chat.port.errors import ContentRejectedError, UneditableError

_log = structlog.get_logger()
_Result = TypeVar("_Result")


async def send_first_accepted(
    variants: Sequence[MessageContent], send: Callable[[MessageContent], Awaitable[_Result]]
) -> _Result:
    """Send the first variant that Slack accepts and return the result of `send`.

    The last variant should be plain text. Raises the error of the last variant, and at once an `UneditableError`, which
    does not depend on the variant.
    """
    *better, last = variants
    for variant in better:
        try:
            return await send(variant)
        except UneditableError:
            raise
        except ContentRejectedError as error:
            _log.warning("Slack refused a message's blocks", reason=str(error), kinds=variant.block_types)
    return await send(last)
