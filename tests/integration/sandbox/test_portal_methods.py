"""Every method answers with the keys and types of its page, in both profiles."""

import re
from datetime import datetime, timedelta

import pytest

from sandbox import Sandbox
from sandbox.clock import MovableClock

from .conftest import PortalClient
from .portal_table import FORWARD, PAGES, REPLY, SEND


@pytest.mark.parametrize("method", PAGES)
async def test_results_have_the_keys_and_types_of_the_page(
    method: str, sandbox: Sandbox, portal: PortalClient
) -> None:
    page = PAGES[method]
    status, body, headers = await portal.post(method, page.good)
    assert status == 200
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert set(body) == {"result", "time"}
    found = body
    for step in page.path.split("."):
        found = found[step]
    if not page.keys:
        assert found == (True if sandbox.portal.profile_name == "docs" else {"result": True})
        return
    rows = found if isinstance(found, list) else [found]
    assert rows
    for row in rows:
        assert set(row) - page.optional == set(page.keys) - page.optional
        assert set(row) <= set(page.keys)
        for key, value in row.items():
            nothing = key in page.nullable and value is None
            assert type(value) is page.keys[key] or nothing, (key, value)


async def test_lists_show_letters_as_the_profile_says(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    rows = (await portal.result("mail.message.list"))["items"]
    item = (await portal.result("mail.message.get", id=16))["item"]
    row = next(each for each in rows if each["id"] == 16)
    if sandbox.portal.profile_name == "docs":
        assert datetime.fromisoformat(row["date"]).utcoffset() == timedelta(hours=3)
        assert row["url"] == f"{sandbox.portal_url}/mail/message/16/"
        assert (row["cc"], item["cc"]) == ("", None)
        assert row["body"] == item["body"]
    else:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["date"])
        assert row["url"] == "/mail/message/16"
        assert (row["cc"], row["body"], item["cc"]) == (None, None, "")
    assert item["url"] == "/mail/message/16"
    assert item["body"].startswith("Добрый день!")


