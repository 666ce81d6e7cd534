"""Remove the special tokens with which some gateways let an answer end, since they are no part of it."""

from __future__ import annotations

import re

_END_TOKENS = (
    *("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|end|>", "<|return|>"),
    *(
        "<|END_OF_TURN_TOKEN|>",
        "<end_of_turn>",
        "<eos>",
        "</s>",
        "<\uff5cend▁of▁sentence\uff5c>",
        "<|end▁of▁sentence|>",
    ),
    *("<|user|>", "<|observation|>"),
)
"""ChatML (Qwen), GPT, Llama 3, Phi, gpt-oss, Cohere, Gemma, Llama 2 and Mistral, GLM, DeepSeek."""
_TOKEN = "|".join(map(re.escape, _END_TOKENS))
_PREFIXES = sorted({token[:size] for token in _END_TOKENS for size in range(1, len(token))}, key=len, reverse=True)
_MAY_BE_END = re.compile(rf"(?:(?:{_TOKEN})\s*)*(?:{'|'.join(map(re.escape, _PREFIXES))})?\Z")
_IS_END = re.compile(rf"(?:(?:{_TOKEN})\s*)+\Z")
_MAX_HELD_LENGTH = 100
"""Characters: a few tokens, one after the other."""


class EndTokenFilter:
    """Hold back what may turn out to be special tokens at the end of an answer's text."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Take the next piece; return what is surely text."""
        text, self._held = self._held + text, ""
        tail_start = max(0, len(text) - _MAX_HELD_LENGTH)
        start = text.find("<", tail_start)
        while start >= 0:
            if _MAY_BE_END.match(text, start):
                self._held = text[start:]
                return text[:start]
            start = text.find("<", start + 1)
        return text

    def finish(self, *, keep: bool = False) -> str:
        """End the text; return what was held back, special tokens only to `keep` them."""
        held, self._held = self._held, ""
        return held if keep or _IS_END.match(held) is None else ""


def strip_end_tokens(text: str) -> str:
    """Remove the special tokens at the end of a whole text, except from code."""
    tokens = EndTokenFilter()
    shown = tokens.feed(text)
    return shown + tokens.finish(keep=mentions_tokens(shown))


def mentions_tokens(before: str) -> bool:
    """Whether special tokens after this text would be a part of it: within code, or after the HTML tag `<s>`."""
    return is_in_code(before) or "<s>" in before


def is_in_code(before: str) -> bool:
    """Whether a text ends within a code fence or within inline code."""
    return before.count("```") % 2 == 1 or before.rpartition("\n")[2].count("`") % 2 == 1
