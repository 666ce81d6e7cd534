"""The settings of an app that several workspaces install."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bots.sandbox.slack.simulator import SlackSim
from bots.slack.settings import SlackSettings
from tests.bots.slack.oauth.secrets_store import KEY


def make_app_settings(slack: SlackSim, **more: Any) -> SlackSettings:  # noqa: ANN401 - any other setting
    """Return the settings with which the service serves the app of a simulated Slack."""
    return SlackSettings(
        redirect_url=slack.oauth.redirect_urls[0],
        client_id=slack.oauth.client_id,
        client_secret=SecretStr(slack.oauth.client_secret),
        token_encryption_keys=(SecretStr(KEY),),
        app_token=SecretStr("xapp-1"),
        api_url=slack.api_url,
        **more,
    )
