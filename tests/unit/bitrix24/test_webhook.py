"""Every form in which a webhook address is pasted: read right, or refused with its own fault."""

import pytest

from bitrix24.trust import TrustedPortals
from bitrix24.webhook import (
    Webhook,
    WebhookError,
    WebhookFault,
    holds_webhook,
    read_webhook,
)

CODE = "a1b2c3d4e5f6g7h8"
NOBODY = TrustedPortals()
TRUSTED = TrustedPortals.read(
    "crm.intra.example:8443, crm.intra.example, 127.0.0.1:8080, localhost:8080, [fd00::5]:8443"
)
ACME = Webhook("https", "acme.bitrix24.example", None, "", 1, CODE)

WHOLE = f"https://acme.bitrix24.example/rest/1/{CODE}/"
AS_PASTED = [
    WHOLE,
    WHOLE[:-1],
    f"https://acme.bitrix24.example/rest/api/1/{CODE}/",
    f"https://acme.bitrix24.example/rest/api/1/{CODE}",
    f"{WHOLE}profile.json",
    f"{WHOLE}profile",
    f"{WHOLE}profile.xml",
    f"{WHOLE}crm.lead.list.json?start=0",
    f"https://acme.bitrix24.example/rest/api/1/{CODE}/mail.message.list",
    f"{WHOLE}mail.message.list?a=1#there",
    f"{WHOLE}/",
    f"https://acme.bitrix24.example//rest/1/{CODE}/",
    f"https://acme.bitrix24.example/rest//api/1///{CODE}",
    f"acme.bitrix24.example/rest/1/{CODE}/",
    f"HTTPS://ACME.Bitrix24.example/rest/1/{CODE}/",
    f"https://acme.bitrix24.example/REST/1/{CODE}/",
    f"  {WHOLE}\n",
    f'"{WHOLE}"',
    f"'{WHOLE}'",
    f"«{WHOLE}»",
    f"<{WHOLE}>",
    f"({WHOLE})",
    f"{WHOLE},",
    f"{WHOLE}.",
    f"{WHOLE[:-1]}.",
    f"`{WHOLE}`",
    f"curl -X POST -d '{{}}' '{WHOLE}profile.json'",
    f"my webhook: {WHOLE} thanks",
    f"my webhook: acme.bitrix24.example/rest/1/{CODE}/ thanks",
    f"I read https://helpdesk.bitrix24.example/open/1 and made {WHOLE}",
    f"https://acme.bitrix24.example:443/rest/1/{CODE}/",
    f"http://acme.bitrix24.example/rest/1/{CODE}/",
    f"http://acme.bitrix24.example:80/rest/1/{CODE}/",
    f"http://acme.bitrix24.example:443/rest/1/{CODE}/",
    f"https://acme.bitrix24.example/rest/1/%61{CODE[1:]}/",
    f"https://acme.bitrix24.example/rest/001/{CODE}/",
]


@pytest.mark.parametrize("text", AS_PASTED)
def test_every_pasted_form_gives_the_same_webhook(text: str) -> None:
    assert read_webhook(text, NOBODY) == ACME


@pytest.mark.parametrize(
    ("text", "webhook"),
    [
        (
            "https://acme.bitrix24.example/rest/7/AbC-d_9/",
            Webhook("https", "acme.bitrix24.example", None, "", 7, "AbC-d_9"),
        ),
        (
            f"https://intra.example/b24/rest/1/{CODE}/",
            Webhook("https", "intra.example", None, "/b24", 1, CODE),
        ),
        (
            f"https://intra.example/rest/old/rest/api/1/{CODE}/",
            Webhook("https", "intra.example", None, "/rest/old", 1, CODE),
        ),
        (
            f"https://crm.intra.example:8443/rest/1/{CODE}/",
            Webhook("https", "crm.intra.example", 8443, "", 1, CODE),
        ),
        (
            f"http://crm.intra.example/rest/1/{CODE}/",
            Webhook("http", "crm.intra.example", None, "", 1, CODE),
        ),
        (
            f"http://crm.intra.example:80/rest/1/{CODE}/",
            Webhook("http", "crm.intra.example", None, "", 1, CODE),
        ),
        (
            f"http://127.0.0.1:8080/rest/1/{CODE}/",
            Webhook("http", "127.0.0.1", 8080, "", 1, CODE),
        ),
        (
            f"http://LOCALHOST:8080/b24/rest/1/{CODE}/",
            Webhook("http", "localhost", 8080, "/b24", 1, CODE),
        ),
        (
            f"https://[FD00:0::5]:8443/rest/1/{CODE}/",
            Webhook("https", "fd00::5", 8443, "", 1, CODE),
        ),
        (
            f"https://почта.example/rest/1/{CODE}/",
            Webhook("https", "xn--80a1acny.example", None, "", 1, CODE),
        ),
        (
            f"https://xn--80a1acny.example/rest/1/{CODE}/",
            Webhook("https", "xn--80a1acny.example", None, "", 1, CODE),
        ),
    ],
)
def test_ports_prefixes_and_trusted_hosts_are_kept(text: str, webhook: Webhook) -> None:
    assert read_webhook(text, TRUSTED) == webhook


