"""Why a typed text is not taken as a webhook's address, and what to do: one sentence each."""

from handlers.texts import Texts, mark
from mail.connections import WebhookFault

WHERE = mark(
    "In Bitrix24, open Developer resources → Other → Inbound webhook. The address is shown there "
    "and looks like https://portal.example/rest/1/code/"
)

_FAULTS = {
    WebhookFault.NOT_AN_ADDRESS: mark("this is no address. Please paste the webhook's address."),
    WebhookFault.TOO_LONG: mark(
        "this is longer than any webhook's address. Please paste the address alone."
    ),
    WebhookFault.WRONG_SCHEME: mark(
        "the address must begin with https://. Please copy it once more."
    ),
    WebhookFault.USERINFO: mark(
        "there is a name or a password before the host. Please paste the address without it."
    ),
    WebhookFault.BAD_HOST: mark(
        "the host in this address cannot exist. Please copy the address once more."
    ),
    WebhookFault.LOOKALIKE_HOST: mark(
        "the host mixes letters that only look alike, as forged addresses do. Please copy the "
        "address from Bitrix24 itself."
    ),
    WebhookFault.IP_LITERAL: mark(
        "the host is a number, not a name. Please use the portal's name, or ask whoever runs this "
        "bot to add the portal to the trusted ones in its settings."
    ),
    WebhookFault.LOCAL_HOST: mark(
        "this is a name of a local network. Please ask whoever runs this bot to add the portal to "
        "the trusted ones in its settings."
    ),
    WebhookFault.PORT: mark(
        "the portal has a port of its own. Please ask whoever runs this bot to add the portal to "
        "the trusted ones in its settings."
    ),
    WebhookFault.CODE_MISSING: mark(
        "the secret code at the end is missing. Please copy the whole address."
    ),
    WebhookFault.USER_MISSING: mark(
        "the number before the code is missing. Please copy the whole address."
    ),
    WebhookFault.USER_NOT_A_NUMBER: mark(
        "a number must stand after /rest/, and something else stands there. Please copy the whole "
        "address."
    ),
    WebhookFault.WRONG_ORDER: mark(
        "the code and the number stand in the wrong order. Please copy the address as it is."
    ),
    WebhookFault.APPLICATION_ENDPOINT: mark(
        "this is the address of an application, not of a webhook. Please make an inbound webhook."
    ),
    WebhookFault.BARE_CODE: mark(
        "this is only the code. Please delete your message, then paste the whole address."
    ),
    WebhookFault.PORTAL_PAGE: mark(
        "this is a page of the portal, not a webhook's address. Please copy the address that is "
        "shown on the webhook's page."
    ),
    WebhookFault.OUTGOING: mark(
        "this belongs to an outbound webhook. Please make an inbound webhook."
    ),
    WebhookFault.SAMPLE: mark(
        "this is the sample from the documentation. Please paste the address of your own webhook."
    ),
    WebhookFault.BAD_PATH: mark(
        "the address has parts that no webhook has. Please copy it once more."
    ),
}


def not_an_address(fault: WebhookFault, _: Texts) -> str:
    """The whole answer."""
    said = _("Not connected: {reason}").format(reason=_(_FAULTS[fault]))
    return f"{said} ❌\n{_(WHERE)}"
