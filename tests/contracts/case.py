"""One kind of conversation on one simulated platform, in words that are the same for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bots.running_platform import PlatformContext
from bots.sandbox.persona import Persona
from core.redis import LeaderLease, RateLimiter


@dataclass(frozen=True, slots=True)
class Calls:
    """The methods of a platform's API that the acts of the port come down to."""

    first: str
    """The first step of a page that grows."""
    step: str
    last: str
    whole: str
    """A page that is complete at once, a sentence, a menu."""
    buttons: str
    """Other buttons under a message that stands."""
    sign: str
    """That the answer is being worked on."""
    person: str = ""
    """Who somebody is; "" where events say so themselves."""
    voice: str = ""
    """The one with which a voice note appears in the conversation."""
    picture: str = ""
    """The same of a single picture."""
    album: str = ""
    """The same of several."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """How the platform words its refusals, by what the bot can do about them."""

    other_way: tuple[str, ...]
    """The words may be taken in another form, by another method, or in a message of their own."""
    uneditable: tuple[str, ...]
    """A message that stands takes no change."""
    gone: tuple[str, ...]
    """Nobody can read what is said there."""
    limits: tuple[str, ...] = ()
    """Passes with time, though the answer does not have the form of a flood."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the replicas of a service share."""

    budgets: Callable[[str], RateLimiter]
    leases: Callable[[str], LeaderLease]


class Case(Protocol):
    """Somebody's conversation with the bot, and what a test can do to the platform around it."""

    @property
    def persona(self) -> Persona: ...

    @property
    def calls(self) -> Calls: ...

    @property
    def reasons(self) -> Reasons: ...

    @property
    def direct(self) -> bool: ...

    @property
    def sender_id(self) -> str: ...

    def platform(self, shared: Shared, *, address: str = "") -> PlatformContext:
        """Make the real platform; with an `address`, one that looks for its API there."""
        ...

    def flood(self, method: str, seconds: int) -> None:
        """Refuse the next call of a method with 429."""
        ...

    def break_down(self, method: str) -> None:
        """Answer the next call of a method with a gateway's failure; nothing is carried out."""
        ...

    def lose_answer(self, method: str) -> None:
        """Carry the next call of a method out, then drop the connection."""
        ...

    def refuse(self, method: str, reason: str, *, times: int = 1000) -> None:
        """Refuse the next calls of a method, for a `reason` in the platform's own words; nothing is carried out."""
        ...

    def relent(self) -> None:
        """End every fault that was ordered."""
        ...

    def streaming(self) -> int:
        """How many messages of the bot are shown as still growing."""
        ...

    def enforce_limits(self) -> None:
        """Refuse from now on what is too fast, as the real platform does."""
        ...

    def hurry(self) -> None:
        """Deliver again soon what was not acknowledged."""
        ...

    def expel(self) -> None:
        """Take the conversation away from the bot."""
        ...

    def forbid_reactions(self) -> None:
        """Let the conversation allow the bot no reactions."""
        ...

    def promote(self) -> None:
        """Let whoever sits there decide for everybody; nobody has been asked about them yet."""
        ...

    async def delete(self, message_id: str) -> None:
        """Let a person delete a message of the bot's."""
        ...

    @property
    def asked(self) -> int:
        """How many calls have come in that were about this conversation."""
        ...

    @property
    def floods(self) -> int:
        """How many calls were refused because they came too fast."""
        ...

    def emphasis(self) -> list[str]:
        """What stands out in the last message: kinds of marks."""
        ...

    def pings(self) -> list[str]:
        """Whatever in the bot's messages notifies somebody by name."""
        ...
