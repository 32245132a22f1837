"""What a person's change begins with: it has its effect once, and only while they are let in."""

from mail.errors import ShutOut
from storage import people
from storage.database import Transaction


def admit(tx: Transaction, cause: str, person: int) -> None:
    """AlreadyApplied if this cause has had its effect, ShutOut for who lost access meanwhile.

    The door looks before (`handlers/admission.py`); an update may wait long between the two.
    """
    tx.once(cause)
    found = people.find(tx, person)
    if found is None or not found.admitted:
        raise ShutOut
