"""The failure table of a letter on the wire, in one place: did it leave, and what comes next?

A first call that certainly did not run leaves the letter where it was. Once a call may have run,
nothing that a later one says proves that the letter did not leave.
"""

from dataclasses import dataclass
from enum import StrEnum

from bitrix24.errors import (
    AccessLost,
    Busy,
    Failure,
    FailureCode,
    Moved,
    NotSent,
    PortalError,
    Refused,
)


class Next(StrEnum):
    """What follows for the letter."""

    GO_AGAIN = "go_again"  # at once, at the portal's new address
    DEFER = "defer"  # by itself, later
    BLOCK = "block"  # a person mends the connection
    REJECT = "reject"  # a person changes the letter
    VERIFY = "verify"  # it may have left: looked for, repeated only if that is proven to be safe
    UNKNOWN = "unknown"  # it may have left: a person decides


@dataclass(frozen=True, slots=True)
class Outcome:
    """`over`: the call has surely ended. `repeatable`: the key may still protect a repeat.

    `counts`: the call counts among the repeats.
    """

    next: Next
    over: bool = False
    repeatable: bool = True
    counts: bool = True


def of_first(error: PortalError) -> Outcome:
    """After the first call."""
    if _is_page(error.failure):
        return Outcome(Next.VERIFY)  # whatever stands before the portal wrote it
    match error:
        case NotSent() | Busy():
            return Outcome(Next.DEFER)
        case Moved():
            return Outcome(Next.GO_AGAIN)
        case AccessLost():
            return Outcome(Next.BLOCK)
        case Refused():
            return Outcome(Next.REJECT)
    if error.failure.code is FailureCode.KEY_REUSED:
        return Outcome(Next.UNKNOWN)  # somebody else's bytes ran under our key
    if _is_portals_fault(error.failure):
        return Outcome(Next.VERIFY, over=True, repeatable=False)  # portals do not store errors
    return Outcome(Next.VERIFY)


def of_repeat(error: PortalError) -> Outcome:
    """After a call that repeated the first one: an earlier one may have run."""
    if _is_page(error.failure):
        return Outcome(Next.VERIFY)
    if isinstance(error, NotSent | Busy):
        return Outcome(Next.VERIFY, counts=False)
    if isinstance(error, Moved | AccessLost | Refused):
        return Outcome(Next.UNKNOWN)
    if error.failure.code is FailureCode.KEY_REUSED or _is_portals_fault(error.failure):
        return Outcome(Next.UNKNOWN)
    return Outcome(Next.VERIFY)


def _is_portals_fault(failure: Failure) -> bool:
    """A 5xx that the portal itself wrote, and not a proxy in front of it."""
    return failure.status is not None and failure.status >= 500 and not _is_page(failure)


def _is_page(failure: Failure) -> bool:
    """No answer of the portal's own: it names no code, whatever its status is."""
    return failure.code in (FailureCode.HTML_ANSWER, FailureCode.BAD_ANSWER)
