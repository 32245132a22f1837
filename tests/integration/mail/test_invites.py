"""Links that let one person in: who may make one, whom it lets in, and when it is over."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import timedelta

import pytest

from mail.errors import NotAllowed
from mail.invites import LIVES, Invites, Visit
from mail.people import MOST_TOLD, Answer, People
from mail.removing import Removing
from storage.database import Database
from storage.records.notices import CardKind, Manner
from storage.records.people import Person
from storage.retention import forget_old
from tests.integration.mail.office import ANNA, HERE, Office, Watch

OLEG, MIRA = 43, 44
MOMENT = timedelta(microseconds=1)


def new_token() -> str:
    return secrets.token_urlsafe(16)


@pytest.fixture
def invites(db: Database) -> Invites:
    return Invites(db, admins=frozenset({ANNA}), new_token=new_token)


async def come(office: Office, invites: Invites, token: str, person: int = OLEG) -> Visit:
    await office.people.meet(person, "Somebody", "oleg", "en")
    return await invites.come(office.cause(), person, token)


async def met(office: Office, person: int = OLEG) -> Person:
    found = await office.people.find(person)
    assert found is not None
    return found


async def test_a_link_lets_a_stranger_in_at_once_and_its_admin_hears_of_it(
    office: Office, invites: Invites
) -> None:
    token = await invites.make(ANNA)
    assert await come(office, invites, token) is Visit.LET_IN
    assert (await met(office)).admitted
    assert not (await met(office)).admin
    assert await office.shown(OLEG) == [("admitted", str(OLEG), Manner.NEW)]
    assert await office.shown() == [("approval", str(OLEG), Manner.NEW)]


async def test_only_admins_make_links(office: Office, invites: Invites) -> None:
    await office.people.meet(OLEG, "Oleg", "", "")
    with pytest.raises(NotAllowed):
        await invites.make(OLEG)
    assert await come(office, invites, await invites.make(ANNA)) is Visit.LET_IN
    with pytest.raises(NotAllowed):
        await invites.make(OLEG)


async def test_row_87_a_link_is_used_once(office: Office, invites: Invites) -> None:
    token = await invites.make(ANNA)
    assert await come(office, invites, token) is Visit.LET_IN
    assert await come(office, invites, token, MIRA) is Visit.NO_USE
    assert not (await met(office, MIRA)).admitted
    assert await office.shown(MIRA) == []


async def test_row_87_of_many_people_who_race_one_wins(office: Office, invites: Invites) -> None:
    token = await invites.make(ANNA)
    crowd = range(100, 120)
    visits = await asyncio.gather(*(come(office, invites, token, one) for one in crowd))
    assert sorted(visits) == sorted([Visit.LET_IN, *[Visit.NO_USE] * 19])
    inside = [one for one in crowd if (await met(office, one)).admitted]
    assert len(inside) == 1
    assert await office.shown() == [("approval", str(inside[0]), Manner.NEW)]


async def test_row_87_a_link_lives_for_a_day(
    office: Office, invites: Invites, watch: Watch
) -> None:
    token = await invites.make(ANNA)
    watch.forward(LIVES - MOMENT)
    assert await come(office, invites, token) is Visit.LET_IN


async def test_row_87_and_not_a_moment_longer(
    office: Office, invites: Invites, watch: Watch
) -> None:
    token = await invites.make(ANNA)
    watch.forward(LIVES)
    assert await come(office, invites, token) is Visit.NO_USE
    assert not (await met(office)).admitted


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda _: "A" * 22,
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.swapcase(),
        lambda _: "x" * 4096,
        lambda _: "\ud800 ключ",
        lambda _: "' OR 1=1 --",
    ],
)
async def test_row_87_a_forged_link_lets_nobody_in(
    office: Office, invites: Invites, spoil: Callable[[str], str]
) -> None:
    token = await invites.make(ANNA)
    assert await come(office, invites, spoil(token)) is Visit.NO_USE
    assert not (await met(office)).admitted
    assert await come(office, invites, token) is Visit.LET_IN


async def test_the_file_holds_no_token(office: Office, invites: Invites) -> None:
    token = await invites.make(ANNA)
    dump = await office.db.read(lambda tx: tx.rows("SELECT * FROM invites"))
    assert len(dump) == 1
    assert token not in repr(dump)


async def test_a_stranger_is_told_a_few_times_only(
    office: Office, invites: Invites, watch: Watch
) -> None:
    for _ in range(MOST_TOLD):
        assert await come(office, invites, "A" * 22) is Visit.NO_USE
    assert await come(office, invites, "A" * 22) is Visit.SILENT
    assert await come(office, invites, await invites.make(ANNA)) is Visit.LET_IN


async def test_links_of_a_former_admin_let_nobody_in(
    office: Office, db: Database, invites: Invites
) -> None:
    token = await invites.make(ANNA)
    changed = Invites(db, admins=frozenset({MIRA}), new_token=new_token)
    assert await come(office, changed, token) is Visit.NO_USE
    assert await come(office, invites, token) is Visit.LET_IN


async def test_who_waited_at_the_door_is_let_in_on_every_admins_card(
    office: Office, db: Database
) -> None:
    both = frozenset({ANNA, MIRA})
    people = People(db, admins=both, open_to_all=False, claim_code=None)
    invites = Invites(db, admins=both, new_token=new_token)
    await people.meet(MIRA, "Mira", "", "")
    await people.meet(OLEG, "Oleg", "", "")
    assert await people.ask(office.cause(), OLEG) is Answer.ASKED
    await office.deliver()
    await office.deliver(MIRA)
    assert await invites.come(office.cause(), OLEG, await invites.make(ANNA)) is Visit.LET_IN
    assert await office.shown() == [("approval", str(OLEG), Manner.NEW)]
    assert await office.shown(MIRA) == [("approval", str(OLEG), Manner.EDIT)]


async def test_a_link_from_before_the_removal_does_not_lead_back(
    office: Office, db: Database, invites: Invites, watch: Watch
) -> None:
    removing = Removing(db, admins=frozenset({ANNA}))
    kept = await invites.make(ANNA)
    assert await come(office, invites, await invites.make(ANNA)) is Visit.LET_IN
    oleg = await met(office)
    await office.card(CardKind.APPROVAL, str(OLEG), oleg.revision, 77)
    await removing.remove(office.cause(), ANNA, HERE, 77, OLEG, oleg.revision)
    assert await come(office, invites, kept) is Visit.NO_USE
    watch.forward(MOMENT)
    assert await come(office, invites, await invites.make(ANNA)) is Visit.LET_IN
    assert not (await met(office)).removed


async def test_links_are_forgotten_after_a_month(
    office: Office, invites: Invites, watch: Watch
) -> None:
    for days in (0, 29, 3):
        watch.forward(timedelta(days=days))
        await invites.make(ANNA)
    await office.db.write(forget_old)
    assert len(await office.db.read(lambda tx: tx.rows("SELECT * FROM invites"))) == 2
