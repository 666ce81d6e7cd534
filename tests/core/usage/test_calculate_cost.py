"""Prices of models, and the settings that name them."""

from __future__ import annotations

import pytest

from core.settings import ModelPrice, UsageSettings
from core.usage import Amount, Limit, PriceList, list_limits

TEXT = "deepseek-*=2/8, flux*=0.1/picture, CosyVoice=50/characters, whisper*=0.006/second, sora*=3/call, *=0/0"


@pytest.mark.parametrize(
    ("model", "amount", "millionths"),
    [
        ("deepseek-v3", Amount(1, input_tokens=1_000, output_tokens=500), 2_000 + 4_000),
        ("vendor/DeepSeek-V3", Amount(1, input_tokens=1), 2),
        ("Flux.1-Schnell", Amount(1, pictures=3), 300_000),
        ("CosyVoice", Amount(1, characters=10), 500),
        ("whisper-1", Amount(1, seconds=30), 180_000),
        ("sora-2", Amount(1, input_tokens=70), 3_000_000),
        ("gift", Amount(1, input_tokens=70), 0),
    ],
)
def test_a_call_costs_what_its_model_s_price_says(model: str, amount: Amount, millionths: int) -> None:
    prices = PriceList(UsageSettings.model_validate({"model_prices": TEXT}).model_prices)

    assert prices.cost(model, amount) == millionths


def test_a_model_without_a_price_costs_as_much_as_the_dearest() -> None:
    prices = PriceList({"a": ModelPrice(input_tokens=2, output_tokens=8), "b": ModelPrice(3, 4)})

    assert prices.cost("new", Amount(1, input_tokens=10, output_tokens=10)) == 30 + 80
    assert PriceList({}).cost("new", Amount(1, input_tokens=10)) == 0


@pytest.mark.parametrize(
    "text", ["deepseek", "=2/8", "a=", "a=2", "a=2/", "a=2/8/9", "a=-2/8", "a=nan/8", "a=inf/picture", "a=2/minute"]
)
def test_a_price_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="price"):
        UsageSettings.model_validate({"model_prices": text})


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "much"])
def test_a_limit_is_a_positive_number(value: str) -> None:
    with pytest.raises(ValueError, match="person_daily_limit"):
        UsageSettings.model_validate({"person_daily_limit": value})


def test_limits_count_costs_where_models_have_prices_and_tokens_elsewhere() -> None:
    limits = {"person_daily_limit": "2.5", "total_monthly_limit": "100"}
    plain = UsageSettings.model_validate(limits)
    priced = UsageSettings.model_validate(limits | {"model_prices": "*=1/1"})

    assert list_limits(plain) == (Limit("person", "day", 2, "tokens"), Limit("all", "month", 100, "tokens"))
    assert list_limits(priced) == (
        Limit("person", "day", 2_500_000, "cost"),
        Limit("all", "month", 100_000_000, "cost"),
    )
