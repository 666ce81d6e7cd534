"""Which proxy leads where, and which is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from core.settings import Proxies, Settings, SettingsError
from core.settings.proxy_rule import hide_credentials, list_passwords, normalize_proxy
from tests.core.settings.conftest import PLATFORMS, ConsoleSettings

PROXY = "http://proxy.test:3128"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "LOCALHOST", "a.localhost", "0.0.0.0", "[::ffff:127.0.0.1]"],
)
def test_this_machine_needs_no_proxy(host: str) -> None:
    proxies = Proxies(PROXY, PROXY)

    assert [proxies.find_proxy(f"{scheme}://{host}:8080/x") for scheme in ("http", "https", "ws", "wss")] == [None] * 4


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("*", "https://slack.com/api/"),
        ("slack.com", "https://slack.com/api/"),
        ("slack.com", "wss://wss-primary.slack.com/link"),
        (".slack.com", "https://files.slack.com/a"),
        (".slack.com", "https://slack.com/a"),
        ("*.slack.com", "https://files.slack.com/a"),
        ("SLACK.com", "https://Files.Slack.Com./a"),
        ("slack.com:443", "https://slack.com/a"),
        ("https://slack.com/", "https://slack.com/a"),
        ("api.in.house:8081", "http://api.in.house:8081/bot"),
        ("10.0.0.0/8", "https://10.2.3.4/a"),
        ("192.168.1.7", "http://192.168.1.7:8081/bot"),
        ("192.168.1.7:8081", "http://192.168.1.7:8081/bot"),
        ("fd00::/8", "http://[fd12::1]/bot"),
        ("[fd12::1]:8081", "http://[fd12::1]:8081/bot"),
        ("fd12::1", "http://[fd12::1]:8081/bot"),
    ],
)
def test_hosts_in_no_proxy_are_reached_directly(entry: str, url: str) -> None:
    assert Proxies(PROXY, PROXY, ("other.test", entry)).find_proxy(url) is None


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("slack.com", "https://notslack.com/"),
        ("slack.com:80", "https://slack.com/"),
        ("files.slack.com", "https://slack.com/"),
        ("10.0.0.0/8", "https://11.0.0.1/"),
        ("10.0.0.0/99", "https://10.0.0.1/"),
        ("0.0.0.1", "https://10.0.0.1/"),
        ("/var/run/docker.sock", "https://slack.com/"),
        (".", "https://slack.com/"),
    ],
)
def test_other_hosts_are_reached_through_the_proxy(entry: str, url: str) -> None:
    assert Proxies(PROXY, PROXY, (entry,)).find_proxy(url) == PROXY


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://127.0.0.1:7890", "http://127.0.0.1:7890"),
        ("127.0.0.1:7890", "http://127.0.0.1:7890"),
        ("http://Proxy.Test:7890/", "http://proxy.test:7890"),
        ("HTTPS://proxy.test", "https://proxy.test"),
        ("socks5h://h", "socks5://h:1080"),
        ("socks://127.0.0.1:1080/", "socks5://127.0.0.1:1080"),
        ("socks5://[::1]:9", "socks5://[::1]:9"),
        ("socks5://ann:p@ss/w#?:%@h:1", "socks5://ann:p%40ss%2Fw%23%3F%3A%25@h:1"),
        ("socks5://ann:p%40ss@h:1", "socks5://ann:p%40ss@h:1"),
        ("Direct", "Direct"),
    ],
)
def test_usual_spellings_of_a_proxy_are_understood(written: str, meant: str) -> None:
    found = normalize_proxy(SecretStr(written))

    assert found is not None
    assert found.get_secret_value() == meant


@pytest.mark.parametrize(
    "written", ["socks4://h:1", "ftp://h:1", "http://", "http://h:port", "http://h:99999", "http://ann:secret@", "a b"]
)
@pytest.mark.parametrize("name", ["WANJIE_PROXY", "CONSOLE_PROXY", "HTTPS_PROXY", "http_proxy", "all_proxy"])
def test_an_invalid_proxy_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, written: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in {"WANJIE_API_KEY": "sk-1", "CONSOLE_TOKEN": "con-1", name: written}.items():
        monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError) as refused:
        Settings(PLATFORMS)
    assert [problem.partition(" is not valid: ")[0] for problem in refused.value.problems] == [name.upper()]
    assert written not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_service_has_its_own_proxy_then_that_of_the_scheme_then_the_one_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in {
        "WANJIE_API_KEY": "sk-1",
        "CONSOLE_TOKEN": "con-1",
        "CONSOLE_PROXY": "socks5://own",
        "https_proxy": "https",
        "ALL_PROXY": "socks5://every",
        "no_proxy": "in.house, 10.0.0.0/8",
    }.items():
        monkeypatch.setenv(variable, value)
    settings = Settings(PLATFORMS)
    wanjie = settings.proxies_for(settings.wanjie)
    console = settings.proxies_for(settings.get_platform(ConsoleSettings) or settings.wanjie)

    assert console.find_proxy("https://console.test/bot") == "socks5://own:1080"
    assert console.find_proxy("http://10.0.0.1/bot") is None
    assert wanjie.find_proxy("https://wanjie.test") == "http://https"
    assert wanjie.find_proxy("http://wanjie.test") == "socks5://every:1080"
    assert wanjie.find_proxy("http://wanjie.in.house") is None


def test_one_service_may_go_without_the_common_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable, value in {
        "WANJIE_API_KEY": "sk-1",
        "CONSOLE_TOKEN": "con-1",
        "WANJIE_PROXY": "direct",
        "ALL_PROXY": "http://ann:word-of-ann@proxy.test",
    }.items():
        monkeypatch.setenv(variable, value)
    settings = Settings(PLATFORMS)

    assert settings.proxies_for(settings.wanjie).find_proxy("http://wanjie.test") is None
    assert "word-of-ann" in settings.list_secrets()


def test_a_proxy_password_is_redacted_in_every_form() -> None:
    proxy = SecretStr("socks5://ann:p%40ss@h:1")

    assert list_passwords(proxy) == ["socks5://ann:p%40ss@h:1", "p%40ss", "p@ss"]
    assert hide_credentials(proxy.get_secret_value()) == "socks5://h:1"
