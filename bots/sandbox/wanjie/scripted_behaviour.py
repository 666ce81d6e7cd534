"""The settings by which a test or a demo controls the simulated Wanjie."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .canned_answers import Messages, call_no_tools, demo_answer, demo_reasoning, demo_transcript
from .frame_shapes import Reshape, unchanged
from .listed_models import MODELS
from .sample_media import make_image, make_mp3


@dataclass(frozen=True, slots=True)
class Failure:
    """How one request fails instead of being answered."""

    status: int
    retry_after: float | None = None
    """Seconds, sent as `Retry-After`."""
    html: bool = False
    """A gateway's page instead of JSON."""
    message: str = "something failed"
    code: str = ""
    drop: bool = False
    """Close the connection without a word; `status` is not used."""
    body: str | None = None
    """What is sent as it is instead of an OpenAI error; with `status=200` an answer that is none."""
    media_type: str = "application/json"
    """Of `body`."""
    request_id: str = ""
    """Sent as `x-request-id`."""
    path: str = ""
    """Only a request whose path ends like this fails so."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Bytes in the place of an answer, as a broken or hostile gateway sends them."""

    pieces: tuple[bytes, ...]
    pause: float = 0.0
    """Seconds after each piece."""
    repeats: bool = False
    """The last piece comes again and again, until nobody reads any more."""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/event-stream"})


@dataclass(slots=True)
class Script:
    """How the simulator behaves; every field may be changed at any time and counts for the next request.

    Numbers of tokens count what a reply has sent so far, reasoning included.
    """

    key: str = "sandbox-key"
    models: tuple[str, ...] = MODELS
    bare_list: bool = False
    """The list of models as a bare array, the other shape that is documented."""
    answer: Callable[[Messages], str] = demo_answer
    reasoning: Callable[[Messages], str] = demo_reasoning
    """What models called *reasoner* or *thinking* say before they answer; "" for nothing."""
    raw_answer: Callable[[Messages], RawAnswer | None] = lambda _: None
    """What is sent in the place of an answer."""
    tokens_per_second: float | None = None
    """None: as fast as the socket takes them."""
    first_token_delay: float = 0.0
    """Seconds from the request to the first token; the response's headers are sent at once."""
    header_delay: float = 0.0
    """Seconds before anything at all is answered."""
    finish_reason: str = "stop"
    fail_next: deque[Failure] = field(default_factory=deque[Failure])
    """The next requests to the endpoints fail like this, one entry each, in their order."""
    break_after: int | None = None
    """Drop the connection after so many tokens."""
    break_times: int | None = None
    """How many replies `break_after` applies to; None: all."""
    hang_after: int | None = None
    """Fall silent for ever after so many tokens."""
    hold_after: int | None = None
    """Fall silent after so many tokens for as long as this is set; it counts for replies that have begun, too."""
    error_after: int | None = None
    """Send an error object inside the stream after so many tokens, and end."""
    error: Failure = Failure(500, message="The server had an error", code="server_error")
    """What that object tells."""
    malformed_after: int | None = None
    """Send a frame that is no JSON after so many tokens, and go on."""
    malformed_times: int | None = None
    """How many replies `malformed_after` applies to; None: all."""
    comment_every: float | None = None
    """Seconds between keep-alive comments while nothing else is sent."""
    ids: bool = True
    """`id:` lines before each frame."""
    done: bool = True
    """`data: [DONE]` at the end."""
    usage: bool = True
    """A last chunk without choices that holds the usage."""
    finish: bool = True
    """A chunk with the finish reason."""
    newline: Literal["\n", "\r", "\r\n"] = "\n"
    write_size: int | None = None
    """Write the stream in pieces of so many bytes, wherever that cuts it."""
    reshape: Reshape = unchanged
    """What is sent in the place of each frame of a stream; see `wanjie_shapes`."""
    ignores_stream: bool = False
    """Ignore `"stream": true` and answer in one piece."""
    violates_policy: Callable[[str], bool] = lambda _: False
    """Whether a prompt, of whatever kind, goes against the content policy."""
    rejects_system_role: Callable[[str], bool] = lambda _: False
    """Whether a model takes no messages of the role system."""
    system_refusal: Failure = Failure(400, message="System role not supported")
    """How it says so."""
    pictures: tuple[str, ...] = ()
    """Addresses of pictures that come beside the answer's text, in `images`, as OpenRouter sends them."""
    max_token_length: int | None = None
    """No token has more characters."""
    tool_calls: Callable[[Messages, Messages], list[tuple[str, str]]] = call_no_tools
    """What a model that was given tools calls instead of answering, from the messages and tools: names with JSON."""
    tool_calls_in_one: bool = False
    """Each call in one frame, without pieces."""
    images_as: Literal["url", "b64_json"] = "url"
    picture: Callable[[str, int, int, int], bytes] = make_image
    """From a prompt, the picture's number, its width and its height to the file."""
    picture_url: Callable[[str], str] = str
    """The link that is handed out, from the picture's own; see `Bucket` for links that lead to trouble."""
    sound: Callable[[str], bytes] = make_mp3
    speech_delay: float = 0.0
    """Seconds before a speech is answered."""
    voices: tuple[str, ...] | None = None
    """The voices that there are; None: any."""
    transcript: Callable[[bytes], str] | str = demo_transcript
    """What was said, from the file or always the same."""
    video_pause: float = 0.0
    """Seconds of silence before each line of a video model."""
