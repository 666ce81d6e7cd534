"""The prices of models, and what their use costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, astuple

from core.settings import ModelPrice
from core.wanjie import matches_pattern

from .call_amounts import Amount

MILLION = 1_000_000
"""Costs are counted in millionths of the currency, so that they can be added exactly."""
_BY_THE_MILLION = frozenset({"input_tokens", "output_tokens", "characters"})


class PriceList:
    """The prices of the settings."""

    def __init__(self, prices: Mapping[str, ModelPrice]) -> None:
        self._prices = prices
        every = [astuple(price) for price in prices.values()] or [astuple(ModelPrice())]
        self._dearest = ModelPrice(*map(max, zip(*every, strict=True)))

    @property
    def is_empty(self) -> bool:
        """Whether no model has a price, so that tokens are counted instead."""
        return not self._prices

    def cost(self, model: str, amount: Amount) -> int:
        """Return what an amount of a model costs, in millionths, rounded up.

        A model that no pattern fits costs as much as the dearest: a new model is no way around a limit.
        """
        if self.is_empty:
            return 0
        price = next((price for pattern, price in self._prices.items() if matches_pattern(model, [pattern])), None)
        price = price or self._dearest
        counts = amount.as_counts()
        return math.ceil(
            sum(
                counts[name] * (each if name in _BY_THE_MILLION else each * MILLION)
                for name, each in asdict(price).items()
            )
        )
