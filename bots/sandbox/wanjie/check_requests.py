"""Validate requests for speech, transcription and images, as the real API does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

SPEECH_MODELS = re.compile(r"cosyvoice|tts", re.IGNORECASE)
TRANSCRIPTION_MODELS = re.compile(r"sensevoice|whisper|transcri|-asr", re.IGNORECASE)
IMAGE_MODELS = re.compile(r"flux|image|dall-e|kolors|seedream", re.IGNORECASE)
VIDEO_MODELS = re.compile(r"sora|veo", re.IGNORECASE)
"""Video models are asked like chat models."""
REASONING_MODELS = re.compile(r"reasoner|thinking", re.IGNORECASE)

_SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")
_MAX_SPEECH_LENGTH = 4096
_MAX_IMAGES = 10
_MAX_SIDE = 2048
_SPEED_RANGE = (0.25, 4.0)
_AUDIO_SUFFIXES = (".flac", ".m4a", ".mp3", ".mp4", ".mpeg", ".mpga", ".oga", ".ogg", ".wav", ".webm")


class Refusal(Exception):  # noqa: N818 - what the platform does, not what went wrong with it
    """The platform does not take a request."""

    def __init__(self, status: int, message: str, code: str = "", param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class CheckedImageRequest:
    """A request for pictures that is in order."""

    prompt: str
    n: int
    width: int
    height: int


def check_speech(body: dict[str, Any], models: Sequence[str], voices: Sequence[str] | None) -> str:
    """Open API: text to speech; limits are those of OpenAI: Create speech (4,096 characters, speed 0.25 to 4).

    Give the text. `voices` are those that there are, None: any.
    """
    model = check_model(body, models)
    _check_camel_case(body)
    if not SPEECH_MODELS.search(model):
        raise Refusal(400, f"This is not a speech model: {model}", "invalid_model")
    text, voice, speed = body.get("input"), body.get("voice"), body.get("speed", 1.0)
    if not isinstance(text, str) or not 0 < len(text) <= _MAX_SPEECH_LENGTH:
        raise Refusal(400, f"'input' must have 1 to {_MAX_SPEECH_LENGTH} characters", "invalid_input")
    if not isinstance(voice, str) or not voice:
        raise Refusal(400, "you must provide a 'voice'", "invalid_voice", "voice")
    if voices is not None and voice not in voices:
        raise Refusal(400, f"Voice {voice!r} is not supported; use one of {list(voices)}", "invalid_voice", "voice")
    if not isinstance(speed, int | float) or not _SPEED_RANGE[0] <= speed <= _SPEED_RANGE[1]:
        raise Refusal(400, "'speed' must be between 0.25 and 4.0", "invalid_speed")
    if body.get("responseFormat", "mp3") != "mp3":
        raise Refusal(400, "unsupported 'responseFormat'", "invalid_format")
    return text


def check_transcription(body: dict[str, Any], models: Sequence[str]) -> bytes:
    """OpenAI: Create transcription; `file` and `model` are required. Give the file's bytes."""
    model = check_model(body, models)
    if not TRANSCRIPTION_MODELS.search(model):
        raise Refusal(400, f"This is not a transcription model: {model}", "invalid_model")
    file: object = body.get("file")
    if not isinstance(file, Upload) or not file.data:
        raise Refusal(400, "you must provide a 'file'", "invalid_file")
    if not file.name.lower().endswith(_AUDIO_SUFFIXES):
        raise Refusal(400, f"Unrecognized file format. Supported formats: {list(_AUDIO_SUFFIXES)}", "invalid_file")
    if body.get("response_format", "json") not in {"json", "text"}:
        raise Refusal(400, "unsupported 'response_format'", "invalid_format")
    return file.data


def check_content_policy(prompt: str, refuse: Callable[[str], bool]) -> None:
    """OpenAI: a prompt that goes against the content policy is a bad request."""
    if refuse(prompt):
        message = "Your request was rejected as a result of our safety system."
        raise Refusal(400, message, "content_policy_violation")


def check_image(body: dict[str, Any], models: Sequence[str]) -> CheckedImageRequest:
    """Open API: text to image; Flux.1-Schnell takes prompts in English only."""
    model = check_model(body, models)
    _check_camel_case(body)
    if not IMAGE_MODELS.search(model):
        raise Refusal(400, f"This is not an image model: {model}", "invalid_model")
    prompt, n = body.get("prompt"), body.get("n", 1)
    if not isinstance(prompt, str) or not prompt.strip():
        raise Refusal(400, "you must provide a 'prompt'", "invalid_prompt")
    if "flux" in model.lower() and any(letter.isalpha() and not letter.isascii() for letter in prompt):
        raise Refusal(400, f"{model} supports prompts in English only", "invalid_prompt")
    if not isinstance(n, int) or not 1 <= n <= _MAX_IMAGES:
        raise Refusal(400, f"'n' must be between 1 and {_MAX_IMAGES}", "invalid_n")
    size = _SIZE.fullmatch(str(body.get("size", "1024x1024")))
    if size is None or max(int(size[1]), int(size[2])) > _MAX_SIDE:
        raise Refusal(400, "invalid 'size'", "invalid_size")
    return CheckedImageRequest(prompt, n, int(size[1]), int(size[2]))


def check_model(body: dict[str, Any], models: Sequence[str]) -> str:
    model: object = body.get("model")
    if not isinstance(model, str) or not model:
        raise Refusal(400, "you must provide a model parameter", "missing_model")
    if model not in models:
        raise Refusal(404, f"The model `{model}` does not exist or you do not have access to it.", "model_not_found")
    return model


def _check_camel_case(body: dict[str, Any]) -> None:
    """Hold callers to the Open API's own spelling."""
    if "response_format" in body:
        raise Refusal(400, "Unknown parameter: 'response_format' (it is spelt 'responseFormat')", "unknown_parameter")
