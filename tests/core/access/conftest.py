"""What tests of the register share."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from core.access import AccessRegister, Claims, PersonRecord

OWNER = "tg:1"


@pytest.fixture
async def register(redis: Redis) -> AccessRegister:
    """Give a register in which somebody owns the bot."""
    claims = Claims(redis)
    await claims.claim(await claims.make_code() or "", OWNER, PersonRecord("owner", "Root"))
    return AccessRegister(redis)