REFUSED = [
    ("https://acme.bitrix24.example/rest/1/", WebhookFault.CODE_MISSING),
    ("https://acme.bitrix24.example/rest/api/1/", WebhookFault.CODE_MISSING),
    ("https://acme.bitrix24.example/rest/1/profile.json", WebhookFault.CODE_MISSING),
    ("https://acme.bitrix24.example/rest/1/profile", WebhookFault.CODE_MISSING),
    ("https://acme.bitrix24.example/rest/1/mail.message.list", WebhookFault.CODE_MISSING),
    (f"https://acme.bitrix24.example/rest/{CODE}/", WebhookFault.USER_MISSING),
    (f"https://acme.bitrix24.example/rest/api/{CODE}/", WebhookFault.USER_MISSING),
    (f"https://acme.bitrix24.example/rest/{CODE}/1/", WebhookFault.WRONG_ORDER),
    (f"https://acme.bitrix24.example/rest/{CODE}/profile", WebhookFault.USER_NOT_A_NUMBER),
    (f"https://acme.bitrix24.example/rest/0/{CODE}/", WebhookFault.USER_NOT_A_NUMBER),
    (f"https://acme.bitrix24.example/rest/-1/{CODE}/", WebhookFault.USER_NOT_A_NUMBER),
    (f"https://acme.bitrix24.example/rest/١/{CODE}/", WebhookFault.USER_NOT_A_NUMBER),
    ("https://acme.bitrix24.example/rest/", WebhookFault.APPLICATION_ENDPOINT),
    ("https://acme.bitrix24.example/rest/api/", WebhookFault.APPLICATION_ENDPOINT),
    ("https://acme.bitrix24.example/rest/crm.lead.list", WebhookFault.APPLICATION_ENDPOINT),
    (CODE, WebhookFault.BARE_CODE),
    (f"1/{CODE}", WebhookFault.BARE_CODE),
    (f" {CODE.upper()} ", WebhookFault.BARE_CODE),
    ("https://acme.bitrix24.example/devops/edit/in-hook/7/", WebhookFault.PORTAL_PAGE),
    ("https://acme.bitrix24.example/marketplace/", WebhookFault.PORTAL_PAGE),
    ("https://acme.bitrix24.example/company/personal/user/1/", WebhookFault.PORTAL_PAGE),
    ("https://acme.bitrix24.example/", WebhookFault.PORTAL_PAGE),
    ("acme.bitrix24.example", WebhookFault.PORTAL_PAGE),
    ("https://shop.example/b24/handler.php", WebhookFault.OUTGOING),
    ("https://shop.example/bitrix24-webhook", WebhookFault.OUTGOING),
    ("https://shop.example/in?event=ONCRMACTIVITYADD", WebhookFault.OUTGOING),
    (f"https://ann:secret@acme.bitrix24.example/rest/1/{CODE}/", WebhookFault.USERINFO),
    (f"https://acme.bitrix24.example@evil.example/rest/1/{CODE}/", WebhookFault.USERINFO),
    ("https://acme.bitrix24.example/rest/1/**put_your_webhook_here**/", WebhookFault.SAMPLE),
    ("**put_your_webhook_here**", WebhookFault.SAMPLE),
    ("https://acme.bitrix24.example/rest/api/***/***/", WebhookFault.SAMPLE),
    ("https://your_domain.bitrix24.example/rest/1/{code}/", WebhookFault.SAMPLE),
    (f"https://acme.bitrix24.example/rest/1/{CODE}/a.b/c", WebhookFault.BAD_PATH),
    (f"https://acme.bitrix24.example/rest/1/{CODE}%00/", WebhookFault.BAD_PATH),
    (f"https://acme.bitrix24.example/rest/1/{CODE}%2f..%2fx/", WebhookFault.BAD_PATH),
    (f"https://acme.bitrix24.example/../rest/1/{CODE}/", WebhookFault.BAD_PATH),
    (f"https://acme.bitrix24.example/%2e%2e/rest/1/{CODE}/", WebhookFault.BAD_PATH),
    (f"https://acme.bitrix24.example/a%0d%0ab/rest/1/{CODE}/", WebhookFault.BAD_PATH),
    (f"https://acme.bitrix24.example/{'p' * 300}/rest/1/{CODE}/", WebhookFault.BAD_PATH),
    (f"https://acme.bitrix24.example/rest/1/{'c' * 129}/", WebhookFault.TOO_LONG),
    (f"https://acme.bitrix24.example/rest/1/{CODE}/?{'q' * 2000}", WebhookFault.TOO_LONG),
    (f"ftp://acme.bitrix24.example/rest/1/{CODE}/", WebhookFault.WRONG_SCHEME),
    (f"file:///rest/1/{CODE}/", WebhookFault.WRONG_SCHEME),
    ("", WebhookFault.NOT_AN_ADDRESS),
    ("good morning everybody", WebhookFault.NOT_AN_ADDRESS),
    ("hello", WebhookFault.NOT_AN_ADDRESS),
    (f"https://acme.bitrix24.example\\@evil.example/rest/1/{CODE}/", WebhookFault.NOT_AN_ADDRESS),
    (f"https://acme.bitrix24.example/rest/1/{CODE}\u200b/", WebhookFault.NOT_AN_ADDRESS),
    (f"https://acme.bitrix24.example:8443/rest/1/{CODE}/", WebhookFault.PORT),
    (f"https://acme.bitrix24.example:80/rest/1/{CODE}/", WebhookFault.PORT),
    (f"https://acme.bitrix24.example:0/rest/1/{CODE}/", WebhookFault.PORT),
    (f"https://acme.bitrix24.example:70000/rest/1/{CODE}/", WebhookFault.PORT),
    (f"https://acme.bitrix24.example:443:80/rest/1/{CODE}/", WebhookFault.BAD_HOST),
    (f"https:///rest/1/{CODE}/", WebhookFault.BAD_HOST),
    (f"https://-acme.example/rest/1/{CODE}/", WebhookFault.BAD_HOST),
    (f"https://acme..example/rest/1/{CODE}/", WebhookFault.BAD_HOST),
    (f"https://{'a' * 64}.example/rest/1/{CODE}/", WebhookFault.BAD_HOST),
    (f"https://{'a.' * 130}example/rest/1/{CODE}/", WebhookFault.BAD_HOST),
    (f"https://xn--a.example/rest/1/{CODE}/", WebhookFault.BAD_HOST),
    (f"https://acme%2eexample/rest/1/{CODE}/", WebhookFault.BAD_HOST),
    (f"https://acme.example%00.evil.example/rest/1/{CODE}/", WebhookFault.BAD_HOST),
    (f"https://127.0.0.1/rest/1/{CODE}/", WebhookFault.IP_LITERAL),
    (f"https://[::1]/rest/1/{CODE}/", WebhookFault.IP_LITERAL),
    (f"https://2130706433/rest/1/{CODE}/", WebhookFault.IP_LITERAL),
    (f"https://0x7f.1/rest/1/{CODE}/", WebhookFault.IP_LITERAL),
    (f"https://127.0.0.0x1/rest/1/{CODE}/", WebhookFault.IP_LITERAL),
    (f"https://①②⑦.⓪.⓪.①/rest/1/{CODE}/", WebhookFault.LOOKALIKE_HOST),
    (f"https://acme．example/rest/1/{CODE}/", WebhookFault.LOOKALIKE_HOST),
    (f"https://acme。example/rest/1/{CODE}/", WebhookFault.LOOKALIKE_HOST),
    (f"https://ａcme.example/rest/1/{CODE}/", WebhookFault.LOOKALIKE_HOST),
    (f"https://po\u212aer.example/rest/1/{CODE}/", WebhookFault.LOOKALIKE_HOST),
    (f"https://bitrіx24.example/rest/1/{CODE}/", WebhookFault.LOOKALIKE_HOST),
    (f"https://intranet/rest/1/{CODE}/", WebhookFault.LOCAL_HOST),
    (f"https://portal.lan/rest/1/{CODE}/", WebhookFault.LOCAL_HOST),
    (f"https://portal.internal/rest/1/{CODE}/", WebhookFault.LOCAL_HOST),
]


