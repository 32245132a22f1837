"""All methods of a person's mail, and whose webhook it is, each by the page that documents it."""

from bitrix24.letter_bodies import forward_body, reply_body, send_body
from bitrix24.letter_methods import LetterMethods
from bitrix24.mailbox_methods import MailboxMethods
from bitrix24.models import Profile, read_row
from bitrix24.reading import Got
from bitrix24.recipient_methods import RecipientMethods
from bitrix24.webhook import Webhook
from bitrix24.write_methods import FORWARD, REPLY, SEND, WriteMethods

__all__ = [
    "FORWARD",
    "REPLY",
    "SEND",
    "Got",
    "Mail",
    "forward_body",
    "reply_body",
    "send_body",
]


class Mail(MailboxMethods, LetterMethods, WriteMethods, RecipientMethods):
    """A person's mail, as their webhook shows it. Every failure is a PortalError."""

    async def profile(self, webhook: Webhook) -> Got[Profile | None]:
        """Whose webhook it is (classic `profile`); None for a person who was dismissed."""
        answer = await self._client.call(webhook, "profile", {}, classic=True)
        return Got(read_row(Profile, answer.result, None), answer.learned)

    async def scope(self, webhook: Webhook) -> Got[tuple[str, ...]]:
        """What the webhook may do (classic `scope`), in lower case."""
        answer = await self._client.call(webhook, "scope", {}, classic=True)
        names = answer.result if isinstance(answer.result, list) else []
        return Got(tuple(str(name).lower() for name in names), answer.learned)
