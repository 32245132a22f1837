"""The portal refuses as the pages say, in the profile's shape and in the portal's order."""

from typing import Any

import pytest

from sandbox import Sandbox

from .conftest import PortalClient
from .portal_table import PAGES, REPLY, SEND_ORDER, V3, VALIDATION, WAYS


def item_of(error: Any) -> dict[str, str]:
    assert error["code"] == V3 + VALIDATION
    assert error["message"]
    assert len(error["validation"]) == 1
    found: dict[str, str] = error["validation"][0]
    return found


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (method, name.removesuffix("*"))
        for method, page in PAGES.items()
        for name in page.parameters
        if name.endswith("*")
    ],
)
@pytest.mark.parametrize("empty", [None, "", [], "absent"])
async def test_a_required_parameter_is_missed(
    method: str, name: str, empty: object, sandbox: Sandbox, portal: PortalClient
) -> None:
    parameters = PAGES[method].good | {name: empty}
    if empty == "absent":
        del parameters[name]
    status, error = await portal.error(method, parameters)
    assert status == 400
    docs = sandbox.portal.profile_name == "docs"
    token = "MESSAGE_ID" if name == "messageId" else name.upper()
    assert item_of(error)["field"] == (name if docs else f"MISSING_{token}")


@pytest.mark.parametrize("method", WAYS)
async def test_a_send_misses_its_parameters_in_the_portal_s_order(
    method: str, portal: PortalClient
) -> None:
    good, original, _ = WAYS[method]
    parameters: dict[str, object] = {}
    for name in dict.fromkeys([original, *SEND_ORDER]):
        _, error = await portal.error(method, parameters)
        assert item_of(error)["field"].removeprefix("MISSING_").upper() == name.upper()
        parameters[name] = good[name]


@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize(
    ("change", "field", "token"),
    [
        ({"to": [" "]}, "to", "NO_RECIPIENTS"),
        ({"to": ["nobody"]}, "to, cc, bcc", "RESOLVE_RECIPIENTS_ERROR"),
        ({"cc": ["no body@"]}, "to, cc, bcc", "RESOLVE_RECIPIENTS_ERROR"),
        ({"from": "boss@linden-print.example"}, None, None),
        ({"to": [f"a{n}@b.example" for n in range(101)]}, None, None),
    ],
)
async def test_refused_sends(
    change: dict[str, object],
    field: str | None,
    token: str | None,
    method: str,
    sandbox: Sandbox,
    portal: PortalClient,
) -> None:
    """Without a token: the method's own, which it files under the parameter of its original."""
    good, original, failed = WAYS[method]
    status, error = await portal.error(method, good | change)
    item = item_of(error)
    assert status == 400
    if sandbox.portal.profile_name == "docs":
        assert item == {"message": token or failed, "field": field or original}
    else:
        assert item["field"] == (token or failed)
        assert " " in item["message"]
    assert (sandbox.portal.sent, sandbox.portal.runs) == ([], [])


@pytest.mark.parametrize("method", ["mail.message.reply", "mail.message.forward"])
@pytest.mark.parametrize("number", [19, 999, "abc"])
async def test_an_original_that_is_not_there(
    number: object, method: str, sandbox: Sandbox, portal: PortalClient
) -> None:
    good, original, failed = WAYS[method]
    status, error = await portal.error(method, good | {original: number})
    docs = sandbox.portal.profile_name == "docs"
    assert (status, item_of(error)["message" if docs else "field"]) == (400, failed)
    assert sandbox.portal.sent == []


async def test_text_instead_of_a_list(portal: PortalClient) -> None:
    status, error = await portal.error("mail.message.reply", REPLY | {"to": "a@b.example"})
    assert item_of(error)["field"] in ("to", "MISSING_TO")
    status, error = await portal.error("mail.message.reply", REPLY | {"cc": "a@b.example"})
    assert (status, error["code"]) == (500, V3 + "INTERNAL_INTERNALEXCEPTION")


async def test_a_send_can_be_refused_for_a_reason(sandbox: Sandbox, portal: PortalClient) -> None:
    for method, (good, _, token) in WAYS.items():
        sandbox.portal.refuse_next_send("The daily limit of this sender is used up")
        _, error = await portal.error(method, good)
        assert "The daily limit of this sender is used up" in str(error)
        assert token in str(error)
    sandbox.portal.mailbox("support@linden-print.example").login_works = False
    _, error = await portal.error("mail.message.reply", REPLY)
    assert "Mailbox authentication failed" in str(error)


@pytest.mark.parametrize("name", ["dateFrom", "dateTo"])
@pytest.mark.parametrize(
    "value", ["2026-09-01", "2026-09-01T10:00:00.5+03:00", 5, "2026-19-01T10:00:00+03:00"]
)
async def test_a_date_that_is_not_date_atom(
    name: str, value: object, sandbox: Sandbox, portal: PortalClient
) -> None:
    status, error = await portal.error("mail.message.list", {name: value})
    docs = sandbox.portal.profile_name == "docs"
    assert status == 400
    assert item_of(error)["field"] == (name if docs else f"INVALID_{name.upper()}")


