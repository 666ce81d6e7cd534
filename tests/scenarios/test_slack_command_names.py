"""Slack's slash commands under names of one's own."""

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.conversation_steps import says


async def test_commands_have_the_prefix_that_is_set_and_one_command_takes_them_all(
    empty_harness: ServiceHarness,
) -> None:
    harness = empty_harness
    person = harness.direct()
    await harness.start(SLACK_COMMAND_PREFIX="wj-")
    await harness.ready()
    await person.say("/wj-help")
    text = await says(person, "What I can do")
    await person.say("/wanjie model no-such-model")
    await says(person, "no-such-model")

    assert "/wj-model" in text
    assert "/model" not in text
