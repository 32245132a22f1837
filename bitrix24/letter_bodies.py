"""The bodies of the three methods that send: made once, stored, and sent as they are."""

import json
from collections.abc import Sequence


def reply_body(
    *,
    letter_number: int,
    sender: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    subject: str,
    html: str,
) -> bytes:
    """The exact bytes of a mail.message.reply: made once, stored, sent as they are."""
    about = {"replyToMessageId": letter_number}
    return _letter_bytes(about, sender, to, cc, bcc, subject, html)


def send_body(
    *,
    sender: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    subject: str,
    html: str,
) -> bytes:
    """The exact bytes of a mail.message.send, a letter that answers none."""
    return _letter_bytes({}, sender, to, cc, bcc, subject, html)


def forward_body(
    *,
    letter_number: int,
    sender: str,
    to: Sequence[str],
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    subject: str,
    html: str,
) -> bytes:
    """The exact bytes of a mail.message.forward; the portal adds the letter and its files."""
    about = {"forwardMessageId": letter_number}
    return _letter_bytes(about, sender, to, cc, bcc, subject, html)


def html_of(body: bytes) -> str:
    """The text that such bytes carry; '' if they are none of those made here."""
    try:
        params = json.loads(body)
    except ValueError:
        return ""
    return str(params.get("body", "")) if isinstance(params, dict) else ""


def _letter_bytes(
    about: dict[str, int],
    sender: str,
    to: Sequence[str],
    cc: Sequence[str],
    bcc: Sequence[str],
    subject: str,
    html: str,
) -> bytes:
    copies = {name: list(addresses) for name, addresses in (("cc", cc), ("bcc", bcc)) if addresses}
    params = {
        **about,
        "from": sender,
        "to": list(to),
        "subject": subject,
        "body": html,
        **copies,
    }
    return json.dumps(params, ensure_ascii=False, separators=(",", ":")).encode()
