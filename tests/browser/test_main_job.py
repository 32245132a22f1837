"""The whole main job as a visitor plays it: `python -m sandbox`, the page, the real bot."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.demo_folder import CHECKOUT

from .conftest import OpenPage, Window

START_SECONDS = 120.0  # importing aiogram takes seconds, on a busy machine many
LETTER = "Good morning Jane, your flyers leave on Thursday and are with you by Friday."


class Demo:
    """The demo as a process; `url` is what its last line says."""

    def __init__(self, process: Process, url: str) -> None:
        self.process = process
        self.url = url


@pytest.fixture
async def demo(chromium: str) -> AsyncIterator[Demo]:
    assert chromium
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", cwd=CHECKOUT, stdout=PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        line = ""
        while not line.startswith("Open "):
            line = (await process.stdout.readline()).decode()
            assert line, "the demo says where to look before it ends"
    yield Demo(process, line.removeprefix("Open ").strip())
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
    await process.wait()


def bubble(page: Page, text: str) -> Locator:
    """The newest message that holds this."""
    return page.get_by_test_id("message").filter(has_text=text).last


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("send").click()


async def press(page: Page, text: str, label: str) -> None:
    await bubble(page, text).get_by_role("button", name=label, exact=True).click()


async def connect(page: Page) -> None:
    webhook = await page.get_by_test_id("webhook").inner_text()
    await say(page, "/connect")
    await expect(bubble(page, "address")).to_be_visible()
    await say(page, webhook)
    await expect(bubble(page, "Connected")).to_be_visible()
    await expect(page.get_by_test_id("message").filter(has_text=webhook)).to_have_count(0)


async def test_a_visitor_plays_the_main_job(demo: Demo, open_page: OpenPage) -> None:
    window = await open_page(demo.url)
    await window.page.get_by_role("button", name="Start", exact=True).click()
    await connect(window.page)
    await answer_step_by_step(window)
    await mend_a_refused_recipient(window)

    demo.process.send_signal(signal.SIGINT)
    async with asyncio.timeout(30):
        assert await demo.process.wait() == 0
    window.complaints.clear()  # the page says that its server is gone


async def answer_step_by_step(window: Window) -> None:
    page = window.page
    await say(page, "/reply 15")
    await expect(bubble(page, "Delivery date for order 118")).to_be_visible()
    await press(page, "Which address should it go from?", "support@linden-print.example")
    await press(page, "Who should get it?", "Jane Client")
    await press(page, "What is the subject?", "Re: Delivery date for order 118")
    await expect(bubble(page, "Type your answer.")).to_be_visible()
    await say(page, LETTER)
    await expect(bubble(page, "Check before it goes out")).to_contain_text("Bitrix24 adds")
    await window.picture("review")
    await press(page, "Check before it goes out", "Send")
    await expect(bubble(page, "Goes out in 10 s")).to_be_visible()
    await expect(bubble(page, "Sent to jane@client.example")).to_be_visible(timeout=20_000)
    left = page.get_by_test_id("sent-letter")
    await expect(left).to_have_count(1)
    await expect(left.get_by_test_id("sent-text")).to_have_text(LETTER)
    await window.picture("demo")


async def mend_a_refused_recipient(window: Window) -> None:
    page = window.page
    await page.get_by_role("button", name="A recipient", exact=True).click()
    await say(page, "/reply 15 Thursday.")
    await press(page, "Check before it goes out", "Send")
    await expect(bubble(page, "Not sent:")).to_be_visible(timeout=20_000)
    await window.picture("refused")
    await press(page, "Not sent:", "Recipients")
    await expect(bubble(page, "Who should get it?")).to_be_visible()
    await say(page, "jane@client.example")
    await press(page, "Check before it goes out", "Send")
    await expect(page.get_by_test_id("sent-letter")).to_have_count(2, timeout=20_000)
    await expect(page.get_by_test_id("message").last).to_contain_text("Sent to jane@client.example")
