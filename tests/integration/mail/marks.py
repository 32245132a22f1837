"""What was typed holds marks (`mark0007`), so that it is found again wherever it stands."""

import re

from storage.records.drafts import Draft

MARK = re.compile(r"mark\d{4}")


def marks(said: str) -> set[str]:
    return set(MARK.findall(said))


def said(draft: Draft) -> dict[str, str]:
    written = draft.written
    return {
        "recipients": " ".join(written.to),
        "cc": " ".join(written.cc),
        "bcc": " ".join(written.bcc),
        "subject": written.subject,
        "parts": " ".join(part.html for part in written.parts),
        "waiting": " ".join(typed.text for typed in written.waiting),
    }


def marks_of(draft: Draft) -> set[str]:
    return set().union(*(marks(said) for said in said(draft).values()))
