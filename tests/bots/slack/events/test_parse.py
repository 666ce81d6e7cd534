# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Events of Slack as the core reads them."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.slack.events.menu_search import read_search
from bots.slack.events.mrkdwn_to_text import parse_mrkdwn
from bots.slack.events.parse import find_ignored_app, read_edit, read_part
from bots.slack.events.parse import read_event as read_for
from bots.slack.events.reply_target import ReplyTarget
from bots.slack.events.workspace_context import WorkspaceContext
from core.chat.port.incoming import Attachment, ChatRef, Choice, Incoming, Sender
from tests.bots.slack.payloads import BOT, TEAM, URL, action, command, direct, event, shortcut, stored


def read_event(payload: bytes, bot: str, *apps: str) -> Incoming | None:
    return read_for(payload, WorkspaceContext(bot=bot, apps=frozenset(apps)))


def _read(payload: bytes) -> Incoming:
    found = read_event(payload, BOT)
    assert found is not None
    return found


def test_direct_messages_share_one_conversation_and_are_answered_in_their_thread() -> None:
    top, inside = _read(direct()), _read(direct(thread_ts="50.1"))

    assert top.chat == inside.chat == ChatRef("sl", TEAM, "D1")
    assert (top.thread, inside.thread) == ("100.5", "50.1")
    assert top.direct
    assert top.addressed
    assert not top.mentioned


def test_a_mention_starts_a_thread_of_its_own() -> None:
    found = _read(event(text="<@UBOT> what is 1 &lt; 2?"))

    assert found.chat == ChatRef("sl", TEAM, "C1", "100.5")
    assert found.thread == "100.5"
    assert found.text == "what is 1 < 2?"
    assert found.addressed
    assert found.mentioned
    assert not found.direct
    assert (found.message_id, found.sender.id) == ("100.5", "U1")


def test_a_mention_is_read_from_its_message_event_with_files() -> None:
    files = [{"id": "F1", "name": "a.png", "mimetype": "image/png"}]
    message = _read(event(text="<@UBOT> hi", subtype="file_share", files=files))

    assert message.attachments == (Attachment("image", "F1", "a.png", "image/png"),)
    assert read_event(event(text="<@UBOT> hi", type="app_mention", channel_type=None), BOT) is None


def _edit(before: str, after: str) -> bytes:
    message = {"type": "message", "user": "U1", "ts": "100.5", "thread_ts": "50.1"}
    texts = {"previous_message": {**message, "text": before}, "message": {**message, "text": after}}
    return event(subtype="message_changed", hidden=True, ts="101.0", user=None, text=None, **texts)


def test_an_edit_that_adds_a_mention_is_read_as_the_message() -> None:
    assert _read(_edit("hi", "<@UBOT> hi")) == _read(event(text="<@UBOT> hi", thread_ts="50.1"))


@pytest.mark.parametrize(("before", "after"), [("<@UBOT> hi", "<@UBOT> ho"), ("hi", "ho"), ("<@UBOT> hi", "hi")])
def test_other_edits_are_read_as_edits(before: str, after: str) -> None:
    home = WorkspaceContext(bot=BOT)
    added = read_edit(_edit(before, after), home)
    message = _read(event(text=after, thread_ts="50.1"))

    assert read_event(_edit(before, after), BOT) is None
    assert added == replace(message, event_id="e101.0", edits="100.5", wait_seconds=0.0)


