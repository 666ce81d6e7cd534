"""What is known of models, for all processes and for a while."""

from redis.asyncio import Redis

from core.store import LearnedModelFacts
from core.store.redis_keys import no_system_role_key


async def test_a_model_without_a_system_role_is_remembered_for_a_week(redis: Redis) -> None:
    await LearnedModelFacts(redis).note_no_system_role("gemma-3")
    others = LearnedModelFacts(redis)

    assert not await others.has_system_role("gemma-3")
    assert await others.has_system_role("kimi-k2")
    assert 6 * 86_400 < await redis.ttl(no_system_role_key("gemma-3")) <= 7 * 86_400