@pytest.mark.parametrize(("text", "fault"), REFUSED)
def test_what_cannot_be_used_is_refused_with_its_own_fault(text: str, fault: WebhookFault) -> None:
    with pytest.raises(WebhookError) as refused:
        read_webhook(text, NOBODY)
    assert refused.value.code is fault
    assert CODE not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_every_fault_is_met_by_a_refused_text() -> None:
    assert {fault for _, fault in REFUSED} == set(WebhookFault)


def test_a_trusted_host_is_trusted_on_its_own_ports_only() -> None:
    with pytest.raises(WebhookError) as refused:
        read_webhook(f"https://127.0.0.1:8081/rest/1/{CODE}/", TRUSTED)
    assert refused.value.code is WebhookFault.IP_LITERAL


def test_addresses_of_methods_are_built_for_both_rests() -> None:
    webhook = Webhook("https", "fd00::5", 8443, "/b24", 12, CODE)
    assert webhook.v3("mail.message.get") == (
        f"https://[fd00::5]:8443/b24/rest/api/12/{CODE}/mail.message.get"
    )
    assert webhook.classic("profile") == f"https://[fd00::5]:8443/b24/rest/12/{CODE}/profile"
    assert webhook.label == "[fd00::5]:8443"
    assert ACME.label == "acme.bitrix24.example"
    assert (ACME.effective_port, webhook.effective_port) == (443, 8443)


