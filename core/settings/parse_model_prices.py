"""The prices of models, as MODEL_PRICES lists them."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """The prices of a model: per million input tokens, output tokens and characters, per piece for the others."""

    input_tokens: float = 0.0
    output_tokens: float = 0.0
    characters: float = 0.0
    pictures: float = 0.0
    seconds: float = 0.0
    calls: float = 0.0


_UNITS = {"picture": "pictures", "characters": "characters", "second": "seconds", "call": "calls"}


def parse_model_prices(text: str) -> dict[str, ModelPrice]:
    """Parse `pattern=price` pairs, separated by commas; raise `ValueError` with a sentence for anything else.

    A price is `input/output` (a million tokens each), or `price/unit` with picture, second, call or characters
    (a million of these).
    """
    prices: dict[str, ModelPrice] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        pattern, equals, price = (part.strip() for part in entry.rpartition("="))
        if not (pattern and equals):
            raise ValueError("each price should be `pattern=price`")
        prices[pattern] = _parse_price(price)
    return prices


def _parse_price(text: str) -> ModelPrice:
    first, _, second = (part.strip() for part in text.partition("/"))
    if second in _UNITS:
        return ModelPrice(**{_UNITS[second]: _parse_number(first)})
    return ModelPrice(input_tokens=_parse_number(first), output_tokens=_parse_number(second))


def _parse_number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError("a price should be `2/8` (input/output tokens), `0.1/picture`, `50/characters` or the like")
    return number
