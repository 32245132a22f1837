"""What an error of a Telegram call proves: the one place where that is decided.

The texts are those of Telegram's open Bot API server; the Bot API page names none of them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bot.telegram import NotSent


class Outcome(StrEnum):
    """What became of a call that did not succeed, and so what may be done next."""

    NOT_SENT = "not_sent"  # certainly not carried out: may be repeated
    UNCERTAIN = "uncertain"  # may have been carried out
    REJECTED = "rejected"  # refused as it is: a repeat would be refused too
    ENTITIES = "entities"  # refused for its formatting: once more as plain text
    RETRY_AFTER = "retry_after"  # too many calls: not before that many seconds
    GONE = "gone"  # nobody can be reached there: blocked, deactivated, kicked, no such chat
    NOT_MODIFIED = "not_modified"  # it already looks like that: as good as done
    NOT_FOUND = "not_found"  # the message to edit, delete or reply to is no more
    TOO_OLD = "too_old"  # the message is there and can no longer be edited or deleted
    TOO_OLD_QUERY = "too_old_query"  # the press can no longer be answered
    MIGRATED = "migrated"  # the group has another id now
    TOPIC = "topic"  # the topic is closed, or no more
    UNAUTHORIZED = "unauthorized"  # the token is not, or no longer, a bot's
    CONFLICT = "conflict"  # somebody else fetches this bot's updates
    UNSUPPORTED = "unsupported"  # this server does not know the method


@dataclass(frozen=True, slots=True)
class Verdict:
    """`seconds` belongs to RETRY_AFTER, `chat_id` to MIGRATED."""

    outcome: Outcome
    seconds: int = 0
    chat_id: int | None = None


# In this order: what comes first is the more exact text.
_REFUSALS: Final = (
    ("message is not modified", Outcome.NOT_MODIFIED),
    ("message to edit not found", Outcome.NOT_FOUND),
    ("message to delete not found", Outcome.NOT_FOUND),
    ("message to be replied not found", Outcome.NOT_FOUND),
    ("message to reply not found", Outcome.NOT_FOUND),
    ("replied message not found", Outcome.NOT_FOUND),
    ("message_id_invalid", Outcome.NOT_FOUND),
    ("message identifier is not specified", Outcome.NOT_FOUND),
    ("message can't be edited", Outcome.TOO_OLD),
    ("message can't be deleted", Outcome.TOO_OLD),
    ("query is too old", Outcome.TOO_OLD_QUERY),
    ("query id is invalid", Outcome.TOO_OLD_QUERY),
    ("query_id_invalid", Outcome.TOO_OLD_QUERY),
    ("can't parse entities", Outcome.ENTITIES),
    ("can't parse messageentity", Outcome.ENTITIES),
    ("entity_", Outcome.ENTITIES),
    ("message thread not found", Outcome.TOPIC),
    ("topic_closed", Outcome.TOPIC),
    ("topic_deleted", Outcome.TOPIC),
    ("not enough rights to send", Outcome.GONE),
    ("have no rights to send", Outcome.GONE),
    ("chat_write_forbidden", Outcome.GONE),
    ("chat not found", Outcome.GONE),
    ("peer_id_invalid", Outcome.GONE),
    ("user_is_blocked", Outcome.GONE),
    ("input_user_deactivated", Outcome.GONE),
)

# In this order too: aiogram counts "too large" among the network errors.
_KINDS: Final[tuple[tuple[type[Exception], Outcome], ...]] = (
    (NotSent, Outcome.NOT_SENT),
    (TelegramEntityTooLarge, Outcome.REJECTED),
    (TelegramNetworkError, Outcome.UNCERTAIN),
    (TelegramServerError, Outcome.UNCERTAIN),
    (TelegramUnauthorizedError, Outcome.UNAUTHORIZED),
    (TelegramForbiddenError, Outcome.GONE),
    (TelegramNotFound, Outcome.UNSUPPORTED),
    (TelegramConflictError, Outcome.CONFLICT),
    (TelegramAPIError, Outcome.REJECTED),
)


def classify(error: Exception) -> Verdict:
    """What is known after this error; what is not recognised may have been carried out."""
    if isinstance(error, TelegramRetryAfter):
        return Verdict(Outcome.RETRY_AFTER, seconds=error.retry_after)
    if isinstance(error, TelegramMigrateToChat):
        return Verdict(Outcome.MIGRATED, chat_id=error.migrate_to_chat_id)
    if isinstance(error, TelegramBadRequest):
        return Verdict(_refusal(error.message))
    return Verdict(
        next((out for kind, out in _KINDS if isinstance(error, kind)), Outcome.UNCERTAIN)
    )


def _refusal(description: str | None) -> Outcome:
    said = (description or "").lower()
    return next((outcome for text, outcome in _REFUSALS if text in said), Outcome.REJECTED)