def test_a_webhook_never_shows_its_code() -> None:
    assert CODE not in repr(ACME)
    assert CODE not in str(ACME)


@pytest.mark.parametrize(
    "text",
    [
        *AS_PASTED,
        f"look: acme.bitrix24.example/rest/1/{CODE} !",
        f"https%3A%2F%2Facme.bitrix24.example%2Frest%2F1%2F{CODE}%2F",
        f"https%253A%252F%252Facme.bitrix24.example%252Frest%252F1%252F{CODE}",
        f"https:\\/\\/acme.bitrix24.example\\/rest\\/1\\/{CODE}\\/",
        f"https://acme.bitrix24.example/rest/{CODE}/1/",
        f"https://acme.bitrix24.example/rest/{CODE}/",
        f"rest/1/{CODE}",
        f"/rest/api/1/\n{CODE}",
        f"ｒｅｓｔ／1／{CODE}",
        f"re\u200bst/1/{CODE}",
        f"https:&#47;&#47;acme.bitrix24.example&#47;rest&#47;1&#47;{CODE}",
        f"http://ann:b@127.1/rest/1/{CODE}",
        f"ftp://acme.bitrix24.example/rest/1/{CODE}",
    ],
)
def test_row_86_a_secret_is_noticed_in_any_text(text: str) -> None:
    assert holds_webhook(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I will do the rest / tomorrow",
        "The rest, 1/2 of it, is yours",
        "https://acme.bitrix24.example/mail/message/15/",
        "https://acme.bitrix24.example/rest/",
        "/reply 15 Thanks, got it",
        "arrest/12/people in the interest/of/justice",
    ],
)
def test_ordinary_texts_hold_no_webhook(text: str) -> None:
    assert not holds_webhook(text)
