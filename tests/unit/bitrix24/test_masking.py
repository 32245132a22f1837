"""Secrets are taken out of texts."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix24.masking import mask

CODE = "a1b2c3d4e5f6g7h8"
TOKEN = "123456789:AAF" + "x" * 32


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"POST https://a.example/rest/1/{CODE}/x", "POST https://a.example/rest/***/***/x"),
        (f"https://a.example/rest/api/1/{CODE}/x?a", "https://a.example/rest/api/***/***/x?a"),
        (f"https://a.example/b24/REST/API/1/{CODE}", "https://a.example/b24/REST/API/***/***"),
        (f"'/rest/1/{CODE}'", "'/rest/***/***'"),
        (f'<a href="/rest/1/{CODE}">', '<a href="/rest/***/***">'),
        (
            f"https://api.telegram.example/bot{TOKEN}/getMe",
            "https://api.telegram.example/bot***/getMe",
        ),
        ("the rest is at 10:30", "the rest is at 10:30"),
    ],
)
def test_addresses_and_tokens_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_known_secrets_are_masked_wherever_they_stand() -> None:
    assert mask(f"code={CODE}; {CODE}{CODE}", [CODE]) == "code=***; ******"


def test_a_secret_within_a_longer_one_leaves_nothing_behind() -> None:
    assert mask("abcdefgh", ["cdef", "abcdefgh"]) == "***"


def test_an_empty_secret_masks_nothing() -> None:
    assert mask("plain", [""]) == "plain"


@given(st.text(min_size=4, max_size=30), st.text(), st.text(), st.booleans())
def test_a_secret_never_survives_even_percent_encoded(
    secret: str, before: str, after: str, lower: bool
) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in secret.encode("utf-8", "surrogatepass"))
    encoded = encoded.lower() if lower else encoded
    text = mask(f"{before} {secret} {encoded} {quote(secret, safe='')} {after}", [secret])
    assert encoded not in text
    if secret not in before + after and not set(secret) & set(" *"):
        assert secret not in text
