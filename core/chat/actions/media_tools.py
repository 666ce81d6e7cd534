"""What a chat model may do by itself: draw and speak, as `/imagine` and `/speak` do."""

from __future__ import annotations

import json
from typing import Any, cast

import structlog

from core.chat.context import CommandContext
from core.chat.generation.image_prompt import stored_prompt
from core.chat.port.errors import ContentRejectedError
from core.chat.text.user_error import UserFacingError
from core.wanjie import Tool, ToolCall, WanjieError

from .draw_pictures import draw_and_post
from .speak_text import speak_and_post

_log = structlog.get_logger()

_DRAW = Tool(
    "draw_picture",
    "Draw pictures and show them in the chat. Use it only when the user asks for a picture.",
    {
        "type": "object",
        "properties": {
            "prompt": {"type": "string", "description": "What the picture shows, in English, in full detail."},
            "n": {"type": "integer", "minimum": 1, "maximum": 4, "description": "How many pictures; 1 if not said."},
            "size": {"type": "string", "description": "Width x height in pixels, such as 1024x1024."},
        },
        "required": ["prompt"],
    },
)
_SPEAK = Tool(
    "speak",
    "Send a voice note that speaks a text. Use it only when the user asks to hear something.",
    {
        "type": "object",
        "properties": {"text": {"type": "string", "description": "The words to be spoken."}},
        "required": ["text"],
    },
)
_MOST = 3
"""Pictures and recordings that one answer may make: each costs money, and models go in circles at times."""


class Tools:
    """The toolbox of one turn; see `Toolbox`."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        self._used = 0

    @property
    def offered(self) -> tuple[Tool, ...]:
        """Both tools; the catalogue need not be asked, since a failure is told like any other."""
        return (_DRAW, _SPEAK)

    def begin(self) -> None:
        """See `Toolbox.begin`: what a second attempt draws first bears the name of what the first one drew."""
        self._used = 0

    async def use(self, call: ToolCall) -> str:
        """See `Toolbox.use`."""
        if self._used == _MOST:
            return "Not done: there were enough pictures and recordings in this answer."
        self._used += 1
        arguments = _arguments(call)
        _log.info("a model uses a tool", tool=call.name, number=self._used)
        try:
            match call.name:
                case "draw_picture":
                    return await self._draw(arguments)
                case "speak":
                    return await self._speak(str(arguments.get("text") or ""))
                case _:
                    return "Not done: there is no such tool."
        except UserFacingError as error:
            return f"Not done: {self._context.translate(error.key, **error.values)}"
        except (WanjieError, ContentRejectedError) as error:
            _log.warning("a tool failed", tool=call.name, error=repr(error))
            return "Not done: the service that does this failed or refused."

    async def _draw(self, arguments: dict[str, Any]) -> str:
        options = {name: arguments[name] for name in ("n", "size") if arguments.get(name)}
        await draw_and_post(
            self._context, stored_prompt(str(arguments.get("prompt") or ""), options), name=f"tool{self._used}_"
        )
        return "Done: the user sees the picture."

    async def _speak(self, text: str) -> str:
        await speak_and_post(self._context, text, name=f"tool{self._used}_")
        return "Done: the user can hear it."


def _arguments(call: ToolCall) -> dict[str, Any]:
    """Read the arguments; models do write bad JSON, which is as good as none."""
    try:
        read: object = json.loads(call.arguments)
    except ValueError:
        read = None
    return cast("dict[str, Any]", read) if isinstance(read, dict) else {}
