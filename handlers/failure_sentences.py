"""Why a call to a portal failed and what to do about it, one sentence for each of our codes.

The same failure is told of a look-up, of connecting and of a letter on its way. So no sentence
says that a letter was not sent, nor invites to send it again where it may have left.
"""

from handlers.field_sentences import field_sentences
from handlers.foreign_text import harmless
from handlers.portal_words import portal_words, shortened
from handlers.texts import Texts, mark
from storage.records.failures import Failure

_UNRECOGNISED = mark(
    "The portal answered with an error that this bot does not know. Please look in Bitrix24."
)
# By the values of `bitrix24.errors.FailureCode`, which nothing here may import.
FAILURES = {
    "unreachable": mark(
        "The portal cannot be reached. Please check its address and that it is up, then try again "
        "later."
    ),
    "certificate": mark(
        "A secure connection to the portal is not possible, probably because of its certificate. "
        "Please ask the portal's administrator to check it."
    ),
    "timeout_connecting": mark(
        "The portal did not take the call in time. Please check that it is up, then try again "
        "later."
    ),
    "host_refused": mark(
        "The settings of this bot do not allow it to call this portal's address. Please ask "
        "whoever runs this bot."
    ),
    "no_answer": mark(
        "The portal was called and did not answer in time. Please see in your browser whether "
        "Bitrix24 works."
    ),
    "broken_off": mark(
        "The portal was called and broke the connection off without an answer. Please see in your "
        "browser whether Bitrix24 works."
    ),
    "bad_answer": mark(
        "The portal's answer could not be understood. Please see in your browser whether Bitrix24 "
        "works."
    ),
    "html_answer": mark(
        "The portal answered with a web page, perhaps because it is under maintenance or wants a "
        "login. Please open it in your browser."
    ),
    "answer_too_large": mark(
        "The portal's answer was too large to be read. Please look in Bitrix24 itself."
    ),
    "too_many_calls": mark(
        "The portal gets more calls at the moment than it takes. Please try again in a minute."
    ),
    "operating_time": mark(
        "This bot has used up the working time that the portal allows within ten minutes. Please "
        "try again a little later."
    ),
    "code_lost": mark(
        "What is stored of the portal's address can no longer be opened. Please connect the portal "
        "again."
    ),
    "credentials": mark(
        "The portal does not accept the webhook: it is wrong, was revoked or has expired. Please "
        "make a new one in Bitrix24 and connect it."
    ),
    "scope": mark(
        "The webhook may not use mail. Please tick “Mail” in its permissions in Bitrix24, then "
        "connect again."
    ),
    "plan": mark(
        "The portal does not allow REST: that needs a commercial plan with the Market "
        "subscription. Please ask the portal's administrator."
    ),
    "license": mark(
        "The portal's plan does not include this. Please ask the portal's administrator about the "
        "plan."
    ),
    "payment": mark(
        "The portal's subscription has ended. Please ask the portal's administrator to renew it."
    ),
    "owner_inactive": mark(
        "The person who made the webhook is no longer active on the portal. Please connect a "
        "webhook of your own."
    ),
    "user_access": mark(
        "The portal has not opened REST to the webhook's owner. Please ask the portal's "
        "administrator for access."
    ),
    "external_user": mark(
        "The portal allows this to its employees only. Please connect an employee's webhook."
    ),
    "application_needed": mark(
        "The portal allows this to applications only, not to webhooks. Please tell an admin of "
        "this bot."
    ),
    "application_removed": mark(
        "The application behind this connection was removed from the portal. Please ask the "
        "portal's administrator to install it again."
    ),
    "confirmation_awaited": mark(
        "The portal's administrator must approve this first. Please ask for it, then connect again."
    ),
    "confirmation_denied": mark(
        "The portal's administrator has not approved this. Please ask the administrator why."
    ),
    "https_needed": mark(
        "The portal answers over https only. Please connect with an address that begins with "
        "https://."
    ),
    "portal_blocked": mark(
        "Bitrix24 has blocked REST on this portal. Please ask the portal's administrator to "
        "write to Bitrix24's support."
    ),
    "portal_closed": mark(
        "The portal is closed or was deleted. Please ask the portal's administrator."
    ),
    "moved": mark(
        "The portal is at another address now. Please make a webhook there and connect it."
    ),
    "redirected": mark(
        "The portal did not answer and sent the bot on to another page, perhaps because it wants a "
        "login. Please open it in your browser."
    ),
    "validation": mark(
        "Bitrix24 objects to something and does not say to what. Please check everything."
    ),
    "not_found": mark(
        "The letter or the mailbox was not found on the portal, or you may no longer see it. "
        "Please look for it in Bitrix24."
    ),
    "no_right": mark(
        "You have no access to this on the portal. Please ask its administrator for the right to "
        "this letter and mailbox."
    ),
    "method_missing": mark(
        "This portal has no mail over REST 3.0 yet. Please ask its administrator to update it."
    ),
    "key_invalid": mark(
        "The portal did not accept the mark that keeps a letter from leaving twice. Please tell "
        "an admin of this bot."
    ),
    "bad_call": mark(
        "The portal did not understand the bot, which is the bot's mistake. Please tell an admin."
    ),
    "key_reused": mark(
        "The portal took this letter for another one that it already had from the bot. Please "
        "tell an admin of this bot."
    ),
    "portal_failed": mark(
        "The portal had a fault of its own. Please see in your browser whether Bitrix24 works."
    ),
    "unrecognised": _UNRECOGNISED,
}
_AT = {
    "too_many_calls": mark(
        "The portal gets more calls at the moment than it takes. Please try again at {time}."
    ),
    "operating_time": mark(
        "This bot has used up the working time that the portal allows within ten minutes. Please "
        "try again at {time}."
    ),
}


def failure_sentence(failure: Failure, _: Texts, zone: str = "") -> str:
    """What happened and what to do next; `zone` is where the person's clock is, '' for UTC."""
    if failure.retry_at is not None and failure.code in _AT:
        return _(_AT[failure.code]).format(time=_.time(failure.retry_at, zone))
    if failure.code == "validation":
        return _about_validation(failure, _)
    if failure.code == "unrecognised" or failure.code not in FAILURES:
        return _about_unknown(failure, _)
    return _(FAILURES[failure.code])


def _about_validation(failure: Failure, _: Texts) -> str:
    sentences = field_sentences(failure, _)
    if sentences:
        return " ".join(sentences)
    words = portal_words(failure.portal_text)
    if words:
        said = _("Bitrix24 objects to something and says: “{words}”. Please check everything.")
        return said.format(words=words)
    return _(FAILURES[failure.code])


def _about_unknown(failure: Failure, _: Texts) -> str:
    """The only place where a code is shown, as the portal's word: nobody could explain it."""
    code = " ".join(harmless(failure.portal_code).split())
    words = shortened(": ".join(filter(None, (code, portal_words(failure.portal_text)))))
    if words:
        said = _(
            "The portal answered with an error that this bot does not know: “{words}”. Please look "
            "in Bitrix24."
        )
        return said.format(words=words)
    if failure.status is not None:
        said = _(
            "The portal answered with HTTP {status} and gave no reason. Please look in Bitrix24."
        )
        return said.format(status=failure.status)
    return _(_UNRECOGNISED)
