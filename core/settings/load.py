"""Read all areas at once, and say every reason why they cannot work."""

from __future__ import annotations

from typing import TypeVar

from pydantic import SecretStr, ValidationError

from .areas import (
    Area,
    ChatSettings,
    ProxySettings,
    ServiceSettings,
    SlackSettings,
    TelegramSettings,
    WanjieSettings,
)
from .proxies import Proxies, passwords


class SettingsError(Exception):
    """What is set cannot work; `problems` has a plain sentence for each reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def real_wanjie() -> dict[str, str]:
    """The variables of a Wanjie that has a key here, for a child process; {} without a key."""
    problems: list[str] = []
    wanjie = _load(WanjieSettings, problems)
    if wanjie is None:
        return {}
    found = {"WANJIE_API_KEY": wanjie.api_key.get_secret_value(), "WANJIE_BASE_URL": wanjie.base_url}
    return found | ({"WANJIE_DEFAULT_MODEL": wanjie.default_model} if wanjie.default_model else {})


class Settings:
    """Every area; a platform that has no token is None."""

    def __init__(self) -> None:
        problems: list[str] = []
        wanjie = _load(WanjieSettings, problems)
        self.telegram = _load(TelegramSettings, problems) if _named(TelegramSettings) else None
        self.slack = _load(SlackSettings, problems) if _named(SlackSettings) else None
        chat = _load(ChatSettings, problems)
        service = _load(ServiceSettings, problems)
        common = _load(ProxySettings, problems)
        if not _named(TelegramSettings) and not _named(SlackSettings):
            problems.append(
                "No platform: set TELEGRAM_BOT_TOKEN, or SLACK_BOT_TOKEN with SLACK_APP_TOKEN, or all three."
            )
        if problems or wanjie is None or chat is None or service is None or common is None:
            raise SettingsError(problems)
        self.wanjie, self.chat, self.service, self._common_proxies = wanjie, chat, service, common

    def proxies(self, area: WanjieSettings | TelegramSettings | SlackSettings) -> Proxies:
        """Through which proxies the service of that area is reached."""
        return self._common_proxies.proxies(area.proxy)

    def secrets(self) -> list[str]:
        """Every configured value that must never be logged."""
        areas = [area for area in (self.wanjie, self.telegram, self.slack, self.service) if area is not None]
        fields = [(name, value) for area in (*areas, self._common_proxies) for name, value in dict(area).items()]
        found = [(name, value) for name, value in fields if isinstance(value, SecretStr)]
        plain = [value.get_secret_value() for name, value in found if not name.endswith("proxy")]
        return plain + [text for name, value in found if name.endswith("proxy") for text in passwords(value)]


_AreaT = TypeVar("_AreaT", bound=Area)


class _Tokens(Area):
    """Only the variables that decide which platforms run."""

    telegram_bot_token: str = ""
    slack_bot_token: str = ""
    slack_app_token: str = ""


def _named(area: type[Area]) -> bool:
    tokens = _Tokens()
    if area is TelegramSettings:
        return bool(tokens.telegram_bot_token)
    return bool(tokens.slack_bot_token or tokens.slack_app_token)


def _load(area: type[_AreaT], problems: list[str]) -> _AreaT | None:
    try:
        return area()
    except ValidationError as error:
        prefix = str(area.model_config.get("env_prefix", ""))
        for found in error.errors(include_url=False, include_input=False):
            name = prefix + str(found["loc"][0]) if found["loc"] else "A setting"
            problems.append(_sentence(name.upper(), found["type"], found["msg"]))
        return None


def _sentence(name: str, kind: str, message: str) -> str:
    """One problem in plain words; never with the value, which may be a secret."""
    if kind == "missing":
        return f"{name} is not set."
    return f"{name} is not usable: {message.removeprefix('Value error, ')}."
