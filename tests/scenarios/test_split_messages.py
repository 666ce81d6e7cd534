"""One thing that people send in pieces is one question, and an edited one counts as edited while it waits."""

from __future__ import annotations

from typing import Any

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.core.chat.sent_files import picture
from tests.scenarios.conversation_steps import asked, echo, last_asked, says, until_asked, until_question, until_taken
from tests.scenarios.request_steps import VISION_MODEL, pictures, words

BO: dict[str, Any] = {"type": "user", "date": 1, "sender_user": {"id": 5, "is_bot": False, "first_name": "Bo"}}
PASTED = " ".join(f"word{number}" for number in range(1500))


async def questions(harness: ServiceHarness, persona: Persona) -> list[Any]:
    """What the history holds of a conversation, once another question has been answered: none that was given up.

    Other conversations may ask at the same time: their requests are passed over.
    """
    await says(persona, "answer")
    await persona.say("the end")
    await says(persona, "answer to the end")
    ended = [messages for messages in asked(harness) if messages[-1]["content"] == "the end"][-1]
    return [message["content"] for message in ended if message["role"] == "user"]


async def test_a_message_sent_in_pieces_is_one_question(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda messages: "answer to the end" if "the end" in str(messages[-1]) else "answer"
    harness.wanjie.script.hold_after = 0
    paste, comment, files, place = (harness.private(name) for name in ("Ada", "Bea", "Cy", "Di"))
    paste.person.paste(paste.chat, PASTED)
    comment.person.say(comment.chat, "Is that true?")
    comment.person.say(comment.chat, "Paris is **big**.", origin=BO)
    files.person.send_document(files.chat, b"the plan", "plan.txt")
    files.person.send_document(files.chat, b"the costs", "costs.txt")
    files.person.say(files.chat, "What do they say?")
    place.person.send_content(place.chat, {"location": {"latitude": 48.9, "longitude": 2.3}})
    place.person.say(place.chat, "What is near?")
    for parts in (["word0 ", "word1499"], ["Paris", "true?"], ["plan", "costs", "What do"], ["location", "near?"]):
        await until_question(harness, lambda message, parts=parts: all(part in words(message) for part in parts))
    harness.wanjie.script.hold_after = None
    pasted, commented, asked_of_files, placed = [
        await questions(harness, persona) for persona in (paste, comment, files, place)
    ]

    assert pasted == [PASTED, "the end"]
    assert commented == ["⟦forwarded from Bo⟧\n> Paris is **big**.\n\nIs that true?", "the end"]
    assert len(asked_of_files) == 2
    assert all(content in asked_of_files[0] for content in ("the plan", "the costs"))
    assert asked_of_files[0].endswith("What do they say?")
    assert len(placed) == 2
    assert placed[0] == "[location] 48.9, 2.3\nWhat is near?"


async def test_in_a_group_pieces_without_a_mention_belong_to_the_piece_with_one(empty_harness: ServiceHarness) -> None:
    harness, album, comment = empty_harness, empty_harness.group(), empty_harness.group("Others", "Bea")
    harness.wanjie.script.answer = lambda _: "one answer"
    harness.wanjie.script.hold_after = 0
    for number, caption in enumerate(("", "@wanjie_bot compare these", "")):
        album.person.send_photo(album.chat, picture(100 + number, 80), caption, album="77")
    comment.person.say(comment.chat, "@wanjie_bot is that true?")
    comment.person.say(comment.chat, "Paris is big.", origin=BO)
    album.person.send_photo(album.chat, picture(100, 80), album="78")
    await harness.start(WANJIE_DEFAULT_MODEL=VISION_MODEL)
    await harness.ready()
    await until_question(harness, lambda message: "> Paris is big.\n\n  is that true?" in words(message))
    await until_question(harness, lambda message: len(pictures(message)) == 3)
    harness.wanjie.script.hold_after = None
    for persona in (album, comment):
        await says(persona, "one answer")
    said = [messages[-1] for messages in asked(harness)]

    assert any("> Paris is big.\n\n  is that true?" in words(each) for each in said)
    assert [(100, 80), (101, 80), (102, 80)] in [pictures(each) for each in said]
    assert [len(persona.answers()) for persona in (album, comment)] == [1, 1]


async def test_a_photo_or_a_place_right_before_the_question_that_names_the_bot_belongs_to_it(
    empty_harness: ServiceHarness,
) -> None:
    harness, persona, other = empty_harness, empty_harness.group(), empty_harness.group("Others", "Bea")
    harness.wanjie.script.answer = lambda _: "one answer"
    harness.wanjie.script.hold_after = 0
    await harness.start(WANJIE_DEFAULT_MODEL=VISION_MODEL)
    await harness.ready()
    persona.person.send_photo(persona.chat, picture(90, 80))
    persona.person.send_photo(persona.chat, picture(100, 80))
    persona.person.say(persona.chat, "@wanjie_bot what is this?")
    other.person.send_photo(other.chat, picture(110, 80))
    await until_question(harness, lambda message: pictures(message) == [(100, 80)])
    harness.wanjie.script.hold_after = None
    await persona.until(lambda: persona.answers() == ["one answer"])
    persona.person.say(other.chat, "@wanjie_bot what is that?")
    await persona.until(lambda: other.answers() == ["one answer"])
    place = harness.group("Travels", "Cy")
    harness.wanjie.script.hold_after = 0
    place.person.send_content(place.chat, {"location": {"latitude": 48.9, "longitude": 2.3}})
    place.person.say(place.chat, "@wanjie_bot what is near?")
    await until_question(harness, lambda message: "[location]" in words(message) and "near?" in words(message))
    harness.wanjie.script.hold_after = None
    await place.until(lambda: place.answers() == ["one answer"])
    said = [messages[-1] for messages in asked(harness)]
    this = [each for each in said if "what is this?" in words(each)][-1]
    that = [each for each in said if "what is that?" in words(each)]

    assert pictures(this) == [(100, 80)]
    assert [pictures(each) for each in that] == [[]]
    assert any("[location] 48.9, 2.3" in words(each) and "what is near?" in words(each) for each in said)


async def test_a_long_text_that_names_the_bot_late_is_one_question(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "one answer"
    harness.wanjie.script.hold_after = 0
    ann, bea, channel = harness.group(), harness.slack.user("Bea"), harness.slack.channel("plans")
    ends = f"{PASTED} {PASTED[:2000]} what?"  # names the bot in its fourth piece
    ann.person.paste(ann.chat, f"{ends} @wanjie_bot")
    posted = await bea.paste(channel, f"{PASTED[:4100]} {harness.slack.mention} {PASTED[4100:]}")
    for end in ("what?", "word1499"):
        await until_question(harness, lambda message, end=end: words(message).endswith(end))
    harness.wanjie.script.hold_after = None
    await says(ann, "one answer")
    await harness.slack.wait_for(lambda: "one answer" in "".join(harness.slack.texts(channel, posted[1].ts)))
    questions = {messages[-1]["content"].partition(": ")[2] for messages in asked(harness)}

    assert ends in questions
    assert any(question.startswith("word0 ") and question.endswith("word1499") for question in questions)
    assert len(ann.answers()) == 1
    assert len([text for one in posted for text in harness.slack.texts(channel, one.ts) if "one answer" in text]) == 1


async def test_pieces_survive_a_kill_as_one_question(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_harness.private()
    harness.wanjie.script.answer = lambda _: "one two three"
    harness.wanjie.script.hold_after = 0
    process = await harness.start()
    await harness.ready()
    persona.person.paste(persona.chat, PASTED)
    await until_asked(harness, 1)
    await harness.kill(process)
    harness.wanjie.script.hold_after = None
    await harness.start()
    await says(persona, "one two three")
    await persona.say("next")
    await until_asked(harness, 3)

    assert [messages[-1]["content"] for messages in asked(harness)] == [PASTED, PASTED, "next"]


async def test_pieces_before_the_first_word_belong_to_the_question(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda messages: f"answer {len(messages)}"
    harness.wanjie.script.hold_after = 0
    comment, file = harness.private(), harness.private("Bea")
    comment.person.say(comment.chat, "Is that true?")
    await until_asked(harness, 1)
    comment.person.say(comment.chat, "Paris is **big**.", origin=BO)
    await until_asked(harness, 2)
    harness.wanjie.script.hold_after = None
    await says(comment, "answer")
    harness.wanjie.script.hold_after = 0
    file.person.send_document(file.chat, b"the plan", "plan.txt")
    await until_asked(harness, 3)
    file.person.say(file.chat, "What does it say?")
    await until_asked(harness, 4)
    harness.wanjie.script.hold_after = None
    await says(file, "answer")
    for persona in (comment, file):
        await persona.say("the end")
        await says(persona, "answer 3")
    alone, both, document, asking, *ends = (messages[-1]["content"] for messages in asked(harness))

    assert alone == "Is that true?"
    assert both == "⟦forwarded from Bo⟧\n> Paris is **big**.\n\nIs that true?"
    assert "What does it say?" not in document
    assert "the plan" in asking
    assert asking.endswith("What does it say?")
    assert ends == ["the end", "the end"]


async def test_a_piece_after_the_first_word_is_its_own_question(harness: ServiceHarness) -> None:
    persona = harness.private()
    harness.wanjie.script.answer = lambda _: "one two three four five"
    harness.wanjie.script.tokens_per_second = 5
    first = persona.person.say(persona.chat, "Is that treu?")
    await says(persona, "one")
    persona.person.edit(first, "Is that true?")
    persona.person.say(persona.chat, "Paris is big.", origin=BO)
    await until_asked(harness, 2)
    await persona.until(lambda: persona.answers() == ["one two three four five"] * 2)

    assert last_asked(harness)[0] == "Is that treu?"
    assert "Paris is big." in last_asked(harness)[-1]


async def test_pieces_before_the_first_word_survive_a_kill(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_harness.private()
    harness.wanjie.script.answer = lambda _: "one two three"
    harness.wanjie.script.hold_after = 0
    process = await harness.start()
    await harness.ready()
    persona.person.say(persona.chat, "true?")
    await until_asked(harness, 1)
    persona.person.say(persona.chat, "big", origin=BO)
    await until_asked(harness, 2)
    await harness.kill(process)
    harness.wanjie.script.hold_after = None
    await harness.start()
    await says(persona, "one two three")
    await persona.say("next")
    await until_asked(harness, 4)

    both = "⟦forwarded from Bo⟧\n> big\n\ntrue?"
    assert [messages[-1]["content"] for messages in asked(harness)] == ["true?", both, both, "next"]


async def test_an_edited_question_counts_as_edited_until_its_answer_begins(harness: ServiceHarness) -> None:
    persona = harness.private()
    harness.wanjie.script.answer = echo
    harness.wanjie.script.hold_after = 0
    first = persona.person.say(persona.chat, "frist")
    await until_asked(harness, 1)
    second = persona.person.say(persona.chat, "secnd")
    persona.person.edit(second, "sceond")
    persona.person.edit(second, "second")
    persona.person.edit(first, "first")
    await until_asked(harness, 2)
    await until_taken(harness)
    harness.wanjie.script.hold_after = None
    await says(persona, "answer to second")
    persona.person.edit(second, "third")
    await persona.say("the end")
    await says(persona, "answer to the end")

    assert [messages[-1]["content"] for messages in asked(harness)] == ["frist", "first", "second", "the end"]
    assert persona.answers() == ["answer to first", "answer to second", "answer to the end"]


async def test_a_slack_message_sent_in_pieces_is_one_question(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda messages: "answer to the end" if "the end" in str(messages[-1]) else "answer"
    lin, bea, channel = harness.direct(), harness.slack.user("Bea"), harness.slack.channel("plans")
    root = await bea.say(channel, "Which words?")
    harness.wanjie.script.hold_after = 0
    await lin.user.paste(lin.channel, PASTED)
    await until_question(harness, lambda message: words(message) == PASTED)
    harness.wanjie.script.hold_after = None
    await says(lin, "answer")
    harness.wanjie.script.hold_after = 0
    file = lin.user.file("plan.txt", b"the plan", mimetype="text/plain")
    await lin.user.say(lin.channel, "", files=[file])
    await lin.say(f"What does it say, <@{bea.id}>?")
    await until_question(harness, lambda message: "plan" in words(message) and "it say" in words(message))
    harness.wanjie.script.hold_after = None
    await lin.until(lambda: lin.answers() == ["answer", "answer"])
    pasted, filed, _ = await questions(harness, lin)
    harness.wanjie.script.hold_after = 0
    await bea.paste(channel, f"{harness.slack.mention} {PASTED}", thread_ts=root.ts)
    await until_question(harness, lambda message: "Bea: " in words(message) and words(message).endswith("word1499"))
    harness.wanjie.script.hold_after = None
    await harness.slack.wait_for(lambda: "answer" in "".join(harness.slack.texts(channel, root.ts)))
    called = asked(harness)[-1][-1]["content"]

    assert pasted == PASTED
    assert "the plan" in filed
    assert filed.endswith("What does it say, @Bea?")
    assert called == f"Bea: > Which words?\n\n  {PASTED}"


async def test_an_edited_question_in_slack_counts_as_edited_until_its_answer_begins(harness: ServiceHarness) -> None:
    persona = harness.direct()
    harness.wanjie.script.answer = echo
    harness.wanjie.script.hold_after = 0
    first = await persona.user.say(persona.channel, "frist")
    await until_asked(harness, 1)
    second = await persona.user.say(persona.channel, "secnd")
    third = await persona.user.say(persona.channel, "!systm Be brief.")
    await persona.user.edit(second, "sceond")
    await persona.user.edit(second, "second")
    await persona.user.edit(third, "!system Be brief.")
    await persona.user.edit(first, "first")
    await until_asked(harness, 2)
    await until_taken(harness)
    harness.wanjie.script.hold_after = None
    await says(persona, "answer to second")
    await persona.user.edit(second, "third")
    await persona.say("fourth")
    await says(persona, "answer to fourth")

    assert [messages[-1]["content"] for messages in asked(harness)] == ["frist", "first", "second", "fourth"]
    assert asked(harness)[-1][0]["content"].startswith("Be brief.")


async def test_an_answer_is_started_five_times_at_most(harness: ServiceHarness) -> None:
    persona = harness.private()
    harness.wanjie.script.answer = echo
    harness.wanjie.script.hold_after = 0
    question = persona.person.say(persona.chat, "version 1")
    for number in range(2, 8):
        await until_asked(harness, min(number - 1, 5))
        persona.person.edit(question, f"version {number}")
    await until_taken(harness)
    harness.wanjie.script.hold_after = None
    await says(persona, "answer to version 5")
    await persona.say("the end")
    await says(persona, "answer to the end")

    assert len(asked(harness)) == 6


async def test_a_long_text_in_a_channel_is_one_question_in_one_thread(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "one answer"
    harness.wanjie.script.hold_after = 0
    bea, cy, channel = harness.slack.user("Bea"), harness.slack.user("Cy"), harness.slack.channel("plans")
    mention = harness.slack.mention
    with_mention = f"{PASTED[:4100]} {mention} {PASTED[4100:]}"
    pasted = [await bea.paste(channel, f"{mention} {PASTED}"), await cy.paste(channel, f"{mention} {with_mention}")]
    for name in ("Bea: ", "Cy: "):
        await until_question(
            harness, lambda message, name=name: words(message).startswith(name) and words(message).endswith("word1499")
        )
    harness.wanjie.script.hold_after = None
    for first, *_ in pasted:
        await harness.slack.wait_for(lambda ts=first.ts: "one answer" in "".join(harness.slack.texts(channel, ts)))
    questions = {messages[-1]["content"] for messages in asked(harness)}

    assert f"Bea: {PASTED}" in questions
    assert any(question.startswith("Cy: word0 ") and question.endswith("word1499") for question in questions)
    assert not [text for _, *later in pasted for one in later for text in harness.slack.texts(channel, one.ts)[1:]]
