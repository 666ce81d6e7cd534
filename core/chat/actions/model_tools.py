"""The tools of chat models: drawing and speaking, as `/imagine` and `/speak` do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog

from core.chat.answer.tool_limits import MAX_TOOL_CALLS, MAX_TOOL_PICTURES
from core.chat.checkpoint_fields import get_tool_fields
from core.chat.delivery.event_context import EventContext
from core.chat.generation.image_options import parse_tool_arguments
from core.chat.port.errors import ContentRejectedError
from core.chat.text.user_error import UserFacingError
from core.json_reader import as_object, parse_json
from core.wanjie import Tool, ToolCall, WanjieError

from .post_drawn_pictures import PictureDrawer
from .post_voice_note import Speaker

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
_NAMES = frozenset({_DRAW.name, _SPEAK.name})


class MediaTools:
    """The tools for one answer; see `Toolbox`."""

    def __init__(self, context: EventContext, drawer: PictureDrawer, speaker: Speaker) -> None:
        self._context = context
        self._drawer = drawer
        self._speaker = speaker
        self._used = 0

    @property
    def offered(self) -> tuple[Tool, ...]:
        """Both tools; whether there are such models is not looked up: a call without one fails like any other."""
        return (_DRAW, _SPEAK)

    def begin(self) -> None:
        """See `Toolbox.begin`: calls of a second attempt get the names of the first one's and post nothing twice."""
        self._used = 0

    async def use(self, call: ToolCall) -> str:
        """See `Toolbox.use`."""
        if self._used == MAX_TOOL_CALLS:
            return "Not done: there were enough pictures and recordings in this answer."
        self._used += 1
        arguments = _parse_arguments(call)
        _log.info("a model uses a tool", tool=_name_known(call), number=self._used)
        try:
            match call.name:
                case "draw_picture":
                    return await self._draw(arguments)
                case "speak":
                    return await self._speak(str(arguments.get("text") or ""))
                case _:
                    return "Not done: there is no such tool."
        except UserFacingError as error:
            return f"Not done: {self._context.translate_plainly(error.key, **error.values)}"
        except (WanjieError, ContentRejectedError) as error:
            _log.warning("a tool failed", tool=_name_known(call), error=error)
            return "Not done: the service that does this failed or refused."

    async def _draw(self, arguments: dict[str, Any]) -> str:
        options = {name: arguments[name] for name in ("n", "size") if arguments.get(name)}
        prompt = parse_tool_arguments(str(arguments.get("prompt") or ""), options)
        number = await self._order_pictures(prompt.n)
        if not number:
            return f"Not done: {MAX_TOOL_PICTURES} pictures are the most for one question."
        await self._drawer.draw_and_post(self._context, replace(prompt, n=number), fields=get_tool_fields(self._used))
        if number < prompt.n:
            return f"Done with {number} of {prompt.n}: {MAX_TOOL_PICTURES} pictures are the most for one question."
        return "Done: the user sees the picture."

    async def _order_pictures(self, wanted: int) -> int:
        """Return how many pictures this call may draw; they are counted before, for whoever takes the job over."""
        state = self._context.job.state
        ordered = [int(state.get(get_tool_fields(call).ordered_pictures, "0")) for call in range(1, MAX_TOOL_CALLS + 1)]
        before = ordered[self._used - 1]  # the call may be one that an attempt before this one has made
        number = min(wanted, before or MAX_TOOL_PICTURES - sum(ordered))
        if number > before:
            await self._context.job.checkpoint(**{get_tool_fields(self._used).ordered_pictures: str(number)})
        return number

    async def _speak(self, text: str) -> str:
        await self._speaker.speak_and_post(self._context, text, fields=get_tool_fields(self._used))
        return "Done: the user can hear it."


def _parse_arguments(call: ToolCall) -> dict[str, Any]:
    """Parse the arguments of a call; models do write bad JSON, which counts as none."""
    return as_object(parse_json(call.arguments))


def _name_known(call: ToolCall) -> str:
    """The name of the tool for the log; a model may write anything there."""
    return call.name if call.name in _NAMES else "unknown"
