# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Somebody who speaks Chinese claims the bot and administers it, in Chinese."""

from __future__ import annotations

import re

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.access_steps import read_code, start
from tests.scenarios.conversation_steps import says


async def test_requests_people_limits_and_models_are_administered_in_chinese(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    root, group = harness.private("小明", "zh-hans"), harness.group("周末徒步", "阿达", "zh-hans")
    await start(harness)
    await root.say(f"/认领 {await read_code(harness)}")
    await says(root, "这个机器人现在归你了。")
    await group.say("带什么？")
    await says(group, "我已经询问他们")
    await says(root, "阿达 想在一个群组里使用我：周末徒步")
    await root.say("/管理 请求")
    await root.until(lambda: sum("想在一个群组里使用我" in text for text in root.answers()) == 2)
    await root.choose("允许")
    await says(group, "这里的所有人现在都可以使用我。")
    for command, sentence in (
        ("/管理", "人：1，群组：1，待处理的请求：0。"),
        ("/管理 人", f"小明（tg:{root.person.user.id}）：所有者"),
        ("/管理 群组", "）：已允许"),
        ("/管理 限额 其他人 每天 500", "其他人：每天 500 tokens"),
        ("/管理 限额 其他人 每分钟 1", "其他人：每分钟 1 个问题"),
        ("/管理 限额 成员 每天 不限", "成员（单独允许的人）：每天 不限"),
        ("/管理 模型 其他人 deepseek-*", "其他人：deepseek-*（16 个模型中的 2 个）"),
        ("/管理 模型 关闭 kimi*", "对所有人关闭：kimi*"),
        ("/管理 模型 默认 deepseek-reasoner", "默认对话模型：deepseek-reasoner"),
        ("/管理 屏蔽 tg:1", "完成。"),
        ("/管理 公告", "请写上要说的话"),
        ("/管理 移交 tg:1", "只有管理员或成员可以成为所有者。"),
        ("/管理 请求", "没有待处理的请求。"),
    ):
        await root.say(command)
        await says(root, sentence)
    await root.say("/管理 记录")
    audit = await says(root, "认领了机器人")

    assert "小明：允许了 周末徒步" in audit
    assert "小明：屏蔽了 tg:1" in audit
    assert not [line for line in audit.splitlines() if re.search(r"：(?:claimed|allowed|rule|blocked|set)", line)]