@pytest.mark.parametrize(
    "method", [method for method, page in PAGES.items() if "pagination" in page.parameters]
)
@pytest.mark.parametrize(
    "pagination", [{"limit": 0}, {"limit": "x"}, {"page": "x"}, {"offset": None}, [], 5]
)
async def test_bad_pagination(method: str, pagination: object, portal: PortalClient) -> None:
    status, error = await portal.error(method, PAGES[method].good | {"pagination": pagination})
    assert (status, error["code"]) == (400, V3 + "INVALIDPAGINATIONEXCEPTION")


async def test_a_foreign_mailbox(sandbox: Sandbox, portal: PortalClient) -> None:
    status, error = await portal.error("mail.message.list", {"mailboxId": 5})
    if sandbox.portal.profile_name == "docs":
        assert (status, error["code"]) == (403, V3 + "ACCESSDENIEDEXCEPTION")
    else:
        assert (status, error["code"]) == (500, V3 + "INTERNAL_INTERNALEXCEPTION")


@pytest.mark.parametrize("webhook", ["revoked", "expired"])
async def test_dead_webhooks(webhook: str, sandbox: Sandbox, portal: PortalClient) -> None:
    status, error = await portal.error("mail.mailbox.list", {}, webhook)
    docs = sandbox.portal.profile_name == "docs"
    assert status == 401
    assert (error if docs else error["code"]) == (
        "NO_AUTH_FOUND" if docs else V3 + "ACCESSDENIEDEXCEPTION"
    )
    status, text = await portal.raw("POST", portal.url("profile", webhook, api=""))
    assert status == 401
    assert ("NO_AUTH_FOUND" if docs else "INVALID_CREDENTIALS") in text


async def test_rights_that_the_webhook_lacks(sandbox: Sandbox, portal: PortalClient) -> None:
    status, error = await portal.error("mail.mailbox.list", {}, "no_mail")
    assert (status, error["code"]) == (403, V3 + "INSUFFICIENTSCOPEEXCEPTION")
    sandbox.portal.flat_scope_error = True
    assert await portal.error("mail.mailbox.list", {}, "no_mail") == (403, "insufficient_scope")
    assert await portal.error("mail.mailbox.list", {}, "no_plan") == (403, "ACCESS_DENIED")
    status, _ = await portal.raw("POST", portal.url("profile", "no_mail", api=""))
    assert status == 200


async def test_the_method_is_looked_up_before_the_credentials(portal: PortalClient) -> None:
    status, error = await portal.error("mail.message.nonsense", {}, "revoked")
    assert (status, error["code"]) == (404, V3 + "METHODNOTFOUNDEXCEPTION")
    status, text = await portal.raw("POST", portal.url("mail.mailbox.list.json", api=""))
    assert (status, '"error": "ERROR_METHOD_NOT_FOUND"' in text) == (404, True)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"id=15", "application/x-www-form-urlencoded"),
        (b'{"id": 15', "application/json"),
        (b"[15]", "application/json"),
        (b'{"id": 15}', "text/plain"),
    ],
)
async def test_a_body_that_is_no_json_object(
    content: bytes, kind: str, portal: PortalClient
) -> None:
    status, text = await portal.raw(
        "POST", portal.url("mail.message.get"), data=content, headers={"Content-Type": kind}
    )
    assert (status, "INVALIDJSONEXCEPTION" in text) == (400, True)


async def test_get_never_reads_the_query(portal: PortalClient) -> None:
    status, text = await portal.raw("GET", portal.url("mail.message.get") + "?id=15")
    assert (status, "REQUESTVALIDATIONEXCEPTION" in text) == (400, True)
    status, _ = await portal.raw("GET", portal.url("mail.mailbox.list") + "?x=1")
    assert status == 200


async def test_a_path_prefix_is_part_of_the_address(sandbox: Sandbox, portal: PortalClient) -> None:
    before = portal.url("mail.mailbox.list")
    sandbox.portal.prefix = "/b24"
    assert sandbox.webhook.startswith(f"{sandbox.portal_url}/b24/rest/1/")
    assert (await portal.raw("POST", portal.url("mail.mailbox.list")))[0] == 200
    status, text = await portal.raw("POST", before)
    assert (status, text) == (404, "<h1>404</h1>")


async def test_the_portal_speaks_its_own_language() -> None:
    async with Sandbox(language="ru") as russian:
        refusal = russian.portal.profile.missing("from")
    assert refusal.body["error"]["message"] == "Ошибка проверки запроса"
    assert "обязательное поле" in refusal.body["error"]["validation"][0]["message"]
