# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Who writes on Telegram, and where."""

from __future__ import annotations

from typing import Any

from bots.sandbox.harness import Stage
from bots.sandbox.telegram.text.entity import Entity
from tests.core.chat.films import filmed
from tests.core.chat.sending import picture
from tests.scenarios.pressing import AGAIN
from tests.scenarios.saying import asked, says
from tests.scenarios.test_files import EYES, pictures, words


async def test_whoever_writes_as_a_channel_can_press_the_buttons_of_their_answer(stage: Stage) -> None:
    seat = stage.group()
    channel = stage.telegram.channel("News")
    stage.wanjie.script.answer = lambda _: "one answer"
    seat.person.say(seat.chat, "@wanjie_bot why?", sender_chat=channel)
    await says(seat, "one answer")
    await seat.until(lambda: any(AGAIN in label for label in seat.buttons()))
    stage.wanjie.script.answer = lambda _: "another answer"
    await seat.press(AGAIN)

    await says(seat, "another answer")


async def test_all_that_is_seen_is_read_and_whose_words_they_are(stage: Stage) -> None:
    seat = stage.group()
    bo = stage.telegram.user(555, "Bo")
    stage.wanjie.script.answer = lambda messages: f"answer {len(messages)}."
    article = bo.say(seat.chat, "Read the article", entities=(Entity("text_link", 9, 7, "https://a.example/x"),))
    seat.person.say(seat.chat, "@wanjie_bot，真的吗", reply_to=article)
    await says(seat, "answer 2.")
    poll: dict[str, Any] = {"id": "1", "question": "Where to?", "options": [{"text": "Home", "voter_count": 2}]}
    seat.person.say(seat.chat, "@wanjie_bot vote", reply_to=bo.send_content(seat.chat, {"poll": poll}))
    await says(seat, "answer 4.")
    sticker = {"sticker": {"file_id": "s", "emoji": "😂"}}
    seat.person.send_content(seat.chat, sticker, reply_to=stage.telegram.messages(seat.chat.id)[-1])
    seat.person.say(seat.chat, "@wanjie_bot next")
    await says(seat, "answer 6.")

    assert [messages[-1]["content"] for messages in asked(stage)] == [
        "Ada: ⟦in reply to Bo⟧\n> Read the article (https://a.example/x)\n\n真的吗",
        "Ada: ⟦in reply to Bo⟧\n> [poll] Where to?\n> - Home (2 votes)\n\nvote",
        "Ada: next",
    ]


async def test_a_video_note_is_heard(empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_stage.private()
    stage.wanjie.script.models += ("SenseVoiceSmall",)
    stage.wanjie.script.transcript = lambda _: "what is the time"
    stage.wanjie.script.answer = lambda _: "noon"
    await stage.start(WANJIE_TRANSCRIBE_MODEL="SenseVoiceSmall")
    await stage.ready()
    seat.person.send_video(seat.chat, filmed(2), note=True)
    await says(seat, "noon")

    assert asked(stage)[-1][-1]["content"] == "what is the time"


async def test_a_rich_message_is_read_with_its_pictures_and_code(empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_stage.private()
    stage.wanjie.script.answer = lambda _: "it is f of x"
    await stage.start(WANJIE_DEFAULT_MODEL=EYES)
    await stage.ready()
    unasked = seat.person.send_photo(stage.group().chat, picture(100, 80))
    blocks: list[dict[str, Any]] = [
        {"type": "paragraph", "text": ["what does ", {"type": "code", "text": "f(x)"}, " mean?"]},
        {"type": "photo", "photo": unasked.attachment["photo"]},
    ]
    seat.person.send_content(seat.chat, {"rich_message": {"blocks": blocks}})
    await says(seat, "it is f of x")

    assert pictures(asked(stage)[-1][-1]) == [(100, 80)]
    assert "what does `f(x)` mean?" in words(asked(stage)[-1][-1])


async def test_a_picture_that_moves_is_named_to_the_model_that_is_asked_about_it(stage: Stage) -> None:
    seat = stage.group()
    bo = stage.telegram.user(555, "Bo")
    stage.wanjie.script.answer = lambda _: "I cannot see it."
    gif = bo.send_content(seat.chat, {"animation": {"file_id": "g"}, "document": {"file_id": "g"}})
    seat.person.say(seat.chat, "@wanjie_bot what is this?", reply_to=gif)
    await says(seat, "I cannot see it.")

    assert asked(stage)[-1][-1]["content"] == "Ada: [unreadable attachment: animation]\n\nwhat is this?"
