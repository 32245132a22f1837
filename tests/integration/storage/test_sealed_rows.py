"""Sealed values in a real file: whose key opens what, and what a stolen file shows."""

from collections.abc import Callable
from pathlib import Path

import pytest

from storage.database import Database, Reading, Transaction
from storage.errors import DatabaseRefused, Refusal, SealBroken
from storage.migrations import migrations
from storage.sealing import SecretKeys
from tests.integration.storage.places import (
    KEYS,
    NOON,
    all_bytes,
    ask,
    bytes_of,
    make_database,
    open_database,
)

CANARY = "canary-4f1c"
ALICE, BOB = 42, 43
OLD, NEW = b"k" * 32, b"n" * 32


def keep(owner: int | None, name: str, text: str = CANARY) -> Callable[[Transaction], bytes]:
    def change(tx: Transaction) -> bytes:
        blob = tx.seal(owner, "facts", "value", name, text)
        tx.execute("INSERT INTO facts (name, value) VALUES (:n, :v)", n=name, v=blob.hex())
        return blob

    return change


async def see(db: Database, owner: int | None, name: str) -> str:
    def look(reading: Reading) -> str:
        row = reading.row("SELECT value FROM facts WHERE name = :n", n=name)
        assert row is not None
        return reading.open(owner, "facts", "value", name, bytes.fromhex(row["value"]))

    return await db.read(look)


async def test_a_sealed_value_opens_after_a_restart(db: Database, path: Path) -> None:
    await db.write(keep(ALICE, "a"))
    await db.write(keep(None, "b", "the bot's"))
    await db.close()
    again = await open_database(path)
    assert await see(again, ALICE, "a") == CANARY
    assert await see(again, None, "b") == "the bot's"
    await again.close()


async def test_swapped_rows_do_not_open(db: Database, path: Path) -> None:
    await db.write(keep(ALICE, "a"))
    await db.write(keep(BOB, "b"))
    await db.write(keep(ALICE, "c"))
    values = dict(ask(path, "SELECT name, value FROM facts"))
    for name, other in (("a", "b"), ("b", "a"), ("c", "a")):
        ask(path, "UPDATE facts SET value = :v WHERE name = :n", v=values[other], n=name)
    for owner, name in ((ALICE, "a"), (BOB, "b"), (ALICE, "c"), (BOB, "a")):
        with pytest.raises(SealBroken) as caught:
            await see(db, owner, name)
        assert (caught.value.table, caught.value.column, caught.value.row_id) == (
            "facts",
            "value",
            name,
        )


async def test_swapped_keys_do_not_open(db: Database, path: Path) -> None:
    await db.write(keep(ALICE, "a"))
    await db.write(keep(BOB, "b"))
    ask(path, "UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE owner = 43)")
    with pytest.raises(SealBroken) as caught:
        await see(db, ALICE, "a")
    assert caught.value.table == "keys"


async def test_each_owner_has_one_key_made_when_it_is_needed(db: Database, path: Path) -> None:
    owners = "SELECT owner FROM keys ORDER BY owner"
    assert ask(path, owners) == [(-1,), (0,)]
    await db.write(keep(ALICE, "a"))
    await db.write(keep(ALICE, "b"))
    await db.write(keep(None, "c"))
    assert ask(path, owners) == [(-1,), (0,), (ALICE,)]


