"""What a platform may show around a conversation (prompts, a name, a page, that a stop is done), and of its thread."""

from __future__ import annotations

from core.chat.port.discussion import Discussion
from core.chat.port.home import HomeSection
from core.chat.port.menus import Menu, Option
from tests.contracts.scene import Scene

MENU = Menu("language", "Which language?", (Option("English", "en", current=True), Option("中文", "zh")))


async def test_prompts_a_name_a_stop_and_a_page_never_fail_and_leave_no_message(scene: Scene) -> None:
    shown = scene.case.persona.answers()

    assert await scene.outbox.suggest_prompts(["What can you do?"]) in {True, False}
    await scene.outbox.set_title("Names of branches")
    await scene.outbox.confirm_stop()
    await scene.outbox.show_home([HomeSection("Settings", ("All *choices*", MENU))])
    assert scene.case.persona.answers() == shown


async def test_an_answer_is_shown_whole_after_them(scene: Scene) -> None:
    await scene.outbox.set_title("Names of branches")
    await scene.outbox.confirm_stop()
    await scene.outbox.send_text("The whole answer")

    assert scene.case.persona.answers()[-1] == "The whole answer"


async def test_nothing_stands_in_a_thread_before_the_message_that_begins_it(scene: Scene) -> None:
    assert await scene.outbox.read_discussion(newest=10) == Discussion()
