"""The whole service as a process among simulators, and the seats from which people talk to it."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from tests.scenarios.nursery import fork

SEATS: dict[str, Callable[[Stage], Seat]] = {
    "telegram-private": Stage.private,
    "telegram-group": Stage.group,
    "slack-direct": Stage.direct,
    "slack-thread": Stage.thread,
}
ONE_A_PLATFORM = ("telegram-private", "slack-direct")


@pytest.fixture
async def empty_stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    """Simulators without a service."""
    async with Stage(tmp_path, launch=fork) as stage:
        yield stage
        assert not stage.telegram.violations
        assert not stage.slack.violations


@pytest.fixture
async def stage(empty_stage: Stage) -> Stage:
    """Simulators and one running service."""
    await empty_stage.start()
    await empty_stage.ready()
    return empty_stage


@pytest.fixture(params=SEATS)
def seat(request: pytest.FixtureRequest, stage: Stage) -> Seat:
    """A person in each kind of conversation, with a running service."""
    return SEATS[str(request.param)](stage)


@pytest.fixture(params=ONE_A_PLATFORM)
def direct_seat(request: pytest.FixtureRequest, stage: Stage) -> Seat:
    """A person alone with the bot, on each platform."""
    return SEATS[str(request.param)](stage)
