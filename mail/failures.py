"""A portal's failure as it is stored with a row."""

from bitrix24 import errors
from storage.records.failures import Failure, RefusedField


def stored(failure: errors.Failure) -> Failure:
    """The same codes and values, in storage's own record."""
    return Failure(
        code=failure.code.value,
        status=failure.status,
        portal_code=failure.portal_code,
        portal_text=failure.portal_text,
        fields=tuple(RefusedField(f.field or "", f.token, f.text) for f in failure.fields),
        retry_at=failure.retry_at,
    )
