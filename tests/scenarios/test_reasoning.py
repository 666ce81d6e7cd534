"""How much of the thinking is shown is chosen, and kept."""

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from tests.scenarios.choosing import begun, marked, opens, picks
from tests.scenarios.saying import says


@pytest.mark.parametrize(
    ("word", "label", "sentence"),
    [("off", "Off", "only the answers"), ("折叠", "Fold", "the beginning"), ("FULL", "Full", "all of the thinking")],
)
async def test_a_word_sets_how_much_is_shown(seat: Seat, stage: Stage, word: str, label: str, sentence: str) -> None:
    await begun(seat, stage)
    await seat.say(f"/reasoning {word}")
    await says(seat, sentence)
    await opens(seat, "/reasoning")

    assert marked(seat) == [label]


async def test_a_menu_explains_and_sets_it(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    title = await opens(seat, "/reasoning")

    assert "only the answer" in title
    assert marked(seat) == ["Fold"]
    await picks(seat, "Full")
    assert marked(seat) == ["Full"]
    await opens(seat, "/reasoning")
    assert marked(seat) == ["Full"]


async def test_a_thread_may_fold_what_its_channel_hides(stage: Stage) -> None:
    seat = stage.thread()
    await seat.say("/reasoning off")
    await says(seat, "in this channel")
    await begun(seat, stage)
    await opens(seat, "/reasoning")
    assert marked(seat) == ["Off"]
    await seat.say("/reasoning fold")
    await says(seat, "in this thread")
    await opens(seat, "/reasoning")

    assert marked(seat) == ["Fold"]
