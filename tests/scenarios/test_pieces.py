"""One thing that people send in pieces is one question, and an edited one counts as edited while it waits."""

from __future__ import annotations

from typing import Any

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from tests.scenarios.saying import asked, echo, last_asked, says, until_asked
from tests.scenarios.test_albums import EYES
from tests.scenarios.test_files import picture, pictures, words

BO: dict[str, Any] = {"type": "user", "date": 1, "sender_user": {"id": 5, "is_bot": False, "first_name": "Bo"}}
SILENCE = 3
"""Seconds before the first word, in which more may come."""
PASTED = " ".join(f"word{number}" for number in range(1500))


async def questions(stage: Stage, seat: Seat) -> list[Any]:
    """What the history holds of a conversation, once another question has been answered: none that was given up."""
    await says(seat, "answer")
    await seat.say("the end")
    await says(seat, "answer to the end")
    return [message["content"] for message in asked(stage)[-1] if message["role"] == "user"]


async def test_what_is_sent_in_pieces_is_one_question(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda messages: "answer to the end" if "the end" in str(messages[-1]) else "answer"
    stage.wanjie.script.first_token_delay = 0.5
    paste, comment, photo = stage.private(), stage.private("Bea"), stage.private("Cy")
    paste.person.paste(paste.chat, PASTED)
    comment.person.say(comment.chat, "Is that true?")
    comment.person.say(comment.chat, "Paris is **big**.", origin=BO)
    photo.person.send_document(photo.chat, b"the plan", "plan.txt")
    photo.person.say(photo.chat, "What does it say?")
    pasted, commented, asked_of_file = [await questions(stage, seat) for seat in (paste, comment, photo)]

    assert pasted == [PASTED, "the end"]
    assert commented == ["⟦forwarded from Bo⟧\n> Paris is **big**.\n\nIs that true?", "the end"]
    assert len(asked_of_file) == 2
    assert "the plan" in asked_of_file[0]
    assert asked_of_file[0].endswith("What does it say?")


async def test_pieces_that_do_not_name_the_bot_come_along_in_a_group(empty_stage: Stage) -> None:
    stage, album, comment = empty_stage, empty_stage.group(), empty_stage.group("Others", "Bea")
    stage.wanjie.script.answer = lambda _: "one answer"
    stage.wanjie.script.first_token_delay = 0.5
    for number, caption in enumerate(("", "@wanjie_bot compare these", "")):
        album.person.send_photo(album.chat, picture(100 + number, 80), caption, album="77")
    comment.person.say(comment.chat, "@wanjie_bot is that true?")
    comment.person.say(comment.chat, "Paris is big.", origin=BO)
    album.person.send_photo(album.chat, picture(100, 80), album="78")
    await stage.start(WANJIE_DEFAULT_MODEL=EYES)
    await stage.ready()
    for seat in (album, comment):
        await says(seat, "one answer")
    said = [messages[-1] for messages in asked(stage)]

    assert any("> Paris is big.\n\nis that true?" in words(each) for each in said)
    assert [(100, 80), (101, 80), (102, 80)] in [pictures(each) for each in said]
    assert [len(seat.answers()) for seat in (album, comment)] == [1, 1]


async def test_a_photo_right_before_the_question_that_names_the_bot_belongs_to_it(empty_stage: Stage) -> None:
    stage, seat, other = empty_stage, empty_stage.group(), empty_stage.group("Others", "Bea")
    stage.wanjie.script.answer = lambda _: "one answer"
    stage.wanjie.script.first_token_delay = 0.5
    await stage.start(WANJIE_DEFAULT_MODEL=EYES)
    await stage.ready()
    seat.person.send_photo(seat.chat, picture(90, 80))
    seat.person.send_photo(seat.chat, picture(100, 80))
    seat.person.say(seat.chat, "@wanjie_bot what is this?")
    other.person.send_photo(other.chat, picture(110, 80))
    await seat.until(lambda: seat.answers() == ["one answer"])
    seat.person.say(other.chat, "@wanjie_bot what is that?")
    await seat.until(lambda: other.answers() == ["one answer"])
    said = [messages[-1] for messages in asked(stage)]
    this = [each for each in said if "what is this?" in words(each)][-1]
    that = [each for each in said if "what is that?" in words(each)]

    assert pictures(this) == [(100, 80)]
    assert [pictures(each) for each in that] == [[]]


async def test_pieces_survive_a_kill_as_one_question(empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_stage.private()
    stage.wanjie.script.answer = lambda _: "one two three"
    stage.wanjie.script.first_token_delay = 2
    process = await stage.start()
    await stage.ready()
    seat.person.paste(seat.chat, PASTED)
    await until_asked(stage, 1)
    await stage.kill(process)
    stage.wanjie.script.first_token_delay = 0
    await stage.start()
    await says(seat, "one two three", 40)
    await seat.say("next")
    await until_asked(stage, 3)

    assert [messages[-1]["content"] for messages in asked(stage)] == [PASTED, PASTED, "next"]


async def test_pieces_that_come_while_the_model_is_silent_are_of_the_same_question(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda messages: f"answer {len(messages)}"
    stage.wanjie.script.first_token_delay = SILENCE
    comment, file = stage.private(), stage.private("Bea")
    comment.person.say(comment.chat, "Is that true?")
    await until_asked(stage, 1)
    comment.person.say(comment.chat, "Paris is **big**.", origin=BO)
    await says(comment, "answer")
    file.person.send_document(file.chat, b"the plan", "plan.txt")
    await until_asked(stage, 3)
    file.person.say(file.chat, "What does it say?")
    await says(file, "answer")
    stage.wanjie.script.first_token_delay = 0
    for seat in (comment, file):
        await seat.say("the end")
        await says(seat, "answer 3")
    alone, both, document, asking, *ends = (messages[-1]["content"] for messages in asked(stage))

    assert alone == "Is that true?"
    assert both == "⟦forwarded from Bo⟧\n> Paris is **big**.\n\nIs that true?"
    assert "What does it say?" not in document
    assert "the plan" in asking
    assert asking.endswith("What does it say?")
    assert ends == ["the end", "the end"]


async def test_a_piece_that_comes_after_the_first_word_is_a_question_of_its_own(stage: Stage) -> None:
    seat = stage.private()
    stage.wanjie.script.answer = lambda _: "one two three four five"
    stage.wanjie.script.tokens_per_second = 5
    first = seat.person.say(seat.chat, "Is that treu?")
    await says(seat, "one")
    seat.person.edit(first, "Is that true?")
    seat.person.say(seat.chat, "Paris is big.", origin=BO)
    await until_asked(stage, 2)
    await seat.until(lambda: seat.answers() == ["one two three four five"] * 2)

    assert last_asked(stage)[0] == "Is that treu?"
    assert "Paris is big." in last_asked(stage)[-1]


async def test_pieces_that_come_while_the_model_is_silent_survive_a_kill(empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_stage.private()
    stage.wanjie.script.answer = lambda _: "one two three"
    stage.wanjie.script.first_token_delay = SILENCE
    process = await stage.start()
    await stage.ready()
    seat.person.say(seat.chat, "true?")
    await until_asked(stage, 1)
    seat.person.say(seat.chat, "big", origin=BO)
    await until_asked(stage, 2)
    await stage.kill(process)
    stage.wanjie.script.first_token_delay = 0
    await stage.start()
    await says(seat, "one two three", 40)
    await seat.say("next")
    await until_asked(stage, 4)

    both = "⟦forwarded from Bo⟧\n> big\n\ntrue?"
    assert [messages[-1]["content"] for messages in asked(stage)] == ["true?", both, both, "next"]


async def test_an_edited_question_counts_as_edited_until_its_answer_begins(stage: Stage) -> None:
    seat = stage.private()
    stage.wanjie.script.answer = echo
    stage.wanjie.script.first_token_delay = SILENCE
    first = seat.person.say(seat.chat, "frist")
    await until_asked(stage, 1)
    second = seat.person.say(seat.chat, "secnd")
    seat.person.edit(second, "sceond")
    seat.person.edit(second, "second")
    seat.person.edit(first, "first")
    await says(seat, "answer to second")
    stage.wanjie.script.first_token_delay = 0
    seat.person.edit(second, "third")
    await seat.say("the end")
    await says(seat, "answer to the end")

    assert [messages[-1]["content"] for messages in asked(stage)] == ["frist", "first", "second", "the end"]
    assert seat.answers() == ["answer to first", "answer to second", "answer to the end"]


async def test_what_is_sent_in_pieces_in_slack_is_one_question(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda messages: "answer to the end" if "the end" in str(messages[-1]) else "answer"
    lin, bea, channel = stage.direct(), stage.slack.user("Bea"), stage.slack.channel("plans")
    root = await bea.say(channel, "Which words?")
    stage.wanjie.script.first_token_delay = 0.5
    await lin.user.paste(lin.channel, PASTED)
    await says(lin, "answer")
    file = lin.user.file("plan.txt", b"the plan", mimetype="text/plain")
    await lin.user.say(lin.channel, "", files=[file])
    await lin.say(f"What does it say, <@{bea.id}>?")
    await lin.until(lambda: lin.answers() == ["answer", "answer"])
    pasted, filed, _ = await questions(stage, lin)
    await bea.paste(channel, f"{stage.slack.mention} {PASTED}", thread_ts=root.ts)
    await stage.slack.wait_for(lambda: "answer" in "".join(stage.slack.texts(channel, root.ts)))
    called = asked(stage)[-1][-1]["content"]

    assert pasted == PASTED
    assert "the plan" in filed
    assert filed.endswith("What does it say, @Bea?")
    assert called == f"Bea: > Which words?\n\n{PASTED}"


async def test_an_edited_question_in_slack_counts_as_edited_until_its_answer_begins(stage: Stage) -> None:
    seat = stage.direct()
    stage.wanjie.script.answer = echo
    stage.wanjie.script.first_token_delay = SILENCE
    first = await seat.user.say(seat.channel, "frist")
    await until_asked(stage, 1)
    second = await seat.user.say(seat.channel, "secnd")
    third = await seat.user.say(seat.channel, "!systm Be brief.")
    await seat.user.edit(second, "sceond")
    await seat.user.edit(second, "second")
    await seat.user.edit(third, "!system Be brief.")
    await seat.user.edit(first, "first")
    await says(seat, "answer to second")
    stage.wanjie.script.first_token_delay = 0
    await seat.user.edit(second, "third")
    await seat.say("fourth")
    await says(seat, "answer to fourth")

    assert [messages[-1]["content"] for messages in asked(stage)] == ["frist", "first", "second", "fourth"]
    assert asked(stage)[-1][0]["content"].startswith("Be brief.")


async def test_an_answer_is_begun_five_times_at_most(stage: Stage) -> None:
    seat = stage.private()
    stage.wanjie.script.answer = echo
    stage.wanjie.script.first_token_delay = SILENCE
    question = seat.person.say(seat.chat, "version 1")
    for number in range(2, 8):
        await until_asked(stage, min(number - 1, 5))
        seat.person.edit(question, f"version {number}")
    await says(seat, "answer to version 5")
    await seat.say("the end")
    await says(seat, "answer to the end")

    assert len(asked(stage)) == 6
