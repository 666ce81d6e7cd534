"""The forms of commands: what they ask for, and the argument that a filled one gives its command; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from core.chat.generation.image_options import MAX_PROMPT_LENGTH, parse_imagine
from core.chat.port.forms import CHECKED, MAX_TEXT_LENGTH, CheckField, ChoiceField, Form, TextField
from core.chat.port.incoming import Incoming
from core.chat.port.menus import Option
from core.chat.text.attribution import replace_marks
from core.chat.text.user_error import UserFacingError
from core.media.visible_text import strip_invisible
from core.store import ChatPreferences

from .translation_languages import LANGUAGES, find_language

_RATIOS = {
    "1:1": "form.square",
    "16:9": "form.wide",
    "9:16": "form.tall",
    "3:2": "form.landscape",
    "2:3": "form.portrait",
}
_COUNTS = ("1", "2", "3", "4")


class Translate(Protocol):
    """Returns a plain sentence in the language of the reader, by its key."""

    def __call__(self, key: str, /, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class FormRequest:
    """A command without its argument, and what its form is made from."""

    incoming: Incoming
    preferences: ChatPreferences
    """Those that hold in the chat."""
    locale: str
    """The language tag of whoever fills it in."""
    translate: Translate


@dataclass(frozen=True, slots=True)
class CommandForm:
    """The form of a command."""

    build: Callable[[FormRequest], Form | None]
    """Returns None where the command needs no form, or its form cannot hold what it should show."""
    write_argument: Callable[[Mapping[str, str]], str]
    check: Callable[[str], None]
    """Raises `UserFacingError` for an argument that the command would refuse."""
    checked_field: str
    """The name of the field to which that belongs."""


def _build_imagine(request: FormRequest) -> Form | None:
    incoming, say = request.incoming, request.translate
    if incoming.quoted or incoming.attachments or incoming.quoted_attachments:
        return None
    prompt = TextField(
        "prompt", say("form.prompt"), placeholder=say("form.prompt_example"), max_length=MAX_PROMPT_LENGTH
    )
    ratios = tuple(Option(say(key), ratio, current=ratio == "1:1") for ratio, key in _RATIOS.items())
    counts = tuple(Option(number, number, current=number == "1") for number in _COUNTS)
    fields = (prompt, ChoiceField("ratio", say("form.ratio"), ratios), ChoiceField("count", say("form.count"), counts))
    return Form(say("form.imagine"), say("form.draw"), say("form.cancel"), fields)


def _write_imagine(values: Mapping[str, str]) -> str:
    """Write the options as people type them; those of the prompt itself hold where the form has the defaults."""
    ratio, count = values.get("ratio", "1:1"), values.get("count", "1")
    options = (f" --ar {ratio}" if ratio != "1:1" else "") + (f" --n {count}" if count != "1" else "")
    return values.get("prompt", "").strip() + options


def _check_imagine(argument: str) -> None:
    parse_imagine(argument)


def _build_system(request: FormRequest) -> Form | None:
    say, now = request.translate, request.preferences.system or ""
    if len(now) > MAX_TEXT_LENGTH:
        return None
    text = TextField(
        "text", say("form.instructions"), now, placeholder=say("form.instructions_example"), required=False
    )
    clear = CheckField("clear", say("form.remove"), say("form.clear"))
    return Form(say("form.system"), say("form.save"), say("form.cancel"), (text, clear) if now else (text,))


def _write_system(values: Mapping[str, str]) -> str:
    return "off" if values.get("clear") == CHECKED else values.get("text", "").strip()


def _check_system(argument: str) -> None:
    if not strip_invisible(argument):
        raise UserFacingError("form.empty")


def _build_ask(request: FormRequest) -> Form | None:
    incoming, say = request.incoming, request.translate
    if not (incoming.quoted or incoming.quoted_attachments):
        return None
    question = TextField("question", say("form.question"))
    return Form(say("form.ask"), say("form.send"), say("form.cancel"), (question,), about=incoming.quoted)


def _check_ask(argument: str) -> None:
    if not strip_invisible(argument):
        raise UserFacingError("form.missing")


def _build_translate(request: FormRequest) -> Form:
    incoming, say = request.incoming, request.translate
    now = find_language(request.locale)
    options = tuple(Option(one.own, one.code, current=one == now) for one in LANGUAGES)
    language = ChoiceField("language", say("form.language"), options)
    fields = (language,) if incoming.quoted else (TextField("text", say("form.text")), language)
    return Form(say("form.translate"), say("form.translate"), say("form.cancel"), fields, about=incoming.quoted)


def _write_translate(values: Mapping[str, str]) -> str:
    return f"{values.get('language', '')}: {values.get('text', '')}".strip()


FORMS: Mapping[str, CommandForm] = {
    "imagine": CommandForm(_build_imagine, _write_imagine, _check_imagine, "prompt"),
    "system": CommandForm(_build_system, _write_system, _check_system, "text"),
    "ask": CommandForm(_build_ask, lambda values: values.get("question", "").strip(), _check_ask, "question"),
    "translate": CommandForm(_build_translate, _write_translate, lambda _: None, "language"),
}
"""By the names of their commands."""


def apply_submission(incoming: Incoming) -> Incoming:
    """Give the command of a filled form its argument; whatever is no form of this version is returned as it is."""
    form = FORMS.get(incoming.command)
    if form is None or incoming.submission is None:
        return incoming
    return replace(incoming, text=replace_marks(form.write_argument(incoming.submission.values)))
