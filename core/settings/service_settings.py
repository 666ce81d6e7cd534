"""The variables of the program itself: store, HTTP port, log, shutdown, access, queue."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from .base_settings import SettingsArea
from .value_checks import check_redis_url


class ServiceSettings(SettingsArea):
    """The store, the HTTP port, the log and the shutdown of the service."""

    redis_url: SecretStr | None = Field(
        None, description="Redis 6.2 or later, e.g. `redis://localhost:6379/0`. Unset: a private Redis in DATA_DIR."
    )
    data_dir: Path = Field(
        Path(".data"), description="The folder of the private Redis; each running service needs its own."
    )
    http_host: str = Field(
        "127.0.0.1", description="The address to listen on; `0.0.0.0`: all addresses, as in the container."
    )
    http_port: int = Field(0, ge=0, le=65535, description="The port of /healthz, /readyz and /metrics; 0: off.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The lowest level that is logged."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Log lines as text for people or as JSON for a log collector."
    )
    drain_seconds: float = Field(
        10,
        ge=0,
        description="Seconds that running answers get to finish at a shutdown, before another process takes them over.",
    )
    access_mode: Literal["pairing", "allowlist", "open"] = Field(
        "pairing",
        description="Who may use the bot. `pairing`: people and groups that an admin has let in, and the members of "
        "the workspace; the first admin sends the code that the service prints at its start. `allowlist`: those that "
        "the settings of the platforms name, and those that an admin has let in. `open`: everybody.",
    )
    mailbox_limit: int = Field(
        50,
        ge=1,
        description="The largest number of unanswered messages of one chat; a person may have four times that many.",
    )

    otel_exporter_otlp_endpoint: str | None = Field(
        None,
        description="The address of an OpenTelemetry collector that takes spans by HTTP, e.g. `http://localhost:4318`; "
        "needs the extra `wanjie-bots[otel]`. The SDK's other variables count, too, in the environment alone. Unset: "
        "off.",
    )

    _checked_redis_url = field_validator("redis_url")(check_redis_url)
