"""The whole service as a process among simulators, and the seats from which people talk to it."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.fork_service import SECONDS_OF_SLACK, fork

PERSONAS: dict[str, Callable[[ServiceHarness], Persona]] = {
    "telegram-private": ServiceHarness.private,
    "telegram-group": ServiceHarness.group,
    "slack-direct": ServiceHarness.direct,
    "slack-thread": ServiceHarness.thread,
}
ONE_A_PLATFORM = ("telegram-private", "slack-direct")


@pytest.fixture
async def empty_harness(tmp_path: Path) -> AsyncGenerator[ServiceHarness]:
    """Simulators without a service."""
    async with ServiceHarness(tmp_path, launch=fork) as harness:
        harness.slack.socket.ack_within = harness.slack.rules.trigger_lifetime = SECONDS_OF_SLACK
        yield harness
        assert not harness.telegram.violations
        assert not harness.slack.violations


@pytest.fixture
async def harness(empty_harness: ServiceHarness) -> ServiceHarness:
    """Simulators and one running service."""
    await empty_harness.start()
    await empty_harness.ready()
    return empty_harness


@pytest.fixture(params=PERSONAS)
def persona(request: pytest.FixtureRequest, harness: ServiceHarness) -> Persona:
    """A person in each kind of conversation, with a running service."""
    return PERSONAS[str(request.param)](harness)


@pytest.fixture(params=ONE_A_PLATFORM)
def direct_persona(request: pytest.FixtureRequest, harness: ServiceHarness) -> Persona:
    """A person alone with the bot, on each platform."""
    return PERSONAS[str(request.param)](harness)
