"""Limits that admins set: how they are written, and which one counts."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.usage import (
    CountName,
    Limit,
    LimitKey,
    format_rule,
    list_limit_rules,
    name_limit_rule,
    parse_amount,
    select_limits,
)

ADA, GROUP = "tg:7", "tg:1:-5"


def select(**rules: str) -> Mapping[LimitKey, Limit | None]:
    """The limits of Ada, a member, in a group; `day_members` stands for the rule `limit:day:members`."""
    names = {"ada": ADA, "group": GROUP}
    texts = dict[str, str]()
    for name, text in rules.items():
        period, _, who = name.partition("_")
        texts[f"limit:{period}:{names.get(who, who)}"] = text
    return select_limits(texts, audience="members", person=ADA, chat=GROUP)


def test_the_narrowest_rule_counts() -> None:
    found = select(
        day_members="20 tokens",
        day_ada="30 tokens",
        day_others="1 tokens",
        month_members="2.5 cost",
        day_chats="5 tokens",
        day_group="none",
        day_all="900 tokens",
        minute_ada="3 questions",
    )

    assert found == {
        ("person", "day"): Limit("person", "day", 30, "tokens"),
        ("person", "month"): Limit("person", "month", 2_500_000, "cost"),
        ("person", "minute"): Limit("person", "minute", 3, "questions"),
        ("chat", "day"): None,
        ("all", "day"): Limit("all", "day", 900, "tokens"),
    }


@pytest.mark.parametrize("text", ["", "5", "many tokens", "5 pounds", "5 tokens an hour", "-5 tokens", "nan tokens"])
def test_what_a_later_version_has_written_is_left_out(text: str) -> None:
    assert select(day_members="20 tokens", day_ada=text) == {("person", "day"): Limit("person", "day", 20, "tokens")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20000", (20_000, "tokens")),
        ("20,000 tokens", (20_000, "tokens")),
        ("20k", (20_000, "tokens")),
        ("1.5m", (1_500_000, "tokens")),
        ("2万", (20_000, "tokens")),
        ("0.5 cost", (0.5, "cost")),
        ("1 token", (1, "tokens")),
        ("0", None),
        ("0.5", None),
        ("-1", None),
        ("1e5", None),
        ("9" * 20, None),
        ("a lot", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, expected: tuple[float, str] | None) -> None:
    assert parse_amount(text, default="tokens") == expected


@given(st.floats(0.01, 1e12), st.sampled_from(["tokens", "cost"]))
def test_a_limit_that_is_set_is_read_again(most: float, count: CountName) -> None:
    rules = {name_limit_rule(ADA, "day"): format_rule(most, count)}
    ((who, period, limit),) = list_limit_rules(rules)

    assert (who, period) == (ADA, "day")
    assert limit is not None
    assert limit.most == max(1, int(float(f"{most:.15g}") * (1_000_000 if count == "cost" else 1)))
