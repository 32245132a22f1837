"""How a portal words its answers: as documented, as reported for some builds, or now so, now so.

A client has to live with both. `Docs` follows the method pages; `Observed` overrides what was seen
to differ on portals: errors, dates, addresses, the rows of a list, whether mail takes part in
idempotency.
"""

import random
from datetime import datetime, tzinfo
from typing import Any, Literal

from sandbox.portal.letters import Letter
from sandbox.portal.refusals import Refusal, flat, nested

VALIDATION = "VALIDATION_REQUESTVALIDATIONEXCEPTION"

CUT_BODY = 10_000
"""Where newer builds cut a body in `mail.message.thread`."""

_TOKENS = {"messageId": "MISSING_MESSAGE_ID"}

ProfileName = Literal["docs", "observed", "mixed"]


class Docs:
    """The mail pages and the REST 3.0 overview."""

    idempotency: Literal["active", "ignored"] = "active"
    caps_moves = False
    """Are at most 100 letters moved, and do their places matter for `move` only?"""
    quotes_original = False
    """Does the copy of an answer end with the letter that it answers?"""

    def __init__(self, language: str, zone: tzinfo) -> None:
        self.language = language
        self.zone = zone

    def bad_credentials(self) -> Refusal:
        return flat(401, "NO_AUTH_FOUND", "Wrong authorization data")

    def bad_classic_credentials(self) -> Refusal:
        return self.bad_credentials()

    def method_used_up(self) -> Refusal:
        """The operating-time limit."""
        return flat(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")

    def missing(self, parameter: str) -> Refusal:
        """A required parameter is absent or empty."""
        sentence = {
            "en": f"Required field `{parameter}` is missing",
            "ru": f"Не указано обязательное поле `{parameter}`",
        }[self.language]
        return self._validation(sentence, parameter)

    def bad_date(self, parameter: str) -> Refusal:
        return self._validation(f"`{parameter}` must be in ISO 8601 format", parameter)

    def failed(self, token: str, field: str, sentence: str) -> Refusal:
        """A problem that the pages name by a token in the description column."""
        return nested(
            400,
            VALIDATION,
            self.language,
            message=sentence,
            validation=[{"message": token, "field": field}],
        )

    def refused(self, sentence: str, field: str | None = None, token: str | None = None) -> Refusal:
        """Any other reason, filed under a parameter or under none; `token` is for newer builds."""
        return self._validation(sentence, field)

    def boolean(self) -> Any:
        """True as a result, bare on the pages of the methods."""
        return True

    def hidden_mailbox(self) -> Refusal:
        """`mail.mailbox.get` of somebody else's mailbox."""
        return nested(403, "ACCESSDENIEDEXCEPTION", self.language)

    def foreign_mailbox(self) -> Refusal:
        return nested(403, "ACCESSDENIEDEXCEPTION", self.language)

    def time(self, start: datetime, finish: datetime) -> dict[str, Any]:
        """The `time` block; its printed dates carry the portal's own offset."""
        lasted = (finish - start).total_seconds()
        return {
            "start": int(start.timestamp()),
            "finish": finish.timestamp(),
            "duration": lasted,
            "processing": 0,
            "date_start": start.astimezone(self.zone).isoformat(timespec="seconds"),
            "date_finish": finish.astimezone(self.zone).isoformat(timespec="seconds"),
            "operating_reset_at": int(start.timestamp()) + 600,
            "operating": 0,
        }

    def row(self, letter: Letter, portal_url: str) -> dict[str, Any]:
        """A letter in `mail.message.list`."""
        return self._common(letter) | {
            "cc": letter.cc,
            "url": f"{portal_url}/mail/message/{letter.id}/",
            "body": letter.body,
        }

    def item(self, letter: Letter) -> dict[str, Any]:
        """A letter in `mail.message.get`."""
        return self._common(letter) | {
            "cc": letter.cc or None,
            "url": f"/mail/message/{letter.id}",
            "body": letter.body,
        }

    def thread_row(self, letter: Letter) -> dict[str, Any]:
        """A letter in `mail.message.thread`; its date has no offset on the page either."""
        return {
            "id": letter.id,
            "subject": letter.subject,
            "from": letter.sender,
            "to": letter.to,
            "cc": letter.cc,
            "date": f"{letter.date.astimezone(self.zone):%Y-%m-%d %H:%M:%S}",
            "body": letter.body,
        }

    def thread_part(self, chain: list[Letter], limit: int) -> list[Letter]:
        """Which letters of a long chain come. The page does not say: the oldest here."""
        return chain[:limit]

    def date(self, value: datetime) -> str:
        return value.astimezone(self.zone).isoformat(timespec="seconds")

    def earliest(self, given: datetime) -> datetime:
        """The instant that `dateFrom` or `dateTo` means."""
        return given

    def _validation(self, sentence: str, field: str | None) -> Refusal:
        item = {"message": sentence} | ({} if field is None else {"field": field})
        return nested(400, VALIDATION, self.language, validation=[item])

    def _common(self, letter: Letter) -> dict[str, Any]:
        return {
            "id": letter.id,
            "mailboxId": letter.mailbox.id,
            "mailboxEmail": letter.mailbox.email,
            "subject": letter.subject,
            "from": letter.sender,
            "to": letter.to,
            "date": self.date(letter.date),
            "isSeen": letter.is_seen,
            "hasAttachments": letter.has_attachments,
            "bindings": list(letter.bindings),
        }


class Observed(Docs):
    """What some portals were seen to answer instead."""

    idempotency: Literal["active", "ignored"] = "ignored"
    caps_moves = True
    quotes_original = True

    def bad_credentials(self) -> Refusal:
        return nested(401, "ACCESSDENIEDEXCEPTION", self.language)

    def bad_classic_credentials(self) -> Refusal:
        return flat(401, "INVALID_CREDENTIALS", "Invalid request credentials")

    def method_used_up(self) -> Refusal:
        return nested(429, "RATELIMITEXCEPTION", self.language)

    def missing(self, parameter: str) -> Refusal:
        sentence = f'Required field "{parameter}" is missing'
        token = _TOKENS.get(parameter, f"MISSING_{parameter.upper()}")
        return self._validation(sentence, token)

    def bad_date(self, parameter: str) -> Refusal:
        return self._validation(f'Invalid date in "{parameter}"', f"INVALID_{parameter.upper()}")

    def failed(self, token: str, field: str, sentence: str) -> Refusal:
        return self._validation(sentence, token)

    def refused(self, sentence: str, field: str | None = None, token: str | None = None) -> Refusal:
        return self._validation(sentence, token or field)

    def boolean(self) -> Any:
        """Nested, as the overview has it."""
        return {"result": True}

    def hidden_mailbox(self) -> Refusal:
        return nested(400, "ENTITYNOTFOUNDEXCEPTION", self.language)

    def foreign_mailbox(self) -> Refusal:
        return nested(500, "INTERNAL_INTERNALEXCEPTION", self.language)

    def time(self, start: datetime, finish: datetime) -> dict[str, Any]:
        block = super().time(start, finish)
        del block["operating"], block["operating_reset_at"]
        return block | {"start": start.timestamp()}

    def row(self, letter: Letter, portal_url: str) -> dict[str, Any]:
        return self._common(letter) | {
            "cc": None,
            "url": f"/mail/message/{letter.id}",
            "body": None,
        }

    def item(self, letter: Letter) -> dict[str, Any]:
        return super().item(letter) | {"cc": letter.cc}

    def thread_row(self, letter: Letter) -> dict[str, Any]:
        return super().thread_row(letter) | {
            "body": letter.body[:CUT_BODY],
            "truncated": len(letter.body) > CUT_BODY,
            "bodyLength": len(letter.body),
        }

    def thread_part(self, chain: list[Letter], limit: int) -> list[Letter]:
        """The newest."""
        return chain[-limit:]

    def date(self, value: datetime) -> str:
        return f"{value.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"

    def earliest(self, given: datetime) -> datetime:
        """Seconds and offset are dropped before the comparison."""
        return given.replace(second=0, microsecond=0, tzinfo=self.zone)


class Mixed(Docs):
    """A portal that cannot make up its mind: all comes in either profile and in any language."""

    def __init__(self, language: str, zone: tzinfo, seed: int) -> None:
        super().__init__(language, zone)
        self._chance = random.Random(seed)
        others = [each for each in ("en", "ru") if each != language]
        self._kinds = [
            kind(each, zone) for kind in (Docs, Observed) for each in [language, *others]
        ]
        self.idempotency = self._chance.choice(self._kinds).idempotency

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_") or name in ("language", "zone", "idempotency"):
            return super().__getattribute__(name)
        return getattr(self._chance.choice(self._kinds), name)


def profile_of(name: ProfileName, language: str, zone: tzinfo, seed: int) -> Docs:
    """The profile of that name; `seed` decides what a mixed one answers."""
    if name == "mixed":
        return Mixed(language, zone, seed)
    return (Observed if name == "observed" else Docs)(language, zone)
