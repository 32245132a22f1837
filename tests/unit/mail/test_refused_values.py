"""The memory of refused values has an end."""

from mail.refused_values import MOST, RefusedValues
from storage.records.drafts import Field
from tests.unit.mail.test_steps import draft


def test_the_oldest_are_forgotten() -> None:
    refused = RefusedValues()
    asking = draft(field=Field.RECIPIENTS)
    for message in range(MOST + 1):
        refused.note(asking, message)
    assert not refused.is_try(asking, 0)
    assert refused.is_try(asking, 1)
