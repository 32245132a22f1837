"""A thread holds the letters that answer one another, and the copy of what was sent, or not yet."""

from datetime import timedelta

import pytest

from sandbox import Sandbox
from sandbox.clock import MovableClock

from .conftest import PortalClient
from .portal_table import REPLY, V3

SUPPORT = "support@linden-print.example"


async def test_a_reply_stands_in_the_thread_of_either_letter(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    await portal.result("mail.message.reply", **REPLY)
    thread = await portal.result("mail.message.thread", id=15)
    assert [row["subject"] for row in thread] == [
        "Delivery date for order 118",
        "Re: Delivery date for order 118",
    ]
    assert thread[1]["from"] == "Linden Print support <support@linden-print.example>"
    assert len(thread[1]["date"]) == len("2026-09-01 09:42:10")
    assert await portal.result("mail.message.thread", id=thread[1]["id"]) == thread


@pytest.mark.parametrize(
    ("limit", "count"), [(None, 20), (0, 20), (-5, 20), (3, 3), ("4", 4), (50, 50), (500, 50)]
)
async def test_a_long_thread_is_cut(
    limit: object, count: int, sandbox: Sandbox, portal: PortalClient
) -> None:
    before = 15
    for number in range(100, 169):
        letter = sandbox.portal.receive(
            SUPPORT, "a@b.example", f"Re {number}", "b", answers=before, letter_id=number
        )
        before = letter.id
    thread = await portal.result("mail.message.thread", id=130, limit=limit)
    ids = [row["id"] for row in thread]
    assert len(ids) == count
    assert ids == sorted(ids)
    docs = sandbox.portal.profile_name == "docs"
    assert (ids[0] == 15) if docs else (ids[-1] == 168)


async def test_a_long_body_is_cut_by_newer_builds(sandbox: Sandbox, portal: PortalClient) -> None:
    letter = sandbox.portal.receive(SUPPORT, "a@b.example", "Long", "x" * 12_000)
    [row] = await portal.result("mail.message.thread", id=letter.id)
    if sandbox.portal.profile_name == "docs":
        assert len(row["body"]) == 12_000
        assert "truncated" not in row
    else:
        assert (len(row["body"]), row["truncated"], row["bodyLength"]) == (10_000, True, 12_000)


async def test_a_thread_of_a_foreign_letter(portal: PortalClient) -> None:
    for number in (19, 999, "x"):
        status, error = await portal.error("mail.message.thread", {"id": number})
        assert (status, error["code"]) == (400, V3 + "ENTITYNOTFOUNDEXCEPTION")


async def seen(portal: PortalClient) -> tuple[int, int]:
    """How many copies the thread and the Sent folder show."""
    thread = await portal.result("mail.message.thread", id=15)
    rows = (await portal.result("mail.message.list", folder="Sent", searchQuery="order 118"))[
        "items"
    ]
    return len(thread) - 1, len(rows)


async def test_the_sent_copy_comes_later_or_never(sandbox: Sandbox, portal: PortalClient) -> None:
    clock = sandbox.portal.clock = MovableClock()
    sandbox.portal.sent_copies = 30
    await portal.result("mail.message.reply", **REPLY | {"bcc": ["oleg@linden-print.example"]})
    assert len(sandbox.portal.sent) == 1
    assert await seen(portal) == (0, 0)
    assert [each.mailbox.email for each in sandbox.portal.letters if each.visible_at is None][
        -1
    ] == "oleg@linden-print.example"
    clock.move(timedelta(seconds=30))
    assert await seen(portal) == (1, 1)
    sandbox.portal.sent_copies = "never"
    await portal.result("mail.message.reply", **REPLY)
    assert sandbox.portal.sent[-1].copy is None
    clock.move(timedelta(days=1))
    assert await seen(portal) == (1, 1)
    sandbox.portal.sent_copies = "at once"
    await portal.result("mail.message.reply", **REPLY)
    assert await seen(portal) == (2, 2)


async def test_a_sent_letter_is_found_by_folder_subject_and_time(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    start = sandbox.portal.clock().astimezone(sandbox.portal.profile.zone)
    await portal.result("mail.message.reply", **REPLY)
    for since, found in ((timedelta(minutes=-2), 1), (timedelta(minutes=2), 0)):
        rows = await portal.result(
            "mail.message.list",
            mailboxId=3,
            folder="Sent",
            searchQuery=REPLY["subject"],
            dateFrom=(start + since).isoformat(timespec="seconds"),
        )
        assert len(rows["items"]) == found
