"""TLS verifies the name in a link, though the connection is made to an address."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from aiohttp import web

from core.settings import Proxies
from core.wanjie import UnreachableError, UnsafeAddressError, WanjieClient
from core.wanjie.download import Downloader
from tests.core.wanjie.conftest import SHORT_BACKOFF
from tests.core.wanjie.raw_server import SettingsFactory
from tests.proxies import HttpProxy, NamedProxy, SocksProxy


@pytest.fixture
async def server(certificate: Path) -> AsyncGenerator[tuple[int, list[str]]]:
    """Answer by https; give the port and the names that were asked for."""
    hosts: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        hosts.append(request.headers["Host"])
        return web.Response(body=b"picture")

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    app = web.Application()
    app.router.add_get("/a.png", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield runner.addresses[0][1], hosts
    await runner.cleanup()


async def to_this_machine(_: str, __: int) -> Sequence[str]:
    return ["127.0.0.1"]


async def fetched(settings_for: SettingsFactory, certificate: Path | None, origin: str) -> bytes:
    settings = settings_for(base_url=origin + "/api")
    verify = ssl.create_default_context(cafile=certificate)
    downloads = Downloader(settings, resolve=to_this_machine, verify=verify)
    async with aclosing(WanjieClient(settings, backoff=SHORT_BACKOFF, downloads=downloads)) as client:
        return await client.download(origin + "/a.png", max_bytes=100)


async def test_https_verifies_the_host_name(
    settings_for: SettingsFactory, certificate: Path, server: tuple[int, list[str]]
) -> None:
    port, hosts = server
    data = await fetched(settings_for, certificate, f"https://pictures.test:{port}")

    assert data == b"picture"
    assert hosts == [f"pictures.test:{port}"]


@pytest.mark.parametrize("host", ["others.test", "127.0.0.1"])
async def test_a_certificate_for_another_name_is_refused(
    settings_for: SettingsFactory, certificate: Path, server: tuple[int, list[str]], host: str
) -> None:
    port, hosts = server
    with pytest.raises(UnreachableError):
        await fetched(settings_for, certificate, f"https://{host}:{port}")

    assert hosts == []


async def test_an_untrusted_certificate_is_refused(
    settings_for: SettingsFactory, server: tuple[int, list[str]]
) -> None:
    port, hosts = server
    with pytest.raises(UnreachableError):
        await fetched(settings_for, None, f"https://pictures.test:{port}")

    assert hosts == []


PUBLIC = "93.184.215.14"


async def fetched_through(
    proxy: NamedProxy, settings_for: SettingsFactory, certificate: Path, host: str, address: str
) -> bytes:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return [address]

    settings, verify = settings_for(base_url="https://wanjie.test/api"), ssl.create_default_context(cafile=certificate)
    downloads = Downloader(settings, resolve=resolve, verify=verify, proxies=Proxies(proxy.url, proxy.url))
    async with aclosing(WanjieClient(settings, backoff=SHORT_BACKOFF, downloads=downloads)) as client:
        return await client.download(f"https://{host}/a.png", max_bytes=100)


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
async def test_a_proxy_is_asked_for_the_checked_address_and_the_name_is_still_verified(
    settings_for: SettingsFactory, certificate: Path, server: tuple[int, list[str]], kind: type[NamedProxy]
) -> None:
    port, hosts = server
    async with kind({PUBLIC: port}) as proxy:
        data = await fetched_through(proxy, settings_for, certificate, "pictures.test", PUBLIC)
        with pytest.raises(UnreachableError):
            await fetched_through(proxy, settings_for, certificate, "others.test", PUBLIC)

    assert data == b"picture"
    assert hosts == ["pictures.test"]
    assert set(proxy.asked) == {(PUBLIC, 443)}


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
async def test_a_proxy_is_not_asked_for_private_addresses(
    settings_for: SettingsFactory, certificate: Path, kind: type[NamedProxy]
) -> None:
    async with kind() as proxy:
        with pytest.raises(UnsafeAddressError):
            await fetched_through(proxy, settings_for, certificate, "pictures.test", "10.0.0.7")

    assert proxy.asked == []
