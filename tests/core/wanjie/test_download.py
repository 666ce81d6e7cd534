"""Files behind links, fetched without trusting the link."""

from __future__ import annotations

import socket
import ssl
import unicodedata
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import TypeAlias
from urllib.parse import unquote

import pytest
from aiohttp import web

from bots.sandbox.wanjie.simulator import WanjieSim
from core.wanjie import (
    DownloadError,
    DownloadTooLargeError,
    ImageLink,
    ImageRequest,
    ServerFaultError,
    TooSlowError,
    UnreachableError,
    UnsafeAddressError,
    WanjieClient,
    WanjieError,
)
from core.wanjie.download import Downloader, Resolver, resolve
from tests.core.wanjie.conftest import SHORT_BACKOFF
from tests.core.wanjie.raw_server import RawServer, SettingsFactory, answering

PICTURE = b"\x89PNG" + b"x" * 996
Fetching: TypeAlias = Callable[..., AbstractAsyncContextManager[WanjieClient]]


@pytest.fixture
def fetching(settings_for: SettingsFactory) -> Fetching:
    """Make a client whose downloads are set up as a test wants."""

    @asynccontextmanager
    async def make(
        base_url: str = "",
        *,
        longest: float = 60,
        idle: float = 30,
        resolve: Resolver = resolve,
        verify: ssl.SSLContext | None = None,
    ) -> AsyncGenerator[WanjieClient]:
        settings = settings_for(**({"base_url": base_url} if base_url else {}))
        downloads = Downloader(settings, total_timeout=longest, idle_timeout=idle, resolve=resolve, verify=verify)
        async with aclosing(WanjieClient(settings, backoff=SHORT_BACKOFF, downloads=downloads)) as client:
            yield client

    return make


@pytest.fixture
def link(sim: WanjieSim) -> str:
    return origin(sim) + sim.bucket.put(PICTURE, "png")


def origin(sim: WanjieSim) -> str:
    return sim.base_url.removesuffix("/api")


def giving(*addresses: str) -> Resolver:
    """Resolve every name to the same addresses."""

    async def resolved(_: str, __: int) -> Sequence[str]:
        return addresses

    return resolved


async def test_a_picture_is_downloaded_from_wanjie_s_host(sim: WanjieSim, client: WanjieClient) -> None:
    (made,) = await client.generate_images(ImageRequest("Flux.1-Schnell", "a bike", size="64x64"))

    assert isinstance(made, ImageLink)
    assert (await client.download(made.url, max_bytes=100_000)).startswith(b"\x89PNG")


async def test_no_credential_is_sent(sim: WanjieSim, client: WanjieClient, link: str) -> None:
    await client.list_models()
    await client.download(link.replace("://", "://user:secret@"), max_bytes=1000)
    (fetched,) = sim.bucket.downloads

    assert not fetched.headers.keys() & {"Authorization", "Cookie", "Referer"}
    assert not any(sim.script.key in value for value in fetched.headers.values())
    assert fetched.headers["Accept-Encoding"] == "identity"
    assert fetched.headers["Host"] == origin(sim).removeprefix("http://")


async def test_cookies_are_forgotten(fetching: Fetching, raw_server: RawServer) -> None:
    cookies: list[str | None] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        cookies.append(request.headers.get("Cookie"))
        return web.Response(body=b"x", headers={"Set-Cookie": "a=b; Path=/"})

    url = await raw_server(handler)
    async with fetching(url) as client:
        await client.download(url, max_bytes=1)
        await client.download(url, max_bytes=1)

    assert cookies == [None, None]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.png",
        "https://localhost/a.png",
        "https://[::1]/a.png",
        "https://[::ffff:127.0.0.1]/a.png",
        "https://10.0.0.1/a.png",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/a.png",
        "https://0.0.0.0/a.png",
        "https://[64:ff9b::7f00:1]/a.png",
        "http://1.1.1.1/a.png",
        "http://localhost/a.png",
        "ftp://1.1.1.1/a.png",
        "file:///etc/passwd",
        "https:///a.png",
        "/a.png",
        "",
        "https://exa mple/\x00",
        "https://a\ud83d/a.png",
        "https://1.1.1.1/\ud83d",
        "https://1.1.1.1:99999/",
    ],
)
async def test_only_public_https_addresses_are_allowed(sim: WanjieSim, client: WanjieClient, url: str) -> None:
    with pytest.raises(UnsafeAddressError):
        await client.download(url, max_bytes=1000)

    assert sim.bucket.downloads == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1"])
