"""A client of the simulated Wanjie, in a hurry."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bots.sandbox.wanjie.simulator import Script, WanjieSim
from core.settings import WanjieSettings
from core.wanjie import (
    Backoff,
    Catalog,
    ChatMessage,
    ChatRequest,
    Delta,
    Finish,
    ReasoningDelta,
    TextDelta,
    WanjieClient,
)
from tests.clock import Clock
from tests.core.wanjie.raw_server import Ask, ClientFactory, Handler, RawServer, SettingsFactory, join_texts

SHORT_BACKOFF = Backoff(initial_delay=0.001, max_delay=0.01, jitter=0.001, max_retry_after=0.5)
KEY = "sandbox-key"


@pytest.fixture
async def sim() -> AsyncGenerator[WanjieSim]:
    async with WanjieSim(Script(key=KEY, answer=lambda _: "one two three")) as running:
        yield running


@pytest.fixture
def settings_for(sim: WanjieSim) -> SettingsFactory:
    # Every field that a developer's own .env could set.
    values: dict[str, object] = {
        "api_key": KEY,
        "base_url": sim.base_url,
        "default_model": None,
        "connect_timeout": 30,
        "first_byte_timeout": 30,
        "idle_timeout": 30,
        "max_attempts": 3,
        "catalog_ttl": 300,
        "model_kinds": {},
        "speech_model": None,
        "image_model": None,
        "english_models": ("flux*",),
        "vision_models": (),
        "tool_models": ("*",),
    }

    def make(**changes: object) -> WanjieSettings:
        return WanjieSettings.model_validate(values | changes)

    return make


@pytest.fixture
def client_for(settings_for: SettingsFactory) -> ClientFactory:
    @asynccontextmanager
    async def make(*, comment_factor: float = 10, **changes: object) -> AsyncGenerator[WanjieClient]:
        async with aclosing(
            WanjieClient(settings_for(**changes), backoff=SHORT_BACKOFF, comment_factor=comment_factor)
        ) as made:
            yield made

    return make


@pytest.fixture
async def client(client_for: ClientFactory) -> AsyncGenerator[WanjieClient]:
    async with client_for() as made:
        yield made


@pytest.fixture
def ask() -> Ask:
    """Stream an answer and give its deltas, with those joined that follow each other."""

    async def stream(client: WanjieClient, model: str = "deepseek-v3") -> list[Delta]:
        question = ChatRequest(model, (ChatMessage("user", "Hello!"),))
        async with aclosing(client.stream_chat(question)) as deltas:
            return join_texts([delta async for delta in deltas])

    return stream


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for pictures.test and localhost, with its key in the same file."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("nobody to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(  # noqa: S603 - every argument is ours
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=pictures.test", "-addext", "subjectAltName=DNS:pictures.test,DNS:localhost"),
            *("-out", str(made), "-keyout", str(key)),
        ],
        check=True,
        capture_output=True,
    )
    made.write_text(made.read_text(encoding="ascii") + key.read_text(encoding="ascii"), encoding="ascii")
    return made


@pytest.fixture
async def raw_server() -> AsyncGenerator[RawServer]:
    """Start a server that answers every request with one handler; give its base URL."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runners.append(web.AppRunner(app, access_log=None, shutdown_timeout=0.1))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        host, port = runners[-1].addresses[0]
        return f"http://{host}:{port}/api"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def fixture_text() -> Callable[[str], str]:
    folder = Path(__file__).parent / "fixtures"
    return lambda name: (folder / name).read_text(encoding="utf-8")


@pytest.fixture
def said() -> Callable[[list[Delta]], tuple[str, str, Finish | None]]:
    """Put deltas together: reasoning, text, finish."""

    def together(deltas: list[Delta]) -> tuple[str, str, Finish | None]:
        reasoning = "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta))
        text = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
        return reasoning, text, next((delta for delta in deltas if isinstance(delta, Finish)), None)

    return together


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def catalog_for(
    client: WanjieClient, settings_for: Callable[..., WanjieSettings], clock: Clock
) -> Callable[..., Catalog]:
    def make(**changes: object) -> Catalog:
        return Catalog(client, settings_for(catalog_ttl=60, **changes), clock=clock)

    return make


@pytest.fixture
def catalog(catalog_for: Callable[..., Catalog]) -> Catalog:
    return catalog_for()
