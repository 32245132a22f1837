import base64
import hashlib
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import SealBroken
from storage.sealing import SecretKeys, new_key, open_sealed, seal, wrapping_key_id

OLD, NEW = b"o" * 32, b"n" * 32
DEK = b"d" * 32


def sealed(text: str | bytes) -> bytes:
    return seal(DEK, table="drafts", column="body", row="abc", owner=42, text=text)


def opened(
    blob: bytes,
    table: str = "drafts",
    column: str = "body",
    row: str | int = "abc",
    owner: int = 42,
) -> bytes:
    return open_sealed(DEK, table=table, column=column, row=row, owner=owner, blob=blob)


@given(st.text())
def test_what_is_sealed_opens_in_its_place(text: str) -> None:
    assert opened(sealed(text)).decode() == text


def test_bytes_are_sealed_as_they_are() -> None:
    assert opened(sealed(b"\x00\xff")) == b"\x00\xff"


def test_it_opens_nowhere_else() -> None:
    blob = sealed("secret")
    for elsewhere in (
        partial(opened, table="letters"),
        partial(opened, column="subject"),
        partial(opened, row="abd"),
        partial(opened, owner=43),
    ):
        with pytest.raises(SealBroken):
            elsewhere(blob)


@given(st.integers(min_value=0, max_value=34), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_breaks_the_seal(place: int, change: int) -> None:
    blob = bytearray(sealed("secret"))
    assert len(blob) == 35
    blob[place] ^= change
    with pytest.raises(SealBroken):
        opened(bytes(blob))


@given(st.binary(max_size=40))
def test_rubbish_breaks_the_seal_and_nothing_else(blob: bytes) -> None:
    with pytest.raises(SealBroken):
        opened(blob)
    with pytest.raises(SealBroken):
        SecretKeys([OLD]).unwrap(blob, 42)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert sealed("secret") != sealed("secret")


def test_any_listed_key_unwraps_and_the_newest_wraps() -> None:
    old, both, new = SecretKeys([OLD]), SecretKeys([NEW, OLD]), SecretKeys([NEW])
    assert both.unwrap(old.wrap(DEK, 42), 42) == DEK
    assert new.unwrap(both.wrap(DEK, 42), 42) == DEK
    with pytest.raises(SealBroken):
        old.unwrap(both.wrap(DEK, 42), 42)


def test_a_wrapped_key_names_its_key_by_the_start_of_its_hash() -> None:
    keys = SecretKeys([NEW, OLD])
    assert wrapping_key_id(keys.wrap(DEK, 42)) == hashlib.sha256(NEW).hexdigest()[:8]


def test_a_wrapped_key_is_its_owners_only() -> None:
    keys = SecretKeys([OLD])
    with pytest.raises(SealBroken):
        keys.unwrap(keys.wrap(DEK, 42), 43)


def test_a_new_key_is_read_with_or_without_padding_and_in_either_alphabet() -> None:
    text = new_key(lambda count: b"\xfb\xff" * (count // 2))
    assert base64.urlsafe_b64decode(text) == b"\xfb\xff" * 16
    plain = base64.b64encode(b"\xfb\xff" * 16).decode()
    for setting in (text, text.rstrip("="), f" {text}\n", plain):
        blob = SecretKeys.read(setting).wrap(DEK, 1)
        assert SecretKeys([b"\xfb\xff" * 16]).unwrap(blob, 1) == DEK


def test_new_keys_differ() -> None:
    assert new_key() != new_key()


def test_several_keys_are_read_newest_first() -> None:
    setting = ", ".join(base64.urlsafe_b64encode(key).decode() for key in (NEW, OLD))
    assert SecretKeys.read(setting).newest == SecretKeys([NEW]).newest
    assert SecretKeys.read(setting).knows(SecretKeys([OLD]).newest)


GOOD = base64.urlsafe_b64encode(bytes(range(32))).decode()
SHORT = base64.urlsafe_b64encode(b"canary-canary").decode()


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("", "key 1 holds 0 bytes instead of 32"),
        (SHORT, "key 1 holds 13 bytes instead of 32"),
        (GOOD + "," + SHORT, "key 2 holds 13 bytes instead of 32"),
        (GOOD + ",", "key 2 holds 0 bytes instead of 32"),
        ("canary canary", "key 1 is not base64"),
        ("canäry", "key 1 is not base64"),
        ("!" + "A" * 42, "key 1 is not base64"),
        ("A" * 41, "key 1 is not base64"),
    ],
)
def test_a_wrong_setting_is_one_sentence_without_the_value(setting: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$") as caught:
        SecretKeys.read(setting)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_no_key_shows_in_a_repr() -> None:
    assert repr(SecretKeys([NEW, OLD])) == "SecretKeys(2)"
