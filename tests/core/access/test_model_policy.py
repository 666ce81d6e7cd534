"""Who may use which models: the settings, and what admins have decided over them."""

from __future__ import annotations

import pytest

from core.access import NO_RULES, ModelPolicy, Role, Rules

MODELS = ("deepseek-v3", "deepseek-reasoner", "Qwen/Qwen3-8B", "sora-2")


def open_models(policy: ModelPolicy, rules: Rules, role: Role | None) -> list[str]:
    return [model for model in MODELS if policy.find(rules, role).allows(model)]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("owner", list(MODELS)),
        ("admin", list(MODELS)),
        ("member", ["deepseek-v3", "deepseek-reasoner", "Qwen/Qwen3-8B"]),
        (None, ["deepseek-v3", "deepseek-reasoner"]),
    ],
)
def test_the_settings_name_models_for_each_role(role: Role | None, expected: list[str]) -> None:
    policy = ModelPolicy(members=("DeepSeek-*", "qwen3*"), others=("deepseek-*",))

    assert open_models(policy, NO_RULES, role) == expected


def test_without_settings_everything_is_open() -> None:
    assert open_models(ModelPolicy(), NO_RULES, None) == list(MODELS)
    assert not ModelPolicy().find(NO_RULES, None).are_limited


def test_others_are_members_unless_the_settings_tell_them_apart() -> None:
    assert open_models(ModelPolicy(members=("sora*",)), NO_RULES, None) == ["sora-2"]


def test_rules_of_admins_come_before_the_settings() -> None:
    rules = Rules("1", {"models:others": "*", "models:admins": "sora*", "default:chat": "deepseek-v3"})
    policy = ModelPolicy(members=("deepseek-*",))

    assert open_models(policy, rules, None) == list(MODELS)
    assert open_models(policy, rules, "member") == ["deepseek-v3", "deepseek-reasoner"]
    assert open_models(policy, rules, "owner") == ["sora-2"]
    assert policy.find(rules, None).defaults == {"chat": "deepseek-v3"}


@pytest.mark.parametrize("role", ["owner", "member", None])
def test_a_model_that_is_off_is_off_for_everybody(role: Role | None) -> None:
    assert "sora-2" not in open_models(ModelPolicy(), Rules("1", {"models:off": "sora*,kling*"}), role)
