"""The settings of all platforms together: tokens of the wrong kind are named by their form, before anybody is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.settings import PLATFORM_AREAS
from bots.slack.settings import SlackSettings
from bots.telegram.settings import TelegramSettings
from core.settings import SettingsError
from tests.core.settings.conftest import Configure, make_configure

ENOUGH = {"WANJIE_API_KEY": "sk-1", "TELEGRAM_BOT_TOKEN": "1:abc"}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Read settings from these variables, beside what every service needs, and from the bytes of a `.env`."""
    return make_configure(tmp_path, monkeypatch, PLATFORM_AREAS, ENOUGH)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TELEGRAM_BOT_TOKEN", "bot123:abcdefgh", "begins with bot"),
        ("TELEGRAM_BOT_TOKEN", "xoxb-abcdefgh", "SLACK_BOT_TOKEN"),
        ("TELEGRAM_BOT_TOKEN", "https://api.telegram.org/bot123:abcdefgh/getMe", "an address"),
        ("TELEGRAM_BOT_TOKEN", "@abcdefgh_bot", "a name"),
        ("TELEGRAM_BOT_TOKEN", "123456789", "not a token of this kind"),
        ("TELEGRAM_BOT_TOKEN", "'123:abcdefgh'", "in quotes"),
        ("TELEGRAM_BOT_TOKEN", "123:abcd efgh", "a blank or a line break"),
        ("TELEGRAM_BOT_TOKEN", "123:abcd\nefgh", "a blank or a line break"),
        ("SLACK_BOT_TOKEN", "xoxp-abcdefgh", "the token of a Slack user"),
        ("SLACK_BOT_TOKEN", "xapp-abcdefgh", "SLACK_APP_TOKEN"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-abcdefgh", "expires"),
        ("SLACK_BOT_TOKEN", "123:abcdefgh", "TELEGRAM_BOT_TOKEN"),
        ("SLACK_BOT_TOKEN", '"xoxb-abcdefgh"', "in quotes"),
        ("SLACK_BOT_TOKEN", "\u201cxoxb-abcdefgh\u201d", "in quotes"),
        ("SLACK_BOT_TOKEN", "abcdefgh", "not a token of this kind"),
        ("SLACK_APP_TOKEN", "xoxb-abcdefgh", "SLACK_BOT_TOKEN"),
        ("SLACK_APP_TOKEN", "xoxp-abcdefgh", "the token of a Slack user"),
        ("SLACK_APP_TOKEN", "123:abcdefgh", "TELEGRAM_BOT_TOKEN"),
        ("WANJIE_API_KEY", "Bearer abcdefgh", "Bearer"),
        ("WANJIE_API_KEY", "123:abcdefgh", "TELEGRAM_BOT_TOKEN"),
        ("WANJIE_API_KEY", "xoxb-abcdefgh", "SLACK_BOT_TOKEN"),
        ("WANJIE_API_KEY", "`abcdefgh`", "in quotes"),
    ],
)
def test_a_token_of_another_kind_is_reported(configure: Configure, name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        configure(**{**SLACK, name: value})
    found = refused.value.problems

    assert [problem.split()[0] for problem in found] == [name]
    assert words in found[0]
    assert "abcd" not in found[0]


KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
WORKSPACES = {
    "SLACK_REDIRECT_URL": "https://bots.example/slack/oauth_redirect",
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "0123456789abcdef" * 2,
    "SLACK_TOKEN_ENCRYPTION_KEYS": KEY,
    "SLACK_APP_TOKEN": "xapp-1",
}


def test_an_app_that_workspaces_install_needs_no_bot_token(configure: Configure) -> None:
    settings = configure(**WORKSPACES).get_platform(SlackSettings)

    assert settings is not None
    assert (settings.bot_token, settings.client_id) == (None, "1.2")
    assert KEY not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_REDIRECT_URL", "", "SLACK_REDIRECT_URL is needed"),
        ("SLACK_REDIRECT_URL", "http://bots.example/slack/oauth_redirect", "https://"),
        ("SLACK_CLIENT_SECRET", "", "SLACK_CLIENT_SECRET is not set"),
        ("SLACK_CLIENT_SECRET", "xoxb-abcdefgh", "belongs in SLACK_BOT_TOKEN"),
        ("SLACK_TOKEN_ENCRYPTION_KEYS", "", "SLACK_TOKEN_ENCRYPTION_KEYS is not set"),
        ("SLACK_TOKEN_ENCRYPTION_KEYS", "short", "32 bytes"),
        ("SLACK_BOT_TOKEN", "xoxb-1", "either it or SLACK_CLIENT_ID"),
    ],
)
def test_what_such_an_app_lacks_is_reported(configure: Configure, name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        configure(**{**WORKSPACES, name: value})

    assert words in "; ".join(refused.value.problems)


def test_swapped_tokens_are_reported_one_by_one(configure: Configure) -> None:
    with pytest.raises(SettingsError) as refused:
        configure(SLACK_BOT_TOKEN="xapp-1", SLACK_APP_TOKEN="xoxb-1")

    assert [problem.split()[0] for problem in refused.value.problems] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


def test_valid_tokens_are_accepted_with_blanks_around(configure: Configure) -> None:
    settings = configure(
        b'SLACK_APP_TOKEN="xapp-1-A"\n', TELEGRAM_BOT_TOKEN=" 123:A-b_c\r\n", SLACK_BOT_TOKEN="xoxb-1\n"
    )

    assert set(settings.list_secrets()) == {"sk-1", "123:A-b_c", "xoxb-1", "xapp-1-A"}


@pytest.mark.parametrize(
    "written",
    ["http://bots.lan:8081", "http://bots.lan:8081/", "http://bots.lan:8081/bot", "http://bots.lan:8081/bot1:abc"],
)
def test_a_bot_api_address_is_cut_before_the_token(configure: Configure, written: str) -> None:
    telegram = configure(TELEGRAM_BASE_URL=written).get_platform(TelegramSettings)

    assert telegram is not None
    assert telegram.base_url == "http://bots.lan:8081/bot"
