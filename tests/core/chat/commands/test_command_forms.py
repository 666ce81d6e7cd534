"""What a filled form gives its command, and replies to questions that do the same."""

from collections.abc import Mapping

import pytest

from core.chat.commands import COMMANDS, parse_command
from core.chat.commands.command_forms import FORMS, FormRequest, Translate
from core.chat.port.forms import MAX_TEXT_LENGTH, MAX_TITLE_LENGTH, ChoiceField, Submission, TextField
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.text.translations import Translations
from core.chat.text.user_error import UserFacingError
from core.store import ChatPreferences

CHAT = ChatRef("sl", "T1", "C1", "1.2")
SENTENCES = Translations()


def event(command: str = "", **fields: object) -> Incoming:
    return Incoming(CHAT, "x1.1", "1.3", Sender("U1"), command=command, **fields)  # pyright: ignore[reportArgumentType]


def speak(language: str) -> Translate:
    """Return the sentences of a language, as forms get them."""

    def say(key: str, /, **values: object) -> str:
        return SENTENCES.plain_text(key, language, **values)

    return say


@pytest.mark.parametrize(
    ("command", "values", "argument"),
    [
        ("imagine", {"prompt": " a fox ", "ratio": "1:1", "count": "1"}, "a fox"),
        ("imagine", {"prompt": "a fox", "ratio": "16:9", "count": "3"}, "a fox --ar 16:9 --n 3"),
        ("system", {"text": "Be brief.", "clear": ""}, "Be brief."),
        ("system", {"text": "Be brief.", "clear": "on"}, "off"),
        ("ask", {"question": "why?"}, "why?"),
        ("translate", {"language": "ja"}, "ja:"),
        ("translate", {"language": "ja", "text": "See you"}, "ja: See you"),
        ("of_another_version", {"text": "x"}, ""),
    ],
)
def test_a_filled_form_is_the_argument_of_its_command(command: str, values: Mapping[str, str], argument: str) -> None:
    read = parse_command(event(command, submission=Submission(values, "")))

    assert (read.command, read.text) == (command, argument)


@pytest.mark.parametrize(
    ("command", "argument"), [("imagine", ""), ("imagine", "x --n 9"), ("system", ""), ("ask", "")]
)
def test_an_argument_that_the_command_would_refuse_is_refused_in_the_form(command: str, argument: str) -> None:
    with pytest.raises(UserFacingError):
        FORMS[command].check(argument)


@pytest.mark.parametrize("language", SENTENCES.languages)
@pytest.mark.parametrize("command", FORMS)
def test_forms_keep_to_their_limits_in_every_language(command: str, language: str) -> None:
    asked = event(command, quoted="" if command in {"imagine", "system"} else "See you")
    form = FORMS[command].build(FormRequest(asked, ChatPreferences(system="Be brief."), language, speak(language)))

    assert form is not None
    assert all(0 < len(label) <= MAX_TITLE_LENGTH for label in (form.title, form.submit, form.cancel))
    assert FORMS[command].checked_field in {field.name for field in form.fields}
    for field in form.fields:
        assert not isinstance(field, TextField) or len(field.placeholder) <= 150
        assert not isinstance(field, ChoiceField) or sum(option.current for option in field.options) == 1


def test_instructions_that_no_field_can_hold_have_no_form() -> None:
    long = ChatPreferences(system="x" * (MAX_TEXT_LENGTH + 1))

    assert FORMS["system"].build(FormRequest(event("system"), long, "en", speak("en"))) is None


@pytest.mark.parametrize("language", SENTENCES.languages)
@pytest.mark.parametrize("command", ["imagine", "system", "translate"])
def test_a_reply_to_the_question_for_an_argument_is_that_argument(command: str, language: str) -> None:
    question = SENTENCES.plain_text(f"ask.{command}", language)
    reply = event(text="a red fox", quoted=question, quoted_author="you")
    by_another = event(text="a red fox", quoted=question, quoted_author="Ann")

    assert (parse_command(reply).command, parse_command(reply).text, parse_command(reply).quoted) == (
        command,
        "a red fox",
        "",
    )
    assert parse_command(by_another).command == ""
    assert parse_command(event(text="/stop", quoted=question, quoted_author="you")).command == "stop"


def test_every_form_belongs_to_a_command() -> None:
    assert FORMS.keys() <= {command.name for command in COMMANDS}
