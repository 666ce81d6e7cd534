"""One thing that people send in pieces is one question, and an edited one counts as edited while it waits."""

from __future__ import annotations

from typing import Any

from bots.sandbox.stage import Stage
from bots.sandbox.telegram_seat import TelegramSeat
from tests.scenarios.saying import asked, echo, last_asked, says
from tests.scenarios.test_albums import EYES
from tests.scenarios.test_files import picture, pictures, words

BO: dict[str, Any] = {"type": "user", "date": 1, "sender_user": {"id": 5, "is_bot": False, "first_name": "Bo"}}
PASTED = " ".join(f"word{number}" for number in range(1500))


async def questions(stage: Stage, seat: TelegramSeat) -> list[Any]:
    """Every question, once another one has been answered."""
    await says(seat, "answer")
    await seat.say("the end")
    await says(seat, "answer to the end")
    return [messages[-1]["content"] for messages in asked(stage)[:-1]]


async def test_what_is_sent_in_pieces_is_one_question(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda messages: "answer to the end" if "the end" in str(messages[-1]) else "answer"
    paste, comment, photo = stage.private(), stage.private("Bea"), stage.private("Cy")
    paste.person.paste(paste.chat, PASTED)
    comment.person.say(comment.chat, "Is that true?")
    comment.person.say(comment.chat, "Paris is **big**.", origin=BO)
    photo.person.send_document(photo.chat, b"the plan", "plan.txt")
    photo.person.say(photo.chat, "What does it say?")
    said = [await questions(stage, seat) for seat in (paste, comment, photo)][-1]

    assert len(said) == 5  # three questions, and two that ended the others
    assert PASTED in said
    assert "⟦forwarded from Bo⟧\n> Paris is **big**.\n\nIs that true?" in said
    assert any("the plan" in each and each.endswith("What does it say?") for each in said)


async def test_pieces_that_do_not_name_the_bot_come_along_in_a_group(empty_stage: Stage) -> None:
    stage, album, comment = empty_stage, empty_stage.group(), empty_stage.group("Others", "Bea")
    stage.wanjie.script.answer = lambda _: "one answer"
    for number, caption in enumerate(("", "@wanjie_bot compare these", "")):
        album.person.send_photo(album.chat, picture(100 + number, 80), caption, album="77")
    comment.person.say(comment.chat, "@wanjie_bot is that true?")
    comment.person.say(comment.chat, "Paris is big.", origin=BO)
    album.person.send_photo(album.chat, picture(100, 80), album="78")
    await stage.start(WANJIE_DEFAULT_MODEL=EYES)
    await stage.ready()
    for seat in (album, comment):
        await says(seat, "one answer")
    first, second = sorted((messages[-1] for messages in asked(stage)), key=lambda each: len(pictures(each)))

    assert "> Paris is big.\n\nis that true?" in words(first)
    assert pictures(second) == [(100, 80), (101, 80), (102, 80)]


async def test_pieces_survive_a_kill_as_one_question(empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_stage.private()
    stage.wanjie.script.answer = lambda _: "one two three"
    stage.wanjie.script.first_token_delay = 2
    process = await stage.start()
    await stage.ready()
    seat.person.paste(seat.chat, PASTED)
    await seat.until(lambda: asked(stage))
    await stage.kill(process)
    stage.wanjie.script.first_token_delay = 0
    await stage.start()
    await says(seat, "one two three", 40)
    await seat.say("next")
    await seat.until(lambda: len(asked(stage)) == 3)

    assert [messages[-1]["content"] for messages in asked(stage)] == [PASTED, PASTED, "next"]


async def test_an_edited_question_counts_as_edited_while_it_waits_and_no_longer(stage: Stage) -> None:
    seat = stage.private()
    stage.wanjie.script.answer = echo
    stage.wanjie.script.first_token_delay = 1
    first = seat.person.say(seat.chat, "frist")
    await seat.until(lambda: asked(stage))
    second = seat.person.say(seat.chat, "secnd")
    seat.person.edit(second, "sceond")
    seat.person.edit(second, "second")
    seat.person.edit(first, "first")
    await says(seat, "answer to second")
    await seat.say("third")
    await says(seat, "answer to third")

    assert last_asked(stage)[::2] == ["frist", "second", "third"]


async def test_what_is_sent_in_pieces_in_slack_is_one_question(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda messages: "answer to the end" if "the end" in str(messages[-1]) else "answer"
    lin, bea, channel = stage.direct(), stage.slack.user("Bea"), stage.slack.channel("plans")
    root = await bea.say(channel, "Which words?")
    await lin.user.paste(lin.channel, PASTED)
    await lin.until(lambda: asked(stage))
    await says(lin, "answer")
    file = lin.user.file("plan.txt", b"the plan", mimetype="text/plain")
    await lin.user.say(lin.channel, "", files=[file])
    await lin.say(f"What does it say, <@{bea.id}>?")
    await lin.until(lambda: len(asked(stage)) == 2)
    await bea.paste(channel, f"{stage.slack.mention} {PASTED}", thread_ts=root.ts)
    await lin.until(lambda: len(asked(stage)) == 3)
    await lin.say("the end")
    await says(lin, "answer to the end")
    pasted, filed, called, _ = (messages[-1]["content"] for messages in asked(stage))

    assert pasted == PASTED
    assert "the plan" in filed
    assert filed.endswith("What does it say, @Bea?")
    assert called == f"Bea: > Which words?\n\n{PASTED}"


async def test_an_edited_question_in_slack_counts_as_edited_while_it_waits_and_no_longer(stage: Stage) -> None:
    seat = stage.direct()
    stage.wanjie.script.answer = echo
    stage.wanjie.script.first_token_delay = 1
    first = await seat.user.say(seat.channel, "frist")
    await seat.until(lambda: asked(stage))
    second = await seat.user.say(seat.channel, "secnd")
    third = await seat.user.say(seat.channel, "!systm Be brief.")
    await seat.user.edit(second, "sceond")
    await seat.user.edit(second, "second")
    await seat.user.edit(third, "!system Be brief.")
    await seat.user.edit(first, "first")
    await says(seat, "answer to second")
    await seat.say("fourth")
    await says(seat, "answer to fourth")

    assert last_asked(stage)[::2] == ["frist", "second", "fourth"]
    assert asked(stage)[-1][0]["content"].startswith("Be brief.")
