"""Which models people may use, and which are the default ones; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.wanjie import matches_pattern

from .admin_rules import Audience, Rules, find_audience
from .roles import Role

ANY_MODEL = "*"
OFF_RULE = "models:off"
"""The rule with the patterns of models that nobody may use."""
_DEFAULT_RULE = "default:"


def name_models_rule(audience: Audience) -> str:
    """Name the rule with the patterns of models for these people."""
    return f"models:{audience}"


def name_default_rule(kind: str) -> str:
    """Name the rule with the model for chats that have not chosen one of this kind."""
    return f"{_DEFAULT_RULE}{kind}"


@dataclass(frozen=True, slots=True)
class ModelPermissions:
    """The models that somebody may use: those that a pattern of `allowed` fits, and none of `off`."""

    allowed: tuple[str, ...] = (ANY_MODEL,)
    off: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict[str, str])
    """The models for chats without a choice, by kind, where an admin has set them."""

    @property
    def are_limited(self) -> bool:
        """Whether there may be models that are not allowed."""
        return ANY_MODEL not in self.allowed or bool(self.off)

    def allows(self, model: str) -> bool:
        """Whether the model of this id may be used."""
        return matches_pattern(model, self.allowed) and not matches_pattern(model, self.off)


ALL_MODELS = ModelPermissions()


class ModelPolicy:
    """Knows from the settings and the rules of admins who may use which models."""

    def __init__(self, members: tuple[str, ...] = (ANY_MODEL,), others: tuple[str, ...] = ()) -> None:
        """`members` and `others`: patterns of ids, as the settings have them; without `others`, they are members."""
        self._defaults: Mapping[Audience, tuple[str, ...]] = {
            "admins": (ANY_MODEL,),
            "members": members,
            "others": others or members,
        }

    def find(self, rules: Rules, role: Role | None) -> ModelPermissions:
        """Return what holds for people of this role."""
        audience = find_audience(role)
        defaults = {
            name.removeprefix(_DEFAULT_RULE): model
            for name, model in rules.texts.items()
            if name.startswith(_DEFAULT_RULE)
        }
        return ModelPermissions(self.list_allowed(rules, audience), rules.list_words(OFF_RULE), defaults)

    def list_allowed(self, rules: Rules, audience: Audience) -> tuple[str, ...]:
        """Return the patterns of models for these people, before those that are off are left out."""
        return rules.list_words(name_models_rule(audience)) or self._defaults[audience]
