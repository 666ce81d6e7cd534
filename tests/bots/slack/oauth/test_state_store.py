"""The state of an installation, and the cookie that binds it to a browser."""

import pytest
from redis.asyncio import Redis

from bots.slack.oauth.state_store import BrowserState, StateStore
from tests.bots.slack.oauth.secrets_store import open_secrets


async def test_a_state_is_good_once_in_any_replica(redis: Redis) -> None:
    state = await StateStore(open_secrets(redis)).async_issue()
    other = StateStore(open_secrets(redis))

    assert len(state) == 43
    assert [await other.async_consume(each) for each in (state, state, "", "x" * 43)] == [True, False, False, False]


@pytest.mark.parametrize(
    ("cookie", "valid"),
    [
        ("slack-app-oauth-state=s1", True),
        ('a=b; slack-app-oauth-state="s1"', True),
        (["a=b", "slack-app-oauth-state=s1"], True),
        ("slack-app-oauth-state=s2", False),
        ("slack-app-oauth-state=", False),
        ("other=s1", False),
        ("", False),
        (None, False),
    ],
)
def test_only_the_browser_that_began_may_end_an_installation(cookie: object, valid: bool) -> None:  # noqa: FBT001 - a parameter of the test
    headers = {} if cookie is None else {"cookie": cookie}
    state = BrowserState()

    assert state.is_valid_browser("s1", headers) is valid  # pyright: ignore[reportArgumentType]
    assert not state.is_valid_browser(None, headers)  # pyright: ignore[reportArgumentType]
    assert not state.is_valid_browser("", headers)  # pyright: ignore[reportArgumentType]


def test_no_script_reads_the_cookie_and_it_comes_back_from_slack() -> None:
    cookie = BrowserState(expiration_seconds=600).build_set_cookie_for_new_state("s1")

    assert cookie == "slack-app-oauth-state=s1; Secure; HttpOnly; Path=/; Max-Age=600; SameSite=Lax"
