# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Who writes on Telegram, and where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.text.entity import Entity
from tests.core.chat.sent_files import picture
from tests.core.chat.video_files import make_video
from tests.scenarios.button_steps import AGAIN
from tests.scenarios.conversation_steps import asked, says
from tests.scenarios.request_steps import VISION_MODEL, pictures, words


async def test_a_user_who_writes_as_a_channel_can_press_the_buttons(harness: ServiceHarness) -> None:
    persona = harness.group()
    channel = harness.telegram.channel("News")
    harness.wanjie.script.answer = lambda _: "one answer"
    persona.person.say(persona.chat, "@wanjie_bot why?", sender_chat=channel)
    await says(persona, "one answer")
    await persona.until(lambda: any(AGAIN in label for label in persona.buttons()))
    harness.wanjie.script.answer = lambda _: "another answer"
    await persona.press(AGAIN)

    await says(persona, "another answer")


async def test_every_visible_content_is_read_with_its_author(harness: ServiceHarness) -> None:
    persona = harness.group()
    bo = harness.telegram.user(555, "Bo")
    harness.wanjie.script.answer = lambda messages: f"answer {len(messages)}."
    article = bo.say(persona.chat, "Read the article", entities=(Entity("text_link", 9, 7, "https://a.example/x"),))
    persona.person.say(persona.chat, "@wanjie_bot，真的吗", reply_to=article)
    await says(persona, "answer 2.")
    poll: dict[str, Any] = {"id": "1", "question": "Where to?", "options": [{"text": "Home", "voter_count": 2}]}
    persona.person.say(persona.chat, "@wanjie_bot vote", reply_to=bo.send_content(persona.chat, {"poll": poll}))
    await says(persona, "answer 4.")
    sticker = {"sticker": {"file_id": "s", "emoji": "😂"}}
    persona.person.send_content(persona.chat, sticker, reply_to=harness.telegram.messages(persona.chat.id)[-1])
    persona.person.say(persona.chat, "@wanjie_bot next")
    await says(persona, "answer 6.")

    assert [messages[-1]["content"] for messages in asked(harness)] == [
        "Ada: ⟦in reply to Bo⟧\n  > Read the article (https://a.example/x)\n\n  真的吗",
        "Ada: ⟦in reply to Bo⟧\n  > [poll] Where to?\n  > - Home (2 votes)\n\n  vote",
        "Ada: next",
    ]


async def test_a_video_note_is_transcribed(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_harness.private()
    harness.wanjie.script.models += ("SenseVoiceSmall",)
    harness.wanjie.script.transcript = lambda _: "what is the time"
    harness.wanjie.script.answer = lambda _: "noon"
    await harness.start(WANJIE_TRANSCRIBE_MODEL="SenseVoiceSmall")
    await harness.ready()
    persona.person.send_video(persona.chat, make_video(2), note=True)
    await says(persona, "noon")

    assert asked(harness)[-1][-1]["content"] == "what is the time"


async def test_a_rich_message_is_read_with_its_pictures_and_code(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_harness.private()
    harness.wanjie.script.answer = lambda _: "it is f of x"
    await harness.start(WANJIE_DEFAULT_MODEL=VISION_MODEL)
    await harness.ready()
    unasked = persona.person.send_photo(harness.group().chat, picture(100, 80))
    blocks: list[dict[str, Any]] = [
        {"type": "paragraph", "text": ["what does ", {"type": "code", "text": "f(x)"}, " mean?"]},
        {"type": "photo", "photo": unasked.attachment["photo"]},
    ]
    persona.person.send_content(persona.chat, {"rich_message": {"blocks": blocks}})
    await says(persona, "it is f of x")

    assert pictures(asked(harness)[-1][-1]) == [(100, 80)]
    assert "what does `f(x)` mean?" in words(asked(harness)[-1][-1])


async def test_an_animation_is_described_to_the_model(harness: ServiceHarness) -> None:
    persona = harness.group()
    bo = harness.telegram.user(555, "Bo")
    harness.wanjie.script.answer = lambda _: "I cannot see it."
    gif = bo.send_content(persona.chat, {"animation": {"file_id": "g"}, "document": {"file_id": "g"}})
    persona.person.say(persona.chat, "@wanjie_bot what is this?", reply_to=gif)
    await says(persona, "I cannot see it.")

    assert asked(harness)[-1][-1]["content"] == "Ada: [unreadable attachment: animation]\n\n  what is this?"


async def test_all_that_a_comment_sets_going_stands_below_the_channel_s_post(harness: ServiceHarness) -> None:
    persona, sim = harness.group(), harness.telegram
    post = sim.publish(sim.channel("News"), persona.chat, "14 May")
    harness.wanjie.script.answer = lambda _: "one answer"
    persona.person.say(persona.chat, "@wanjie_bot why?", reply_to=post)
    await persona.until(lambda: any(AGAIN in label for label in persona.buttons()))
    harness.wanjie.script.answer = lambda _: "another answer"
    await persona.press(AGAIN)
    await says(persona, "another answer")
    for command in ("/speak hello", "/imagine a fox --size 64x64 --n 2", "/new", "/model"):
        name, _, argument = command.partition(" ")
        persona.person.say(persona.chat, f"{name}@wanjie_bot {argument}", reply_to=post)
    await says(persona, "Which model")
    await persona.until(lambda: len(persona.posts()) == 2)

    ours = [message for message in sim.messages(persona.chat.id) if message.sender is sim.bot]
    assert len(ours) >= 7
    assert {message.thread for message in ours} == {post.id}


async def test_a_file_on_the_disk_of_a_local_server_is_read(harness: ServiceHarness, tmp_path: Path) -> None:
    persona = harness.private()
    harness.telegram.keep_files_in(str(tmp_path / "bot-api"))
    harness.wanjie.script.answer = lambda messages: f"read {'lighthouse' in str(messages)}"
    await persona.send(b"a lighthouse at dawn", "notes.txt", "text/plain", text="What is in it?")

    await says(persona, "read True")


async def test_another_bot_gets_no_answer(harness: ServiceHarness) -> None:
    persona = harness.group()
    other = harness.telegram.user(556, "Robo", username="robo_bot")
    other.user.is_bot = True
    harness.wanjie.script.answer = lambda _: "an answer"
    other.say(persona.chat, "@wanjie_bot who are you?")
    await persona.say("hello")
    await says(persona, "an answer")

    assert len(asked(harness)) == 1
