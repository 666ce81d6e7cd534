"""How much of the key people may use."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from .base_settings import SettingsArea
from .field_types import Patterns
from .parse_model_prices import ModelPrice, parse_model_prices

_UNIT = "In tokens, or in the currency of MODEL_PRICES if there are any."
MostUsage = Annotated[float | None, Field(gt=0, allow_inf_nan=False)]


class UsageSettings(SettingsArea):
    """Limits of use, by the day and the month (UTC), and what models cost."""

    model_prices: Annotated[dict[str, ModelPrice], NoDecode] = Field(
        default_factory=dict,
        description="What models cost, in any one currency: `pattern=price`, separated by commas; `*` matches anything "
        "and the first pattern that fits counts. Prices: `2/8` (a million input and output tokens), `0.1/picture`, "
        "`50/characters` (a million), `0.006/second`, `3/call`. A model that no pattern fits costs as much as the "
        "dearest. Example: `deepseek-*=2/8,flux*=0.1/picture`. Unset: tokens are counted instead of costs.",
    )
    person_daily_limit: MostUsage = Field(None, description=f"The most that a person may use in a day. {_UNIT}")
    person_monthly_limit: MostUsage = Field(None, description="The most that a person may use in a month.")
    chat_daily_limit: MostUsage = Field(None, description="The most that all people of a chat may use in a day.")
    chat_monthly_limit: MostUsage = Field(None, description="The most that all people of a chat may use in a month.")
    total_daily_limit: MostUsage = Field(None, description="The most that everybody together may use in a day.")
    total_monthly_limit: MostUsage = Field(None, description="The most that everybody together may use in a month.")
    questions_per_minute: int | None = Field(
        None, ge=1, description="The largest number of questions of a person in a minute."
    )

    models_for_members: Patterns = Field(
        ("*",),
        description="The models that people may use who are no admins of the bot: patterns, separated by commas; `*` "
        "matches anything. It holds for models of every kind, also for those that speak, draw, translate prompts and "
        "transcribe. Admins can change it with `/admin models`. Example: `deepseek-*,qwen*,CosyVoice`.",
    )
    models_for_others: Patterns = Field(
        (),
        description="The same for people whom no admin has let in by name: all in an `open` bot, in a group, and the "
        "members of a workspace. Unset: as for members.",
    )

    cost_line: Literal["off", "groups", "all"] = Field(
        "off",
        description="Where a small line below each answer says what it has used; `/usage line on` and `off` change it "
        "in a chat.",
    )

    @field_validator("model_prices", mode="before")
    @classmethod
    def _parse_prices(cls, value: object) -> object:
        return parse_model_prices(value) if isinstance(value, str) else value