async def test_an_odd_spelling_of_an_address_is_refused(fetching: Fetching, host: str) -> None:
    async def as_systems_do(name: str, _: int) -> Sequence[str]:
        return [socket.inet_ntoa(socket.inet_aton(name))]

    async with fetching(resolve=as_systems_do) as client:
        with pytest.raises(UnsafeAddressError):
            await client.download(f"https://{host}/a.png", max_bytes=1000)


SPELLINGS = (
    *("127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001"),
    *("127.0.0.1%00", "%31%32%37.0.0.1", "localhost", "LOCALHOST.", "0", "0.0.0.0", "169.254.169.254", "2852039166"),
    *("１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "１６９.２５４.１６９.２５４"),  # noqa: RUF001
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[fe80::1%25lo]"),
    *("[fd00::1]", "[64:ff9b::a00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[ff02::1]"),
    *(
        "1.1.1.1@127.0.0.1",
        "user:1.1.1.1@127.0.0.1",
        "1.1.1.1:80@127.0.0.1:443",
        "1.1.1.1\\@127.0.0.1",
        "127.0.0.1#1.1.1.1",
    ),
)


async def resolve_leniently(name: str, _: int) -> Sequence[str]:
    """Read every spelling of an address that any system reads."""
    plain = unicodedata.normalize("NFKC", unquote(name)).replace("\u3002", ".").rstrip(".\0").lower()
    return ["127.0.0.1" if plain == "localhost" else socket.inet_ntoa(socket.inet_aton(plain))]


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_a_private_address_is_followed(
    fetching: Fetching, raw_server: RawServer, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[str] = []

    async def record(_: Downloader, url: object, address: str) -> None:
        reached.append(f"{url} {address}")

    async def redirect(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"https://{host}/a.png"})

    own = await raw_server(redirect)
    async with fetching(own, resolve=resolve_leniently) as client:
        with pytest.raises((UnsafeAddressError, UnreachableError)):
            await client.download(own, max_bytes=1000)
        monkeypatch.setattr(Downloader, "_request_from", record)
        with pytest.raises((UnsafeAddressError, UnreachableError)):
            await client.download(f"https://{host}/a.png", max_bytes=1000)
    assert reached == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "::ffff:10.0.0.1", "fe80::1%lo"])
async def test_a_name_with_a_private_address_is_refused(fetching: Fetching, address: str) -> None:
    async with fetching(resolve=giving(address)) as client:
        with pytest.raises(UnsafeAddressError):
            await client.download("https://pictures.example.com/a.png", max_bytes=1000)


async def test_only_the_public_addresses_of_a_name_are_tried(fetching: Fetching) -> None:
    # The tests' own fence lets nothing out of this machine, so that the public address is not reached.
    async with fetching(resolve=giving("127.0.0.1", "1.1.1.1", "2606:4700:4700::1111")) as client:
        with pytest.raises(UnreachableError):
            await client.download("https://pictures.example.com/a.png", max_bytes=1000)


async def test_another_port_of_the_same_machine_is_refused(
    sim: WanjieSim, client: WanjieClient, raw_server: RawServer
) -> None:
    url = await raw_server(answering(PICTURE))
    for other in (url, url.replace("http:", "https:"), sim.base_url.replace("http:", "https:")):
        with pytest.raises(UnsafeAddressError):
            await client.download(other, max_bytes=1000)


async def test_redirects_are_followed_and_checked(sim: WanjieSim, client: WanjieClient, link: str) -> None:
    leading = origin(sim) + "/maas-public-bucket/redirect?to="

    assert await client.download(f"{leading}{link}", max_bytes=1000) == PICTURE
    assert await client.download(f"{leading}/maas-public-bucket/0.png", max_bytes=1000) == PICTURE
    for to in ("https://127.0.0.1:1/", "http://localhost:1/", "//10.0.0.1/", "file:///etc/passwd"):
        with pytest.raises(UnsafeAddressError):
            await client.download(f"{leading}{to}", max_bytes=1000)


async def test_redirects_are_limited(sim: WanjieSim, client: WanjieClient) -> None:
    with pytest.raises(DownloadError, match="redirects"):
        await client.download(origin(sim) + "/maas-public-bucket/redirect", max_bytes=1000)

    assert len(sim.bucket.downloads) == 4