async def test_the_active_webhook_sees_its_owner_s_mail_only(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    rows = (await portal.result("mail.message.list"))["items"]
    assert {row["id"] for row in rows} == {15, 16, 17, 18}
    status, error = await portal.error("mail.message.get", {"id": 19})
    assert status == 400
    assert error["code"].endswith("ENTITYNOTFOUNDEXCEPTION")
    _, body, _ = await portal.post("mail.mailbox.list", webhook="no_mailbox")
    assert body["result"] == {"items": []}


@pytest.mark.parametrize(
    ("parameters", "ids"),
    [
        ({"mailboxId": 4}, {17}),
        ({"searchQuery": "ORDER 118"}, {15}),
        ({"searchQuery": "orlov@"}, {16}),
        ({"isSeen": False}, {15, 16, 17}),
        ({"isSeen": "false"}, {18}),
        ({"hasAttachments": True}, {16}),
        ({"folder": "inbox"}, {15, 16, 17, 18}),
        ({"folder": "Sent"}, set()),
        ({"pagination": {"limit": 1}}, {15}),
        ({"pagination": {"limit": 1, "page": 2, "offset": 0}}, {16}),
        ({"pagination": {"page": 9, "limit": 50}}, set()),
        ({"pagination": {"page": 2, "limit": 500}}, set()),
    ],
)
async def test_list_parameters(
    portal: PortalClient, parameters: dict[str, object], ids: set[int]
) -> None:
    rows = (await portal.result("mail.message.list", **parameters))["items"]
    assert {row["id"] for row in rows} == ids


async def test_date_filters_mean_an_instant_or_drop_seconds_and_offset(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    zone = sandbox.portal.profile.zone
    given = datetime(2026, 9, 1, 12, 0, 30, tzinfo=zone)
    sandbox.portal.receive(
        "anna@linden-print.example", "a@b.example", "s", "b", date=given, letter_id=99
    )
    for written, seen_by_docs, seen_by_observed in (
        ("2026-09-01T12:00:30+03:00", True, False),
        ("2026-09-01T09:00:30+00:00", True, False),
        ("2026-09-01T12:01:00+00:00", True, True),
        ("2026-09-01T12:00:29+03:00", False, False),
    ):
        rows = (await portal.result("mail.message.list", dateTo=written))["items"]
        expected = seen_by_docs if sandbox.portal.profile_name == "docs" else seen_by_observed
        assert (99 in {row["id"] for row in rows}) is expected, written


async def test_select_keeps_known_fields_and_ignores_unknown_ones(portal: PortalClient) -> None:
    result = await portal.result("mail.message.get", id=15, select=["id", "subject", "nonsense"])
    assert result["item"] == {"id": 15, "subject": "Delivery date for order 118"}


async def test_mailboxes_are_found_by_a_fragment_of_name_and_address(portal: PortalClient) -> None:
    found = await portal.result("mail.mailbox.list", name="DESK", email="support@")
    assert [box["id"] for box in found["items"]] == [3]
    assert (await portal.result("mail.mailbox.list", name="desk", email="anna"))["items"] == []


async def test_one_address_is_a_sender_under_two_names(portal: PortalClient) -> None:
    senders = (await portal.result("mail.mailbox.senders"))["items"]
    assert [each["email"] for each in senders] == ["support@linden-print.example"] * 2 + [
        "anna@linden-print.example"
    ]
    assert senders[0]["sender"] == "Linden Print support <support@linden-print.example>"


async def test_classic_profile_and_scope(sandbox: Sandbox, portal: PortalClient) -> None:
    for suffix in ("", ".json", "/", "?x=1"):
        status, text = await portal.raw("POST", portal.url("profile", api="") + suffix)
        assert status == 200, suffix
        assert '"ID": "1"' in text
        assert '"TIME_ZONE": "Europe/Berlin"' in text
    status, text = await portal.raw("GET", portal.url("scope", "second", api=""))
    assert '"result": ["mail", "user_brief"]' in text


async def test_a_reply_leaves_and_lies_in_sent(sandbox: Sandbox, portal: PortalClient) -> None:
    status, body, _ = await portal.post(
        "mail.message.reply",
        REPLY | {"to": ["Jane Client", "Oleg <OLEG@linden-print.example>"], "bcc": ["b@c.example"]},
        headers={"Idempotency-Key": "k-1"},
    )
    recipients = ["jane@client.example", "OLEG@linden-print.example"]
    assert (status, body["result"]) == (200, {"success": True, "to": recipients})
    sent = await sandbox.portal.wait_for_sent()
    assert (sent.answers, sent.sender, sent.bcc) == (15, REPLY["from"], ["b@c.example"])
    assert sent.body == REPLY["body"]
    assert b"On <b>Thursday</b>.<br>Anna" in sent.raw
    assert sent.idempotency_key == "k-1"
    rows = (await portal.result("mail.message.list", folder="Sent"))["items"]
    assert [row["subject"] for row in rows] == [REPLY["subject"]]
    item = (await portal.result("mail.message.get", id=rows[0]["id"]))["item"]
    quoted = "\n\nJane Client <jane@client.example>:\n> Hello,"
    docs = sandbox.portal.profile_name == "docs"
    assert item["body"].startswith("On Thursday.\nAnna" + ("" if docs else quoted))
    delivered = [each for each in sandbox.portal.letters if each.mailbox.email.startswith("oleg")]
    assert delivered[-1].folder == "INBOX"
    assert delivered[-1].subject == REPLY["subject"]


async def test_calls_are_kept_with_their_status(sandbox: Sandbox, portal: PortalClient) -> None:
    await portal.result("mail.mailbox.list")
    await portal.post("mail.nonsense")
    call = await sandbox.portal.wait_for_call("mail.nonsense")
    assert [(each.method, each.status) for each in sandbox.portal.calls] == [
        ("mail.mailbox.list", 200),
        ("mail.nonsense", 404),
    ]
    assert call.headers["Content-Type"] == "application/json"
    assert sandbox.portal.webhooks["active"].code not in repr(sandbox.portal.calls)


async def test_a_new_letter_and_a_forwarded_one_leave(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    assert await portal.result("mail.message.send", **SEND) == {"success": True, "to": SEND["to"]}
    await portal.result("mail.message.forward", **FORWARD)
    new, forwarded = sandbox.portal.sent
    assert (new.method, new.answers, new.forwards) == ("mail.message.send", None, None)
    assert (forwarded.answers, forwarded.forwards) == (None, 16)
    rows = (await portal.result("mail.message.list", folder="Sent"))["items"]
    assert [row["hasAttachments"] for row in rows] == [True, False]
    item = (await portal.result("mail.message.get", id=rows[0]["id"]))["item"]
    assert "> Добрый день!" in item["body"]
    assert len(await portal.result("mail.message.thread", id=rows[0]["id"])) == 1


async def test_a_letter_arrives_late_in_a_colleague_s_mailbox(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    clock = sandbox.portal.clock = MovableClock()
    sandbox.portal.delivery_seconds = 60
    await portal.result("mail.message.send", **SEND | {"to": ["anna@linden-print.example"]})
    unread = {"mailboxId": 4, "searchQuery": SEND["subject"]}
    assert (await portal.result("mail.message.list", **unread))["items"] == []
    clock.move(timedelta(minutes=1))
    assert len((await portal.result("mail.message.list", **unread))["items"]) == 1