def _reactions(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    message = {"type": "message", "user": "U1", "ts": "100.5", "text": "hi"}
    return {"subtype": "message_changed", "previous_message": message, "message": {**message, **fields}}


@pytest.mark.parametrize(
    "payload",
    [
        direct(),
        _edit("hi", "<@UBOT> hi"),
        direct(**_reactions(reply_count=1, reactions=[{"name": "eyes"}])),
        direct(**_reactions(user=BOT, text="an answer")),
        direct(**_reactions(subtype="tombstone", user="USLACKBOT", text="This message was deleted.")),
        event(**_reactions(text="what nobody asked the bot")),
        command("/model"),
    ],
)
def test_events_other_than_relevant_edits_are_not_read_as_edits(payload: bytes) -> None:
    assert read_edit(payload, WorkspaceContext(bot=BOT)) is None


_FILE = {"id": "F1", "name": "a.png", "mimetype": "image/png"}


@pytest.mark.parametrize(
    ("message", "wait_seconds", "cut_separator"),
    [
        (direct(), 0.0, None),
        (direct(text="", files=[_FILE]), 0.0, None),
        (direct(text="x" * 2999), 0.0, None),
        (direct(text="x" * 3990), 0.0, "\n"),
        (direct(text="x" * 4000), 0.5, ""),
        (direct(text="x" * 3999 + " "), 0.5, " "),
        (event(text=f"<@UBOT> {'x' * 4000}"), 0.5, ""),
    ],
)
def test_a_text_of_maximum_length_waits_for_more_pieces(
    message: bytes, wait_seconds: float, cut_separator: str | None
) -> None:
    found = _read(message)

    assert (found.sent, found.wait_seconds, found.cut_separator) == (100, wait_seconds, cut_separator)


def test_a_text_piece_keeps_its_leading_blank() -> None:
    assert _read(direct(text=" and so on")).text == " and so on"


def test_a_follow_up_in_a_thread_is_read_as_not_addressed() -> None:
    found = _read(event(thread_ts="50.1"))

    assert found.chat == ChatRef("sl", TEAM, "C1", "50.1")
    assert not found.addressed
    assert not found.mentioned


def test_a_mention_of_others_matters_only_without_the_bot() -> None:
    both, code = event(text="<@U7> <@UBOT> hi", thread_ts="5.1"), event(text="why `<@U7>`?", thread_ts="50.1")
    unknown = stored("events_api", json.loads(event(text="<@U7> hi", thread_ts="5.1"))["payload"], bot="")

    assert not _read(code).addressed
    assert _read(both).addressed
    assert _read(direct(text="<@U7> is late")).text == "@U7 is late"
    assert read_event(unknown, "") is not None


@pytest.mark.parametrize(
    "payload",
    [
        event(),
        event(channel="G1", channel_type="mpim"),
        event(text="<@U7> hi"),
        event(text="<@U7> can you look at this?", thread_ts="50.1"),
        event(text=" <@W7|bob>, can you?", thread_ts="50.1"),
        direct(subtype="message_changed"),
        direct(subtype="message_deleted"),
        direct(subtype="channel_join"),
        direct(subtype="bot_message"),
        direct(bot_id="B9"),
        direct(user=BOT),
        direct(user="USLACK"),
        direct(user=None),
        direct(type="reaction_added"),
        stored("events_api", {"type": "event_callback", "team_id": TEAM, "event": {"type": "tokens_revoked"}}),
        stored("hello", {}),
        stored("interactive", {"type": "view_submission", "user": {"id": "U1"}, "team": {"id": TEAM}}),
        stored("slash_commands", {}),
        b'{"type": "events_api", "payload": null}',
    ],
)
def test_irrelevant_events_are_ignored(payload: bytes) -> None:
    assert read_event(payload, BOT) is None


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_message_subtypes_with_text_are_read(subtype: str) -> None:
    assert _read(direct(subtype=subtype)).text == "hi"


def test_the_bot_id_comes_from_the_stored_event_the_installation_or_the_platform() -> None:
    message: dict[str, Any] = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.0", "text": "<@UX> hi"}
    body: dict[str, Any] = {"type": "event_callback", "team_id": TEAM, "event": message}
    installed = {**body, "authorizations": [{"team_id": TEAM, "user_id": "UX"}]}

    assert _read(stored("events_api", body, bot="UX")).text == "hi"
    assert read_event(stored("events_api", installed, bot=""), "UY") is not None
    assert read_event(stored("events_api", body, bot=""), "UX") is not None
    assert read_event(stored("events_api", body, bot=""), "UY") is None


def test_files_become_attachments() -> None:
    files = [
        {"id": "F1", "name": "a.png", "mimetype": "image/png", "size": 7, "mode": "hosted"},
        {"id": "F2", "subtype": "slack_audio", "mimetype": "audio/webm"},
        {"id": "F3", "mimetype": "application/pdf", "name": "b.pdf"},
        {"id": "F4"},
        {"id": "F5", "mode": "tombstone"},
        {"id": "F6", "mode": "hidden_by_limit"},
    ]
    found = _read(direct(subtype="file_share", files=files, text=""))

    assert found.text == "[1 older file, hidden by the plan of the workspace]"
    assert found.attachments == (
        Attachment("image", "F1", "a.png", "image/png", 7),
        Attachment("voice", "F2", mime="audio/webm"),
        Attachment("document", "F3", "b.pdf", "application/pdf"),
        Attachment("other", "F4"),
    )


_CONNECTED = {"team_id": "T2", "context_team_id": TEAM, "authorizations": [{"team_id": TEAM, "user_id": BOT}]}


def _from_visitor(payload: bytes, **body: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Change the user to a visitor from the workspace T2, over Slack Connect."""
    kept = json.loads(payload)
    return json.dumps(kept | {"payload": kept["payload"] | body, "team": TEAM}).encode()


_VISITOR = {"id": "U9", "team_id": "T2"}
_AT = {"message_ts": "60.1", "channel_id": "C1", "thread_ts": "50.1"}


@pytest.mark.parametrize(
    "payload",
    [
        _from_visitor(event(text="<@UBOT> hi", thread_ts="50.1", user_team="T2"), **_CONNECTED),
        _from_visitor(action({"action_id": "menu:model", "value": "x"}, _AT), user=_VISITOR, team={"id": "T2"}),
        _from_visitor(shortcut("speak", {"ts": "60.1", "thread_ts": "50.1"}), user=_VISITOR, team={"id": "T2"}),
    ],
)
def test_a_visitor_s_action_belongs_to_the_workspace_of_the_token(payload: bytes) -> None:
    found = _read(payload)

    assert found.chat == ChatRef("sl", TEAM, "C1", "50.1")
    assert ReplyTarget.parse(found.reply_route).team == "T2"


@pytest.mark.parametrize("installed", [{"context_team_id": TEAM}, {"authorizations": [{"team_id": TEAM}]}])
def test_the_workspace_of_an_event_is_that_of_the_installation(installed: dict[str, Any]) -> None:
    message = json.loads(event(text="<@UBOT> hi"))["payload"] | {"team_id": "T2"} | installed

    assert _read(stored("events_api", message)).chat.account == TEAM


def test_a_visitor_s_command_and_search_belong_to_the_workspace_of_the_token() -> None:
    search = {
        "type": "block_suggestion",
        "action_id": "menu:model",
        "value": "g",
        "user": _VISITOR,
        "team": {"id": "T2"},
    }
    found = read_search(search | {"container": _AT}, WorkspaceContext(TEAM, BOT))

    assert _read(_from_visitor(command("/model"), team_id="T2")).chat == ChatRef("sl", TEAM, "C1")
    assert found is not None
    assert found.chat == ChatRef("sl", TEAM, "C1", "50.1")


def test_a_reply_target_of_a_visitor_is_parsed_from_its_string_form() -> None:
    routes = [
        ReplyTarget(URL, team="T2", button=True),
        ReplyTarget(team="T2"),
        ReplyTarget(URL, shortcut=True, unanswered_thread=True),
        ReplyTarget(URL),
    ]

    assert [ReplyTarget.parse(str(route)) for route in routes] == routes
    assert ReplyTarget.parse("team:T2") == ReplyTarget(team="T2")


def test_a_reply_below_the_bot_s_own_post_is_addressed_to_it() -> None:
    found = _read(event(thread_ts="50.1", parent_user_id=BOT))

    assert (found.addressed, found.replies_to_bot) == (True, True)
    assert not found.mentioned
    assert not _read(event(text="<@UBOT> hi", thread_ts="50.1", parent_user_id=BOT)).replies_to_bot
    assert read_event(event(text="<@U7> see above", thread_ts="50.1", parent_user_id=BOT), BOT) is None


@pytest.mark.parametrize(
    "text",
    [
        "<!here> lunch?",
        "lunch, <!channel>?",
        "<!everyone|everyone> hi",
        "<!subteam^S1|@team> deploy?",
        ":wave: <@U7> hi",
        "- <@W7> hi",
        "Hi <@U7>, can you look?",
        "thanks <@U7>!",
        "cc: <@U7>",
        "谢谢 <@U7>",
        "what do you think, <@U7>?",
        "你怎么看，<@U7>？",
        "I think <@U7> fixed it last week",
    ],
)
def test_a_message_that_mentions_others_alone_is_ignored(text: str) -> None:
    assert read_event(event(text=text, thread_ts="50.1"), BOT) is None
    assert _read(event(text=f"{text} <@UBOT>", thread_ts="50.1")).addressed


@pytest.mark.parametrize(
    ("text", "words"), [("<|> a", "a"), ("<|b> a", "b a"), ("`<|b>` a", "`b` a"), ("<@> a", "@ a")]
)
def test_an_entity_without_a_target_becomes_its_label(text: str, words: str) -> None:
    assert _read(direct(text=text)).text == words


@pytest.mark.parametrize(
    "text", ["what would <@U7> say?", "is this for me, or for <@U7>?", "tell me about tea, <@U7> likes it", "chi <@U7>"]
)
def test_the_rest_of_a_cut_text_may_mention_somebody_within_a_sentence(text: str) -> None:
    found = read_part(event(text=text), WorkspaceContext(bot=BOT))

    assert found
    assert found.text == text.replace("<@U7>", "@U7")
    assert read_part(event(text=f"<@U7> {text}"), WorkspaceContext(bot=BOT)) is None


def test_many_punctuation_marks_are_parsed_quickly() -> None:
    start = time.perf_counter()
    for sign in (":+", ":-", "*", "|", "<", ":a", "`", ", "):
        assert not _read(event(text=sign * 2_000 + "x", thread_ts="50.1")).addressed

    assert time.perf_counter() - start < 60.0  # a backtracking pattern would take years


def test_an_addressee_named_in_blocks_alone_is_recognized() -> None:
    section = {"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "here"}]}
    named = {
        "type": "rich_text_section",
        "elements": [{"type": "user", "user_id": BOT}, {"type": "text", "text": " hi"}],
    }
    blocks = [{"type": "rich_text", "elements": [section]}]

    assert read_event(event(text="", thread_ts="50.1", blocks=blocks), BOT) is None
    assert _read(event(text="", blocks=[{"type": "rich_text", "elements": [named]}])).text == "hi"


def test_slackbot_is_never_answered() -> None:
    assert read_event(direct(user="USLACKBOT"), BOT) is None
    assert read_event(event(user="USLACKBOT", text="<@UBOT> hi"), BOT) is None


_WORKFLOW = {"subtype": "bot_message", "bot_id": "B9", "app_id": "A9", "user": None, "username": "Standup"}


def test_an_allowed_app_that_names_the_bot_is_answered() -> None:
    called = event(text="<@UBOT> sum up", **_WORKFLOW)
    found = [read_event(called, BOT, allowed) for allowed in ("B9", "A9", "*")]

    assert [one and one.sender for one in found] == [Sender("B9", "Standup")] * 3
    assert read_event(called, BOT, "B8") is None
    assert read_event(event(text="sum up", thread_ts="50.1", **_WORKFLOW), BOT, "*") is None


def test_a_post_in_a_user_s_name_is_attributed_to_the_app() -> None:
    posted = event(text="<@UBOT> hi", bot_id="B9", app_id="A9")

    assert read_event(posted, BOT) is None
    assert read_event(posted, BOT, "A9") is not None


def test_a_forbidden_app_that_names_the_bot_is_reported_to_the_operator() -> None:
    called = json.loads(event(text="<@UBOT> sum up", **_WORKFLOW))["payload"]
    aside, human = (json.loads(event(**fields))["payload"] for fields in (_WORKFLOW, {"text": "<@UBOT> hi"}))

    assert find_ignored_app(called, WorkspaceContext(TEAM, BOT)) == {"B9", "A9"}
    assert not find_ignored_app(called, WorkspaceContext(TEAM, BOT, frozenset({"B9"})))
    assert not find_ignored_app(aside, WorkspaceContext(TEAM, BOT))
    assert not find_ignored_app(human, WorkspaceContext(TEAM, BOT))


def test_the_bot_never_answers_its_own_app() -> None:
    own = json.loads(event(text="<@UBOT> hi", **_WORKFLOW))["payload"] | {"api_app_id": "A9"}

    assert read_event(stored("events_api", own), BOT, "*") is None


def test_a_me_message_is_read_only_if_it_addresses_the_bot() -> None:
    assert _read(event(text="asks <@UBOT> for help", subtype="me_message")).text == "asks for help"
    assert _read(direct(text="waves", subtype="me_message")).text == "waves"
    assert read_event(event(text="waves", subtype="me_message", thread_ts="50.1"), BOT) is None


def test_a_forward_is_read_as_the_quote() -> None:
    shared = {
        "is_share": True,
        "author_name": "Bob",
        "text": "Ask <@U8>.",
        "files": [{"id": "F1", "mimetype": "image/png"}],
    }
    found = _read(direct(text="", attachments=[shared]))

    assert (found.text, found.quoted) == ("", "Forwarded from Bob:\nAsk @U8.")
    assert found.quoted_attachments == (Attachment("image", "F1", mime="image/png"),)
    assert found.named == ("@U8",)


def test_a_visitor_of_a_shared_channel_keeps_their_workspace() -> None:
    visitor = _read(event(text="<@UBOT> hi", user_team="T2"))

    assert visitor.chat.account == TEAM
    assert ReplyTarget.parse(visitor.reply_route) == ReplyTarget(team="T2")
    assert _read(event(text="<@UBOT> hi", user_team="E2")).reply_route == ""
    assert _read(event(text="<@UBOT> hi", user_team=TEAM)).reply_route == ""


def test_a_slash_command_belongs_to_the_channel() -> None:
    found = _read(command("/Model", " gpt &amp; co "))

    assert found.command == "model"
    assert found.text == "gpt & co"
    assert found.chat == ChatRef("sl", TEAM, "C1")
    assert found.thread == ""
    assert found.event_id == "c9.8.x"
    assert ReplyTarget.parse(found.reply_route) == ReplyTarget(URL)
    assert not found.direct


def test_a_slash_command_in_a_direct_message_belongs_to_its_conversation() -> None:
    found = _read(command("/new", channel_id="D1"))

    assert found.chat == _read(direct()).chat
    assert found.direct


def test_a_command_with_an_exclamation_mark_is_read_as_text() -> None:
    assert _read(direct(text="!model gpt")).text == "!model gpt"


def test_a_pressed_button_is_read_as_a_choice() -> None:
    pressed = {"action_id": "menu:model:3", "value": "gpt", "action_ts": "7.7"}
    container = {"type": "message", "message_ts": "60.1", "channel_id": "C1", "thread_ts": "50.1"}
    found = _read(action(pressed, container, message={"ts": "60.1", "thread_ts": "50.1"}))

    assert found.choice == Choice("model", "gpt")
    assert found.chat == ChatRef("sl", TEAM, "C1", "50.1")
    assert (found.message_id, found.thread, found.event_id) == ("60.1", "50.1", "a7.7")
    assert ReplyTarget.parse(found.reply_route) == ReplyTarget(URL)


def test_a_pick_from_an_ephemeral_list_is_a_choice_for_the_channel() -> None:
    picked = {"action_id": "menu:model", "selected_option": {"value": "x"}, "action_ts": "7.8"}
    found = _read(action(picked, {"message_ts": "60.1", "channel_id": "C1", "is_ephemeral": True}))

    assert found.choice == Choice("model", "x")
    assert found.chat == ChatRef("sl", TEAM, "C1")
    assert found.thread == ""


def test_a_pick_in_a_direct_message_belongs_to_its_conversation() -> None:
    picked = {"action_id": "menu:model", "selected_option": {"value": "x"}, "action_ts": "7.8"}
    found = _read(action(picked, {"message_ts": "60.1", "channel_id": "D1", "thread_ts": "50.1"}))

    assert found.chat == ChatRef("sl", TEAM, "D1")
    assert found.thread == "50.1"
    assert found.direct


@pytest.mark.parametrize("picked", [{"action_id": "other", "value": "x"}, {"action_id": "menu:model"}, {}])
def test_other_actions_are_ignored(picked: dict[str, Any]) -> None:
    assert read_event(action(picked, {"channel_id": "C1"}), BOT) is None


def test_slack_s_stop_button_is_read_as_the_stop_command() -> None:
    found = _read(event(type="agent_session_stopped", thread_ts="50.1", event_ts="9.9", ts=None))
    private = _read(event(type="agent_session_stopped", channel="D1", thread_ts="50.1", event_ts="9.9"))

    assert found.command == "stop"
    assert found.chat == ChatRef("sl", TEAM, "C1", "50.1")
    assert private.chat == ChatRef("sl", TEAM, "D1")
    assert private.direct


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<@UBOT>", ""),
        ("<@UBOT>: hello", "hello"),
        ("<@UBOT|wanjie> hello", "hello"),
        ("hello <@UBOT> there", "hello there"),
        ("hello <@UBOT>", "hello"),
        ("ask <@U7> and <@U8|Ann>", "ask @U7 and @Ann"),
        ("see <#C1|general> or <#C2>", "see #general or #C2"),
        ("<!here> <!subteam^S1|@team> <!date^1^x|noon>", "@here @team noon"),
        ("<!subteam^S1> <!subteam>", "@group @group"),
        ("<https://x.y/z>", "https://x.y/z"),
        ("<https://x.y/z|the page>", "the page (https://x.y/z)"),
        ("<https://x.y|https://x.y>", "https://x.y"),
        ("<mailto:a@b.c|a@b.c> <tel:123|123>", "a@b.c 123"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("line\n<@UBOT> next", "line\nnext"),
        ("<@UBOT> :tada: hi", ":tada: hi"),
        ("<@UBOT>，你好", "你好"),
        ("<@UBOT|bot>:\n- one", "- one"),
        ("what is <@UBOT>'s limit?", "what is @UBOT's limit?"),
        ("<!date^1770000000^{date}> <!subteam^S1>", "2026-02-02 02:40 UTC @group"),
        ("<http://www.example.com|www.example.com>", "www.example.com"),
        ("", ""),
    ],
)
def test_mrkdwn_becomes_plain_text(text: str, plain: str) -> None:
    assert parse_mrkdwn(text, BOT).text == plain
    assert parse_mrkdwn(text, BOT).mentions_bot == ("<@UBOT" in text)


@given(st.text())
def test_escaped_text_is_unescaped(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert parse_mrkdwn(escaped, BOT).text == text.strip()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(
    st.sampled_from(["events_api", "slash_commands", "interactive"]),
    st.dictionaries(
        st.sampled_from(["event", "team_id", "team", "user", "actions", "container", "command", "channel", "type"]),
        _json,
    ),
)
def test_malformed_payloads_do_not_raise(kind: str, payload: dict[str, Any]) -> None:
    found = read_event(json.dumps({"type": kind, "payload": payload}).encode(), BOT)

    assert found is None or found.chat.platform == "sl"


def _deletion(**message: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return the event of a deleted message."""
    before = {"type": "message", "user": "U1", "ts": "100.5", "text": "<@UBOT> hi", **message}
    return {"subtype": "message_deleted", "hidden": True, "ts": "101.0", "event_ts": "101.0", "deleted_ts": "100.5"} | {
        "previous_message": before
    }


_TOMBSTONE = {"subtype": "message_changed", "message": {"subtype": "tombstone", "user": "USLACKBOT", "ts": "100.5"}}


@pytest.mark.parametrize("tombstone", [{}, _TOMBSTONE])
def test_a_deletion_refers_to_the_event_of_the_deleted_message(tombstone: dict[str, Any]) -> None:
    question, found = _read(event(text="<@UBOT> hi")), _read(event(**(_deletion() | tombstone)))

    assert (found.deleted, found.chat, found.addressed) == (question.event_id, question.chat, True)
    assert (found.text, found.mentioned, found.event_id) == ("", False, "d101.0")


@pytest.mark.parametrize("message", [{"text": "hi"}, {"user": BOT}, {"user": "USLACKBOT"}])
def test_a_deletion_of_an_irrelevant_message_is_ignored(message: dict[str, Any]) -> None:
    assert read_event(event(**_deletion(**message)), BOT) is None


def test_the_bot_joining_a_channel_is_an_event_of_the_channel() -> None:
    joined = {"type": "member_joined_channel", "channel_type": "C", "inviter": "U1", "event_ts": "7.5"}

    assert read_event(event(**joined, user=BOT), "") == Incoming(
        chat=ChatRef("sl", TEAM, "C1"), event_id="j7.5", message_id="7.5", sender=Sender("U1"), added=True
    )
    assert read_event(event(**joined, user="U2"), "") is None


def test_the_bot_leaving_a_channel_is_an_event_of_the_channel() -> None:
    left = {"type": "member_left_channel", "channel_type": "C", "event_ts": "7.5"}

    assert read_event(event(**left, user=BOT), "") == Incoming(
        chat=ChatRef("sl", TEAM, "C1"), event_id="l7.5", message_id="7.5", sender=Sender(""), removed=True
    )
    assert read_event(event(**left, user="U2"), "") is None
