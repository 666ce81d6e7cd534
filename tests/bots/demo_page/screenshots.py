"""`make screenshots`: pictures of the demo's page for the README and the guide, drawn by the system's Chromium."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Locator, Page, ViewportSize, async_playwright

from bots.demo_page.page_backend import DemoPage
from bots.demo_page.server import PageServer

_FOLDER = Path(__file__).parents[3] / "docs/images"
_SIZE = ViewportSize(width=1360, height=860)


async def make_screenshots() -> None:
    """Write the page, its phone with a menu and its workspace with a thread into docs/images, in each language."""
    with tempfile.TemporaryDirectory() as folder:
        async with DemoPage.open(Path(folder), {}) as page, async_playwright() as playwright:
            await page.control("model", {"speed": 150, "delay": 0.1})
            server = PageServer(page)
            address = await server.start()
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
            )
            for locale, ending in (("en-US", ".png"), ("zh-CN", ".zh.png")):
                tab = await browser.new_page(viewport=_SIZE, locale=locale)
                await tab.goto(address)
                await (_play_chinese if locale == "zh-CN" else _play_english)(tab)
                await tab.screenshot(path=_FOLDER / f"demo{ending}", full_page=True)
                await tab.locator(".workspace").screenshot(path=_FOLDER / f"slack{ending}")
                await _open_menu(tab, "/设置" if locale == "zh-CN" else "/settings")
                await tab.locator(".phone").screenshot(path=_FOLDER / f"telegram{ending}")
            await browser.close()
            await server.close()


async def _play_english(tab: Page) -> None:
    phone, slack = tab.locator(".phone"), tab.locator(".workspace")
    await _write(phone.get_by_role("textbox", name="Message"), "/imagine a lighthouse at dawn --n 2")
    await phone.locator(".album img").nth(1).wait_for()
    await _write(phone.get_by_role("textbox", name="Message"), "/speak Good morning, everyone!")
    await phone.locator("audio").wait_for()
    await slack.get_by_role("textbox", name="Message").press("Enter")
    await slack.get_by_role("button", name="Replies: 1").click()
    await tab.locator(".thread").get_by_role("button", name="Regenerate").wait_for()
    await tab.wait_for_timeout(1000)


async def _play_chinese(tab: Page) -> None:
    await tab.locator(".phone nav button").nth(1).click()
    await tab.locator(".phone textarea").press("Enter")
    await tab.locator(".sidebar button").nth(1).click()
    await tab.locator(".workspace textarea").press("Enter")
    await tab.get_by_role("button", name="回复: 1").click()
    await tab.locator(".thread .controls button").nth(1).wait_for()
    await tab.wait_for_timeout(1000)


async def _open_menu(tab: Page, command: str) -> None:
    phone = tab.locator(".phone")
    await _write(phone.locator("textarea"), command)
    await phone.locator(".keyboard button, .controls button").last.wait_for()
    await tab.wait_for_timeout(2000)


async def _write(box: Locator, text: str) -> None:
    await box.fill(text)
    await box.press("Enter")


if __name__ == "__main__":
    asyncio.run(make_screenshots())
