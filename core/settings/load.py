"""Load all areas of settings at once, and report every problem."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar, cast

from pydantic import SecretStr, ValidationError

from .base_settings import SettingsArea
from .chat_settings import ChatSettings
from .credential_forms import recognize_tokens
from .env_file import ENV_FILE, EnvFile, EnvFileError, read_env_file
from .misspelt_names import find_misspelt_names
from .platform_settings import PlatformSettings
from .proxy_rule import Proxies, list_passwords
from .proxy_settings import ProxySettings
from .reference import list_areas, list_variables
from .service_settings import ServiceSettings
from .usage_settings import UsageSettings
from .wanjie_settings import WanjieSettings

_AreaT = TypeVar("_AreaT", bound=SettingsArea)
_PlatformT = TypeVar("_PlatformT", bound=PlatformSettings)


class _HasProxy(Protocol):
    @property
    def proxy(self) -> SecretStr | None: ...


class SettingsError(Exception):
    """The settings are invalid; `problems` has a plain sentence for each reason."""

    def __init__(self, problems: list[str], *, json_lines: bool = False) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.json_lines = json_lines
        """Whether the log is meant for machines, as far as that can be told."""


def read_wanjie_environment() -> dict[str, str]:
    """Return the variables of Wanjie for a child process; {} without a key.

    Raises `SettingsError` when `.env` cannot be read.
    """
    _read_env_file()
    problems: list[str] = []
    wanjie = _load_area(WanjieSettings, problems)
    if wanjie is None:
        return {}
    found = {"WANJIE_API_KEY": wanjie.api_key.get_secret_value(), "WANJIE_BASE_URL": wanjie.base_url}
    if wanjie.default_model:
        found["WANJIE_DEFAULT_MODEL"] = wanjie.default_model
    if wanjie.proxy is not None:
        found["WANJIE_PROXY"] = wanjie.proxy.get_secret_value()
    return found


def load_area(area: type[_AreaT]) -> _AreaT:
    """Load one area alone, for a command that needs no other; raises `SettingsError`."""
    file, problems = _read_env_file(), list[str]()
    loaded = _load_area(area, problems)
    if loaded is None:
        raise SettingsError(problems + file.warnings)
    return loaded


class Settings:
    """Every area of the core, and the areas of the configured platforms."""

    def __init__(self, platforms: Sequence[type[PlatformSettings]]) -> None:
        """Load all areas and those of `platforms`; raises `SettingsError`."""
        file, problems = _read_env_file(), list[str]()
        self.warnings = file.warnings + _warn_of_misspelt(file, platforms)
        """Sentences for the operator about what was set and has no effect."""
        with recognize_tokens([form for area in platforms for form in area.token_forms]):
            wanjie = _load_area(WanjieSettings, problems)
            loaded = [_load_area(area, problems) for area in platforms if area.is_configured()]
        chat = _load_area(ChatSettings, problems)
        service = _load_area(ServiceSettings, problems)
        usage = _load_area(UsageSettings, problems)
        common = _load_area(ProxySettings, problems)
        if not loaded:
            problems.append(_describe_missing_platform(platforms))
        if problems or wanjie is None or chat is None or service is None or usage is None or common is None:
            raise SettingsError(problems + self.warnings, json_lines=_wants_json_lines())
        self.wanjie, self.chat, self.service, self.usage, self._common_proxies = wanjie, chat, service, usage, common
        self._platforms = [area for area in loaded if area is not None]

    def get_platform(self, area: type[_PlatformT]) -> _PlatformT | None:
        """Return the settings of one platform; None if it is not configured."""
        return next((found for found in self._platforms if isinstance(found, area)), None)

    @property
    def common_proxies(self) -> Proxies:
        """The proxies for what has none of its own."""
        return self._common_proxies.choose_for(None)

    def proxies_for(self, area: _HasProxy) -> Proxies:
        """Return the proxies for the service of that area."""
        return self._common_proxies.choose_for(area.proxy)

    def list_secrets(self) -> list[str]:
        """List every configured value that must never be logged."""
        areas = [self.wanjie, *self._platforms, self.service, self.chat, self._common_proxies]
        fields = [(name, value) for area in areas for name, value in dict(area).items()]
        found = [(name, secret) for name, value in fields for secret in _list_secrets(value)]
        plain = [value.get_secret_value() for name, value in found if not name.endswith("proxy")]
        return plain + [text for name, value in found if name.endswith("proxy") for text in list_passwords(value)]


def _list_secrets(value: object) -> list[SecretStr]:
    values = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
    return [one for one in values if isinstance(one, SecretStr)]


class _Log(SettingsArea):
    """Only the settings of the log, which are needed to report problems of the others."""

    log_format: str = ""


def _read_env_file() -> EnvFile:
    try:
        return read_env_file()
    except EnvFileError as error:
        json_lines = os.environ.get("LOG_FORMAT", "").strip().lower() == "json"
        raise SettingsError([str(error)], json_lines=json_lines) from error


def _wants_json_lines() -> bool:
    return _Log().log_format.lower() == "json"


def _warn_of_misspelt(file: EnvFile, platforms: Iterable[type[PlatformSettings]]) -> list[str]:
    areas = [area for _, area in list_areas(platforms)]
    known = [variable.name for area in areas for variable in list_variables(area)]
    prefixes = {str(area.model_config.get("env_prefix", "")) for area in areas} - {""}
    around = [name for name in os.environ if name.upper().startswith(tuple(prefixes))]
    return [
        *find_misspelt_names(file.values, known, prefixes, f"in {ENV_FILE}"),
        *find_misspelt_names(set(around) - set(file.values), known, {"WANJIE_"}, "in the environment"),
    ]


def _describe_missing_platform(platforms: Iterable[type[PlatformSettings]]) -> str:
    choices = ", or ".join(" with ".join(area.list_required()) for area in platforms)
    return f"No platform is set up: set {choices}, or all of them."


def _load_area(area: type[_AreaT], problems: list[str]) -> _AreaT | None:
    try:
        return area()
    except ValidationError as error:
        prefix = str(area.model_config.get("env_prefix", ""))
        for found in error.errors(include_url=False, include_input=False):
            name = prefix + str(found["loc"][0]) if found["loc"] else "A setting"
            problems.append(_describe_problem(name.upper(), found["type"], found["msg"]))
        return None


def _describe_problem(name: str, kind: str, message: str) -> str:
    """Describe one problem in plain words, without the value, which may be a secret."""
    if kind == "missing":
        return f"{name} is not set."
    said = message.removeprefix("Value error, ").replace("Input should be", "it should be")
    return f"{name} is not valid: {said}."
