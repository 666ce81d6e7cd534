"""What is asked of an image model: the prompt in its languages, its options, and which variation it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from core.redis.stored_values import StoredJson

from .image_variation_hints import add_variation_hint


@dataclass(frozen=True, slots=True)
class ImagePrompt:
    """Pictures to be made; the defaults are those of the Open API's page."""

    prompt: str
    """In the user's words, on one line; 1 to 2,000 characters."""
    size: str = "1024x1024"
    n: int = 1
    quality: str = "standard"
    style: str = "vivid"
    english: str = ""
    """The prompt in English; "" before it was translated."""
    variation: int = 0
    """The number of this variation of the first prompt; 0 for the first prompt itself."""
    varied_before: int = 0
    """How many variations of this one were requested."""

    @property
    def words(self) -> str:
        """The prompt that the image model gets."""
        return add_variation_hint(self.english or self.prompt, self.variation)

    @property
    def options(self) -> str:
        """The options that differ from the defaults, as a user would write them."""
        own, defaults = asdict(self), asdict(ImagePrompt(""))
        changed = (name for name in ("size", "n", "quality", "style") if own[name] != defaults[name])
        return " ".join(f"--{name} {own[name]}" for name in changed)

    @property
    def next_variation(self) -> ImagePrompt:
        """The same prompt with a hint that neither it nor its last variation had."""
        return replace(self, variation=self.variation + self.varied_before + 1, varied_before=0)

    @property
    def counted(self) -> ImagePrompt:
        """The same prompt after one more variation was requested."""
        return replace(self, varied_before=self.varied_before + 1)

    def pack(self) -> str:
        """Serialize, for `unpack`."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def unpack(text: str) -> ImagePrompt:
        """Deserialize a prompt that another version of this program may have written; raises `ValueError`."""
        return _STORED_PROMPT.parse(text)


_STORED_PROMPT = StoredJson(ImagePrompt)
