"""Adding a language is adding one folder."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from redis.asyncio import Redis

from core.build_service import Service
from core.chat.commands import COMMANDS
from core.chat.text import translations
from core.metrics import Metrics
from core.settings import Settings
from core.tracing import NO_TRACER
from core.wanjie import WanjieClient
from tests.core.settings.conftest import PLATFORMS

_LOCALES = Path(translations.__file__).parents[2] / "locales"
_SENTENCE = re.compile(r'= "(?!\[)([^"]+)"$', re.MULTILINE)


@pytest.fixture
def pseudo_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be a language `xx`, in which every sentence stands in angle brackets."""
    folder = tmp_path / "locales"
    shutil.copytree(_LOCALES, folder)
    shutil.copytree(folder / "en", folder / "xx")
    for file in (folder / "xx").glob("*.toml"):
        file.write_text(_SENTENCE.sub(r'= "«\1»"', file.read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.setattr(translations, "_FOLDER", folder)
    monkeypatch.setattr(translations.Translations.__init__, "__defaults__", (folder,))


@pytest.mark.usefixtures("pseudo_language")
async def test_a_third_language_is_offered_and_spoken_everywhere(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANJIE_API_KEY", "sk-test")
    monkeypatch.setenv("CONSOLE_TOKEN", "con-1")
    settings = Settings(PLATFORMS)
    url = "redis://127.0.0.1:1"
    service = Service(settings, url, WanjieClient(settings.wanjie), Metrics(), NO_TRACER, exclusive=False)
    try:
        menu = service.menu()["group_admins"]
    finally:
        await service.aclose()
    sentences = translations.Translations()

    assert list(menu) == ["en", "xx", "zh"]
    assert dict(menu["xx"])["help"] == f"«{dict(menu['en'])['help']}»"
    assert len(menu["xx"]) == len([one for one in COMMANDS if one.group != "access" and not one.typed_only])
    assert sentences.text("start.hello", "xx-latn") == f"«{sentences.text('start.hello', 'en')}»"
    assert sentences.plain_text("language.name", "xx") == "«English»"
    assert sentences.keys("xx") == sentences.keys("en")
