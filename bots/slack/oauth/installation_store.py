"""Where the app is installed, in workspaces and in whole organisations, and with which tokens."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# slack_sdk leaves some fields of its installations untyped.

from __future__ import annotations

import json
import logging

import structlog
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bots.slack.api.call import create_sdk_logger
from core.json_reader import Json, as_object, get_text, parse_json

from .secret_store import SecretStore

_log = structlog.get_logger()
_ORGANISATION = "organisation"
_REMOVAL = "removal:"
"""Begins the names of marks: the app is to be removed from that workspace or organisation."""


class InstallationStore(AsyncInstallationStore):
    """The SDK's store over encrypted records: one for each workspace and organisation, by its id.

    That of a workspace which has the app from its organisation names the organisation. Tokens of users are not kept,
    since the app asks for none. Raises one of `STORE_ERRORS`, where the SDK's stores would be silent: no event is
    acknowledged for want of its installation.
    """

    def __init__(self, records: SecretStore) -> None:
        self._records = records
        self._logger = create_sdk_logger("oauth", logging.ERROR)

    @property
    def logger(self) -> logging.Logger:
        """See `AsyncInstallationStore`."""
        return self._logger

    async def async_save(self, installation: Installation) -> None:
        """Keep what a finished installation brought, over an earlier one, which need not be removed any more."""
        bot = installation.to_bot()
        await self.async_save_bot(bot)
        await self.unmark_removal(get_id(bot))

    async def async_save_bot(self, bot: Bot) -> None:
        """Keep the token of a workspace or an organisation; nothing where one of both is missing."""
        name = _name_record(bot.enterprise_id, bot.team_id, is_enterprise_install=bot.is_enterprise_install)
        if name and bot.bot_token:
            await self._records.put(name, json.dumps({"bot": vars(bot)}, default=str))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Find the bot of a workspace: the organisation's, if that has installed the app there."""
        if is_enterprise_install and team_id and enterprise_id:
            await self._note_organisation(team_id, enterprise_id)
        name = _name_record(enterprise_id, team_id, is_enterprise_install=bool(is_enterprise_install))
        return await self.find_by_id(name) if name else None

    async def find_by_id(self, name: str) -> Bot | None:
        """Find the bot of the workspace or organisation of this id."""
        record = await self._read(name)
        if organisation := get_text(record, _ORGANISATION):
            record = await self._read(organisation)
        return _read_bot(record)

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Find the same as an installation, whoever made it."""
        bot = await self.async_find_bot(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        fields = {name: value for name, value in vars(bot).items() if name != "bot_token_expires_in"} if bot else {}
        return Installation(user_id=user_id or "", **fields) if bot else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Delete the token of a workspace or, without `team_id`, of an organisation and all of its workspaces."""
        name = team_id or enterprise_id or ""
        await self._records.delete(name, _REMOVAL + name, *await self._list_workspaces_of(name))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Delete the same; what one person has installed is what the workspace has."""
        del user_id
        await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def list_bots(self) -> list[Bot]:
        """Return every bot, by the ids of its workspace or organisation."""
        records = [as_object(parse_json(text)) for text in (await self._records.list()).values()]
        return [bot for record in records if (bot := _read_bot(record))]

    async def mark_for_removal(self, name: str) -> None:
        """Note that the app is to be removed from a workspace or an organisation, until it is deleted here."""
        await self._records.put(_REMOVAL + name, "{}")

    async def unmark_removal(self, name: str) -> None:
        """Note that the app stays in a workspace or an organisation."""
        await self._records.delete(_REMOVAL + name)

    async def is_to_be_removed(self, name: str) -> bool:
        """Whether the app is to be removed from a workspace or an organisation."""
        return await self._records.get(_REMOVAL + name) is not None

    async def list_removals(self) -> list[str]:
        """Return the ids of workspaces and organisations from which the app is to be removed."""
        return [name.removeprefix(_REMOVAL) for name in await self._records.list() if name.startswith(_REMOVAL)]

    async def _list_workspaces_of(self, organisation: str) -> list[str]:
        records = await self._records.list()
        return [team for team, text in records.items() if _names_organisation(text, organisation)]

    async def _note_organisation(self, team: str, organisation: str) -> None:
        """Note that a workspace has the app from its organisation, if the organisation has it."""
        if get_text(await self._read(team), _ORGANISATION) != organisation and await self._read(organisation):
            await self._records.put(team, json.dumps({_ORGANISATION: organisation}))

    async def _read(self, name: str) -> Json:
        return as_object(parse_json(await self._records.get(name) or ""))


def get_id(bot: Bot) -> str:
    """Return the id of the workspace or the organisation that a bot is installed in."""
    return _name_record(bot.enterprise_id, bot.team_id, is_enterprise_install=bot.is_enterprise_install)


def _name_record(enterprise_id: str | None, team_id: str | None, *, is_enterprise_install: bool) -> str:
    return (enterprise_id or "") if is_enterprise_install and not team_id else (team_id or "")


def _names_organisation(text: str, organisation: str) -> bool:
    return get_text(as_object(parse_json(text)), _ORGANISATION) == organisation


def _read_bot(record: Json) -> Bot | None:
    """Read a record that another version may have written; None when it holds no bot."""
    fields = as_object(record.get("bot"))
    known = {name: value for name, value in fields.items() if name in Bot.__annotations__}
    try:
        return Bot(**known) if known else None
    except (TypeError, ValueError):
        _log.error("a stored installation cannot be read; the app has to be installed again")
        return None