async def test_a_key_that_was_rolled_back_was_never_there(db: Database) -> None:
    def change(tx: Transaction) -> None:
        keep(ALICE, "a")(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await db.write(change)
    await db.write(keep(ALICE, "a"))
    assert await see(db, ALICE, "a") == CANARY


async def test_a_forgotten_person_is_unreadable_and_others_are_not(db: Database) -> None:
    await db.write(keep(ALICE, "a"))
    await db.write(keep(BOB, "b"))
    assert await see(db, ALICE, "a") == CANARY
    await db.write(lambda tx: tx.forget_key(ALICE))
    with pytest.raises(SealBroken):
        await see(db, ALICE, "a")
    assert await see(db, BOB, "b") == CANARY
    await db.write(keep(ALICE, "new"))
    assert await see(db, ALICE, "new") == CANARY
    with pytest.raises(SealBroken):
        await see(db, ALICE, "a")


async def test_a_key_that_is_forgotten_in_a_change_opens_nothing_later_in_it(db: Database) -> None:
    def change(tx: Transaction) -> str:
        blob = keep(ALICE, "a")(tx)
        tx.forget_key(ALICE)
        return tx.open(ALICE, "facts", "value", "a", blob)

    with pytest.raises(SealBroken):
        await db.write(change)


async def test_the_bots_own_keys_are_never_forgotten(db: Database) -> None:
    for change in (lambda tx: tx.forget_key(0), lambda tx: tx.forget_key(-1)):
        with pytest.raises(ValueError, match="person"):
            await db.write(change)


async def test_row_81_a_stolen_file_shows_no_plain_text(db: Database, path: Path) -> None:
    await db.write(keep(ALICE, "a"))
    await db.write(lambda tx: tx.execute("INSERT INTO facts VALUES ('open', 'plain-8d2e')"))
    stolen = all_bytes(path)
    assert b"plain-8d2e" in stolen, "the scan sees what is not sealed"
    assert CANARY.encode() not in stolen
    assert OLD not in stolen


async def test_a_forgotten_key_is_gone_from_every_file_at_once(db: Database, path: Path) -> None:
    await db.write(keep(ALICE, "a"))
    ((wrapped,),) = ask(path, "SELECT wrapped FROM keys WHERE owner = :owner", owner=ALICE)
    assert wrapped in all_bytes(path)
    await db.write(lambda tx: tx.forget_key(ALICE))
    assert wrapped not in all_bytes(path)


async def test_a_fingerprint_stays_the_same_in_one_database_only(
    db: Database, path: Path, tmp_path: Path
) -> None:
    first = await db.write(lambda tx: tx.fingerprint("1/code"))
    assert await db.read(lambda reading: reading.fingerprint("1/code")) == first
    assert await db.read(lambda reading: reading.fingerprint("2/code")) != first
    await db.close()
    rotated = await open_database(path, SecretKeys([NEW, OLD]))
    assert await rotated.read(lambda reading: reading.fingerprint("1/code")) == first
    await rotated.close()
    another = await open_database(tmp_path / "another.db")
    assert await another.read(lambda reading: reading.fingerprint("1/code")) != first
    await another.close()


async def test_row_83_a_wrong_key_is_refused_and_the_file_untouched(path: Path) -> None:
    await make_database(path)
    before = bytes_of(path)
    with pytest.raises(DatabaseRefused) as caught:
        await open_database(path, SecretKeys([NEW]))
    assert caught.value.reason is Refusal.WRONG_KEY
    assert bytes_of(path) == before
    await (await open_database(path)).close()


async def keep_for_all(path: Path, keys: SecretKeys) -> None:
    """Something sealed for two people and for the bot itself."""
    database = await open_database(path, keys)
    for owner, name in ((ALICE, "a"), (BOB, "b"), (None, "bot")):
        await database.write(keep(owner, name))
    await database.close()


def wrapped(path: Path) -> list[bytes]:
    return [blob for (blob,) in ask(path, "SELECT wrapped FROM keys ORDER BY owner")]


async def test_row_84_after_a_start_with_both_keys_the_old_one_is_not_needed(path: Path) -> None:
    """Keys that nobody had touched stayed under the old one, which could never be dropped."""
    await keep_for_all(path, SecretKeys([OLD]))
    before = wrapped(path)
    both = await open_database(path, SecretKeys([NEW, OLD]))
    fingerprint = await both.read(lambda look: look.fingerprint("a"))
    everything = all_bytes(path)
    await both.close()
    assert len(before) == 4
    assert not any(blob in everything for blob in before), "a leaked old key opens nothing"
    with pytest.raises(DatabaseRefused) as caught:
        await open_database(path, SecretKeys([OLD]))
    assert caught.value.reason is Refusal.WRONG_KEY
    again = await open_database(path, SecretKeys([NEW]))
    for owner, name in ((ALICE, "a"), (BOB, "b"), (None, "bot")):
        assert await see(again, owner, name) == CANARY
    assert await again.read(lambda look: look.fingerprint("a")) == fingerprint
    await again.close()


async def test_row_84_a_start_that_breaks_off_leaves_every_key_under_the_old_one(
    path: Path,
) -> None:
    await keep_for_all(path, SecretKeys([OLD]))
    before = wrapped(path)
    left = [b"1" * 12, b"2" * 12]
    with pytest.raises(IndexError):
        await Database.open(
            path,
            SecretKeys([NEW, OLD]),
            migrations,
            clock=lambda: NOON,
            random_bytes=lambda _count: left.pop(),
        )
    assert wrapped(path) == before
    await (await open_database(path, SecretKeys([OLD]))).close()


async def test_a_data_key_that_does_not_open_stops_no_change_of_the_secret_key(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await keep_for_all(path, SecretKeys([OLD]))
    ask(path, "UPDATE keys SET wrapped = substr(wrapped, 1, 30) WHERE owner = :bob", bob=BOB)
    both = await open_database(path, SecretKeys([NEW, OLD]))
    assert await see(both, ALICE, "a") == CANARY
    with pytest.raises(SealBroken):
        await see(both, BOB, "b")
    await both.close()
    assert f"the data key of {BOB} does not open" in caplog.text


async def test_randomness_is_an_argument(path: Path) -> None:
    database = await Database.open(
        path, KEYS, migrations, clock=lambda: NOON, random_bytes=lambda count: b"r" * count
    )
    blob = await database.write(keep(ALICE, "a"))
    await database.close()
    assert blob[1:13] == b"r" * 12
