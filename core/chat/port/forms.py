"""Forms: several questions at once, in a window of their own, where a platform has such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from .menus import Option

FORM_MENU = "form"
"""The menu whose options open forms; the value of one is the name of a command."""
MAX_TITLE_LENGTH = 24
"""Characters of a form's title and of its buttons."""
MAX_TEXT_LENGTH = 3_000
"""Characters of what may be typed into one field."""
CHECKED = "on"
"""The value of a ticked box."""


@dataclass(frozen=True, slots=True)
class TextField:
    """A text to be typed, of one or more lines; all texts here are plain ones."""

    name: str
    label: str
    value: str = ""
    """What stands in it at first."""
    placeholder: str = ""
    """At most 150 characters."""
    max_length: int = MAX_TEXT_LENGTH
    required: bool = True


@dataclass(frozen=True, slots=True)
class ChoiceField:
    """One of up to 100 options; the current one is picked at first."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class CheckField:
    """A box to be ticked; its value is `CHECKED` then, else ""."""

    name: str
    label: str
    """The heading above it."""
    option: str
    """What stands beside the box."""


Field: TypeAlias = TextField | ChoiceField | CheckField


@dataclass(frozen=True, slots=True)
class Form:
    """What asks for the argument of a command; its submission comes back as an `Incoming` with a `Submission`."""

    title: str
    """At most 24 characters, as the labels of both buttons."""
    submit: str
    cancel: str
    fields: tuple[Field, ...]
    about: str = ""
    """The beginning of the message that it is about."""
    name: str = ""
    """The command."""
    signature: str = ""
    """Proves that the service made the form for this place and this person."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as somebody has filled it in: texts and values of options by the names of its fields."""

    values: Mapping[str, str]
    signature: str
