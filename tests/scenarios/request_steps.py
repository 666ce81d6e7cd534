"""What the requests to models hold."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import Any

from PIL import Image

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.conversation_steps import asked

VISION_MODEL = "GPT-4o"


def words(message: dict[str, Any]) -> str:
    """What a message in a request says, pictures left out."""
    content: str | list[dict[str, Any]] = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def pictures(message: dict[str, Any]) -> list[tuple[int, int]]:
    """The sizes of the pictures that a message in a request holds."""
    content: str | list[dict[str, Any]] = message["content"]
    parts = [] if isinstance(content, str) else content
    urls: list[str] = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    return [Image.open(BytesIO(b64decode(url.partition(";base64,")[2]))).size for url in urls]


def last(harness: ServiceHarness) -> dict[str, Any]:
    """The last question that a model was asked."""
    return asked(harness)[-1][-1]