@pytest.mark.parametrize("query", ["size=30000000", "size=30000000&unsized=1", "size=1001", "size=1001&unsized=1"])
async def test_a_file_that_is_too_large_is_not_read_to_its_end(client: WanjieClient, link: str, query: str) -> None:
    with pytest.raises(DownloadTooLargeError):
        await client.download(f"{link}?{query}", max_bytes=1000)


async def test_a_file_announced_too_large_is_not_downloaded(client: WanjieClient, link: str) -> None:
    with pytest.raises(DownloadTooLargeError):
        await client.download(f"{link}?size=1500&hang=1", max_bytes=1000)


@pytest.mark.parametrize("query", ["", "size=1000", "unsized=1", "pause=0.0001"])
async def test_a_file_of_exactly_the_limit_is_read(client: WanjieClient, link: str, query: str) -> None:
    assert await client.download(f"{link}?{query}", max_bytes=1000) == PICTURE


@pytest.mark.parametrize("query", ["break=1", "break=1&unsized=1"])
async def test_an_interrupted_download_is_retried_and_never_returned(
    sim: WanjieSim, client: WanjieClient, link: str, query: str
) -> None:
    with pytest.raises(UnreachableError):
        await client.download(f"{link}?{query}", max_bytes=1000)

    assert len(sim.bucket.downloads) == 3


async def test_a_stalled_download_is_given_up(fetching: Fetching, sim: WanjieSim, link: str) -> None:
    async with fetching(idle=3) as client:
        with pytest.raises(TooSlowError):
            await client.download(f"{link}?hang=1", max_bytes=1000)

    assert len(sim.bucket.downloads) == 1


async def test_a_slow_download_is_given_up(fetching: Fetching, link: str) -> None:
    async with fetching(longest=0.2) as client:
        with pytest.raises(TooSlowError):
            await client.download(f"{link}?pause=0.01", max_bytes=1000)


@pytest.mark.parametrize(
    ("query", "error", "tries"),
    [("status=403", DownloadError, 1), ("status=204", DownloadError, 1), ("status=503", ServerFaultError, 3)],
)
async def test_a_refusal_of_an_object_store_is_raised(
    sim: WanjieSim, client: WanjieClient, link: str, query: str, error: type[WanjieError], tries: int
) -> None:
    with pytest.raises(error) as caught:
        await client.download(f"{link}?{query}", max_bytes=1000)

    assert type(caught.value) is error
    assert len(sim.bucket.downloads) == tries


async def test_a_missing_file_is_not_a_missing_model(sim: WanjieSim, client: WanjieClient) -> None:
    with pytest.raises(DownloadError):
        await client.download(origin(sim) + "/maas-public-bucket/99.png", max_bytes=1000)


async def test_no_error_quotes_the_link(client: WanjieClient, link: str) -> None:
    for query in ("status=403", "break=1", "size=30000000"):
        with pytest.raises(WanjieError) as caught:
            await client.download(f"{link}?{query}&signature=s3cret", max_bytes=1000)
        assert "s3cret" not in f"{caught.value!r} {vars(caught.value)}"


async def test_compressed_bytes_are_not_decompressed(fetching: Fetching, raw_server: RawServer) -> None:
    url = await raw_server(answering(PICTURE, "image/png", headers={"Content-Encoding": "gzip"}))
    async with fetching(url) as client:
        assert await client.download(url, max_bytes=1000) == PICTURE


async def test_a_proxy_of_the_environment_is_not_used(
    fetching: Fetching, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with fetching() as client:
        assert await client.download(link, max_bytes=1000) == PICTURE


async def test_a_name_is_resolved_once_and_the_next_address_tried(
    fetching: Fetching, sim: WanjieSim, link: str
) -> None:
    asked: list[str] = []

    async def rebinding(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.2", "127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    named = link.replace("127.0.0.1", "pictures.test")
    async with fetching(sim.base_url.replace("127.0.0.1", "pictures.test"), resolve=rebinding) as client:
        assert await client.download(named, max_bytes=1000) == PICTURE
    assert asked == ["pictures.test"]


async def test_an_invalid_host_name_is_unreachable(fetching: Fetching) -> None:
    async def nobody(_: str, __: int) -> Sequence[str]:
        raise OSError

    async with fetching(resolve=nobody) as client:
        with pytest.raises(UnreachableError):
            await client.download("https://nowhere.example.com/", max_bytes=1000)


async def test_the_default_resolver_knows_localhost() -> None:
    assert set(await resolve("localhost", 443)) <= {"127.0.0.1", "::1"}
