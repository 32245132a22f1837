"""The mail methods over a real connection."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bitrix24.client import Client
from bitrix24.errors import AccessLost, FailureCode, Unknown
from bitrix24.methods import FORWARD, REPLY, SEND, Mail, forward_body, reply_body, send_body
from bitrix24.models import Mailbox, Profile, Sender, ThreadLetter
from bitrix24.reach import Sessions
from bitrix24.trust import TrustedPortals
from tests.integration.bitrix24.portals import Portal, open_portal

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


@asynccontextmanager
async def mail_with(*results: object, status: int = 200) -> AsyncIterator[tuple[Mail, Portal]]:
    """Mail on a portal that gives these results one after the other."""
    left = list(results)

    async def answer(request: web.Request) -> web.StreamResponse:
        time = {"date_start": "2026-09-01T11:00:00+03:00"}
        document = {"result": left.pop(0), "time": time} if status == 200 else left.pop(0)
        return web.json_response(document, status=status)

    async with open_portal(answer) as portal:
        sessions = Sessions(TrustedPortals.read(f"{portal.host}:{portal.port}"))
        try:
            yield Mail(Client(sessions, clock=lambda: NOW, user_agent="mail-bot/0.1")), portal
        finally:
            await sessions.close()


def sender(number: int) -> dict[str, str]:
    address = f"a{number}@acme.example"
    return {"email": address, "name": "A", "sender": f"A <{address}>"}


async def test_profile_and_scope_are_classic() -> None:
    person = {"ID": "12", "NAME": "Ann", "LAST_NAME": "Lee", "TIME_ZONE": "Europe/Riga"}
    async with mail_with(person, ["mail", "CRM"], []) as (mail, portal):
        profile = await mail.profile(portal.webhook)
        scope = await mail.scope(portal.webhook)
        dismissed = await mail.profile(portal.webhook)
    assert profile.value == Profile.model_construct(
        user_id=12, name="Ann", last_name="Lee", time_zone="Europe/Riga"
    )
    assert scope.value == ("mail", "crm")
    assert dismissed.value is None
    assert [call.path.split("/")[1:3] for call in portal.calls] == [["rest", "1"]] * 3


async def test_a_refused_profile_is_the_callers_to_judge() -> None:
    refusal = {"error": "insufficient_scope"}
    async with mail_with(refusal, refusal, status=403) as (mail, portal):
        for call in (mail.profile, mail.scope):
            with pytest.raises(AccessLost):
                await call(portal.webhook)


async def test_mailboxes_are_read_to_the_empty_page() -> None:
    rows = [{"id": 3, "name": "Help", "email": "help@acme.example", "senderName": "Support"}]
    async with mail_with({"items": rows}, {"items": []}) as (mail, portal):
        got = await mail.mailboxes(portal.webhook)
    assert got.value == (
        Mailbox.model_construct(
            id=3, name="Help", email="help@acme.example", sender_name="Support"
        ),
    )
    assert [json.loads(call.body) for call in portal.calls] == [
        {"pagination": {"page": 1, "limit": 100}},
        {"pagination": {"page": 2, "limit": 100}},
    ]


@pytest.mark.parametrize("nothing", [{"items": []}, [], {"items": {}}])
async def test_nobodys_mailboxes_are_an_answer(nothing: object) -> None:
    async with mail_with(nothing) as (mail, portal):
        assert (await mail.mailboxes(portal.webhook)).value == ()
    assert len(portal.calls) == 1


async def test_senders_of_all_pages_come_once() -> None:
    pages = [
        {"items": [sender(1), sender(2), sender(2)]},
        {"items": {"0": sender(2), "1": sender(3), "2": sender(4)}},
        {"items": [sender(5)]},
    ]
    async with mail_with(*pages) as (mail, portal):
        got = await mail.senders(portal.webhook)
    assert got.value == tuple(Sender(**sender(number)) for number in (1, 2, 3, 4, 5))
    assert len(portal.calls) == 3


async def test_a_portal_that_ignores_the_page_ends_the_list() -> None:
    async with mail_with(*[{"items": [sender(1)]}] * 10) as (mail, portal):
        assert len((await mail.senders(portal.webhook)).value) == 1
    assert len(portal.calls) == 2


async def test_pages_without_end_are_cut_at_ten() -> None:
    pages = [{"items": [sender(number)]} for number in range(20)]
    async with mail_with(*pages) as (mail, portal):
        assert len((await mail.senders(portal.webhook)).value) == 10
    assert len(portal.calls) == 10


async def test_a_letter_has_its_naive_date_in_the_portals_zone() -> None:
    async with mail_with({"item": {"id": 15, "date": "2026-09-01 09:42:10"}}) as (mail, portal):
        got = await mail.letter(portal.webhook, 15)
    assert got.value.date == datetime(2026, 9, 1, 6, 42, 10, tzinfo=UTC)
    assert json.loads(portal.calls[0].body) == {"id": 15}


async def test_letters_come_newest_first() -> None:
    rows = [
        {"id": 1, "date": "2026-09-01T09:00:00+03:00"},
        {"id": 2, "date": None},
        {"id": 3, "date": "2026-09-01T08:00:00+00:00"},
        {"id": 4, "date": "2026-09-01T09:00:00+03:00"},
    ]
    async with mail_with({"items": rows}, {"items": []}) as (mail, portal):
        got = await mail.letters(portal.webhook, is_seen=False, limit=5)
        await mail.letters(portal.webhook, limit=500, page=2)
    assert [letter.id for letter in got.value] == [3, 4, 1, 2]
    assert [json.loads(call.body) for call in portal.calls] == [
        {"pagination": {"page": 1, "limit": 5}, "isSeen": False},
        {"pagination": {"page": 2, "limit": 200}},
    ]


async def test_a_reply_sends_the_stored_bytes() -> None:
    body = reply_body(
        letter_number=15,
        sender="help@acme.example",
        to=["ann@buyer.example"],
        bcc=("b@x.example",),
        subject="Re: Привет",
        html="Да<br>",
    )
    assert json.loads(body) == {
        "replyToMessageId": 15,
        "from": "help@acme.example",
        "to": ["ann@buyer.example"],
        "subject": "Re: Привет",
        "body": "Да<br>",
        "bcc": ["b@x.example"],
    }
    async with mail_with({"success": True, "to": ["ann@buyer.example"]}) as (mail, portal):
        got = await mail.send(portal.webhook, REPLY, body, "key-1")
    assert got.value.to == ("ann@buyer.example",)
    assert got.learned.idempotency == "absent"
    assert portal.calls[0].body == body


async def test_a_new_letter_and_a_forwarded_one_are_sent_by_their_own_methods() -> None:
    new = send_body(sender="a@x.example", to=["b@x.example"], subject="Hello", html="Hi")
    passed_on = forward_body(
        letter_number=15,
        sender="a@x.example",
        to=["b@x.example"],
        cc=["c@x.example"],
        subject="Fwd: Hello",
        html="Look",
    )
    assert json.loads(passed_on) == {
        "forwardMessageId": 15,
        "from": "a@x.example",
        "to": ["b@x.example"],
        "subject": "Fwd: Hello",
        "body": "Look",
        "cc": ["c@x.example"],
    }
    taken = {"success": True, "to": ["b@x.example"]}
    async with mail_with(taken, taken) as (mail, portal):
        await mail.send(portal.webhook, SEND, new, "key-1")
        await mail.send(portal.webhook, FORWARD, passed_on, "key-2")
    assert [call.body for call in portal.calls] == [new, passed_on]
    assert [call.path.rpartition("/")[2] for call in portal.calls] == [SEND, FORWARD]
    assert [call.headers["Idempotency-Key"] for call in portal.calls] == ["key-1", "key-2"]


@pytest.mark.parametrize("wrap", [list, lambda rows: {"items": rows}, lambda rows: {"0": rows[0]}])
async def test_a_thread_is_read_in_any_shape(wrap: Callable[[list[object]], object]) -> None:
    row = {
        "id": "15",
        "subject": None,
        "from": "Ann <ann@buyer.example>",
        "to": "help@acme.example",
        "cc": None,
        "date": "2026-09-01 09:42:10",
        "body": "When?",
        "truncated": False,
    }
    async with mail_with(wrap([row])) as (mail, portal):
        (letter,) = (await mail.thread(portal.webhook, 15)).value
    assert letter == ThreadLetter.model_construct(
        id=15,
        subject="",
        from_="Ann <ann@buyer.example>",
        to="help@acme.example",
        cc="",
        date=datetime(2026, 9, 1, 6, 42, 10, tzinfo=UTC),
        body="When?",
    )
    assert json.loads(portal.calls[0].body) == {"id": 15, "limit": 50}


async def test_a_thread_comes_oldest_first_and_may_be_empty() -> None:
    rows = [
        {"id": 9, "date": "2026-09-01T09:00:00+03:00"},
        {"id": 7, "date": "2026-09-01T09:00:00+03:00"},
        {"id": 8, "date": "2026-08-01T09:00:00+03:00"},
    ]
    async with mail_with(rows, [], {}) as (mail, portal):
        got = await mail.thread(portal.webhook, 9, limit=500)
        assert (await mail.thread(portal.webhook, 9)).value == ()
        assert (await mail.thread(portal.webhook, 9)).value == ()
    assert [letter.id for letter in got.value] == [8, 7, 9]
    assert json.loads(portal.calls[0].body)["limit"] == 50


async def test_letters_are_looked_for_in_the_portals_own_time() -> None:
    since = datetime(2026, 9, 1, 8, 0, 30, 500_000, tzinfo=UTC)
    async with mail_with({"items": []}, {"items": []}) as (mail, portal):
        for _ in range(2):
            await mail.letters(
                portal.webhook,
                mailbox=3,
                search="Order 118",
                since=since,
                until=since + timedelta(hours=15),
                folder="Sent",
                is_seen=True,
                has_attachments=False,
            )
    first, second = (json.loads(call.body) for call in portal.calls)
    assert first == {
        "mailboxId": 3,
        "searchQuery": "Order 118",
        "dateFrom": "2026-09-01T08:00:30+00:00",
        "dateTo": "2026-09-01T23:00:30+00:00",
        "folder": "Sent",
        "isSeen": True,
        "hasAttachments": False,
        "pagination": {"page": 1, "limit": 25},
    }
    assert second["dateFrom"] == "2026-09-01T11:00:30+03:00"
    assert second["dateTo"] == "2026-09-02T02:00:30+03:00"


@pytest.mark.parametrize(
    "result", [{"success": False}, {"to": ["a@x.example"]}, True, [], None, {"success": "true"}]
)
async def test_a_reply_is_sent_only_if_the_portal_says_so(result: object) -> None:
    async with mail_with(result) as (mail, portal):
        with pytest.raises(Unknown) as caught:
            await mail.send(portal.webhook, REPLY, b"{}", "key-1")
    assert caught.value.failure.code is FailureCode.BAD_ANSWER


async def test_results_of_another_shape_are_no_answer() -> None:
    async with mail_with({"item": []}, {"item": {"id": None}}, True, {"x": 1}, None) as (
        mail,
        portal,
    ):
        for _ in range(2):
            with pytest.raises(Unknown):
                await mail.letter(portal.webhook, 15)
        with pytest.raises(Unknown):
            await mail.letters(portal.webhook)
        for call in (mail.mailboxes, mail.senders):
            with pytest.raises(Unknown):
                await call(portal.webhook)
