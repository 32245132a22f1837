"""Letting people in: strangers ask, admins decide, and a code makes the first admin."""

from datetime import timedelta

import pytest

from mail.errors import NotAllowed, Stale
from mail.people import MOST_TOLD, Answer, People
from storage.database import Database
from storage.records.notices import Manner
from storage.records.people import Access
from tests.integration.mail.office import ANNA, Office, Watch

OLEG, MIRA = 43, 44
DAY = timedelta(days=1, seconds=1)


async def stranger(office: Office, person: int = OLEG) -> Answer | None:
    await office.people.meet(person, "Oleg", "oleg", "ru")
    return await office.people.ask(office.cause(), person)


async def decide(office: Office, *, let_in: bool, admin: int = ANNA) -> None:
    oleg = await office.people.find(OLEG)
    assert oleg is not None
    await office.people.decide(office.cause(), admin, OLEG, oleg.revision, let_in=let_in)


async def test_an_admin_of_the_settings_is_in_at_once(office: Office) -> None:
    anna = await office.anna()
    assert anna.admitted
    assert anna.admin


async def test_an_admins_tap_lets_a_stranger_in(office: Office) -> None:
    assert await stranger(office) is Answer.ASKED
    assert await office.shown() == [("approval", str(OLEG), Manner.NEW)]
    await decide(office, let_in=True)
    oleg = await office.people.find(OLEG)
    assert oleg is not None
    assert oleg.admitted
    assert not oleg.admin
    assert await office.shown() == [("approval", str(OLEG), Manner.EDIT)]
    assert await office.shown(OLEG) == [("admitted", str(OLEG), Manner.NEW)]


async def test_the_first_tap_counts(office: Office) -> None:
    await stranger(office)
    oleg = await office.people.find(OLEG)
    assert oleg is not None
    await office.people.decide(office.cause(), ANNA, OLEG, oleg.revision, let_in=False)
    with pytest.raises(Stale):
        await office.people.decide(office.cause(), ANNA, OLEG, oleg.revision, let_in=True)
    with pytest.raises(Stale):
        await decide(office, let_in=True)
    assert (await office.people.find(OLEG)) is not None
    assert await stranger(office) is Answer.REFUSED


async def test_only_admins_decide(office: Office) -> None:
    await stranger(office)
    await stranger(office, MIRA)
    with pytest.raises(NotAllowed):
        await decide(office, let_in=True, admin=MIRA)
    with pytest.raises(NotAllowed):
        await decide(office, let_in=True, admin=OLEG)


async def test_one_request_a_day(office: Office, watch: Watch) -> None:
    assert await stranger(office) is Answer.ASKED
    assert await stranger(office) is Answer.ASKED_BEFORE
    assert len(await office.deliver()) == 1
    watch.forward(DAY)
    assert await stranger(office) is Answer.ASKED
    assert len(await office.deliver()) == 1


async def test_a_refused_person_may_ask_again_the_next_day(office: Office, watch: Watch) -> None:
    await stranger(office)
    await decide(office, let_in=False)
    assert await stranger(office) is Answer.REFUSED
    watch.forward(DAY)
    assert await stranger(office) is Answer.ASKED


async def test_at_most_twenty_wait(office: Office) -> None:
    for person in range(100, 120):
        assert await stranger(office, person) is Answer.ASKED
    assert await stranger(office) is Answer.FULL
    assert len(await office.deliver()) == 20


async def test_a_stranger_is_answered_a_few_times_a_day(office: Office, watch: Watch) -> None:
    assert await stranger(office) is Answer.ASKED
    for _ in range(MOST_TOLD):
        assert await stranger(office) is Answer.ASKED_BEFORE
    assert await stranger(office) is None
    watch.forward(DAY)
    assert await stranger(office) is Answer.ASKED


async def test_open_access_lets_everybody_in(db: Database) -> None:
    people = People(db, admins=frozenset(), open_to_all=True, claim_code=None)
    oleg = await people.meet(OLEG, "Oleg", "", "")
    assert oleg.admitted
    assert not oleg.admin


async def test_names_follow_telegram(office: Office) -> None:
    await office.people.meet(OLEG, "Oleg", "oleg", "ru")
    now = await office.people.meet(OLEG, "Oleg S.", "", "en")
    assert (now.name, now.username, now.language) == ("Oleg S.", "", "en")
    assert await office.people.find(OLEG) == now


async def test_an_admin_who_is_no_longer_named_decides_nothing(
    office: Office, db: Database
) -> None:
    await stranger(office)
    people = People(db, admins=frozenset({MIRA}), open_to_all=False, claim_code=None)
    oleg = await people.find(OLEG)
    assert oleg is not None
    with pytest.raises(NotAllowed):
        await people.decide(office.cause(), ANNA, OLEG, oleg.revision, let_in=True)


@pytest.fixture
def unclaimed(db: Database) -> People:
    return People(db, admins=frozenset(), open_to_all=False, claim_code="cOdE-1234")


async def test_the_first_right_code_makes_an_admin(unclaimed: People) -> None:
    await unclaimed.meet(OLEG, "Oleg", "", "")
    await unclaimed.meet(MIRA, "Mira", "", "")
    assert not await unclaimed.claim("7:1", OLEG, "")
    assert not await unclaimed.claim("7:2", OLEG, "code-1234")
    assert await unclaimed.claim("7:3", OLEG, "cOdE-1234")
    assert not await unclaimed.claim("7:4", MIRA, "cOdE-1234")
    oleg, mira = await unclaimed.find(OLEG), await unclaimed.find(MIRA)
    assert oleg is not None
    assert mira is not None
    assert (oleg.admin, oleg.access) == (True, Access.ADMITTED)
    assert (mira.admin, mira.access) == (False, Access.STRANGER)


async def test_a_code_may_be_tried_five_times_an_hour(unclaimed: People, watch: Watch) -> None:
    await unclaimed.meet(OLEG, "Oleg", "", "")
    await unclaimed.meet(MIRA, "Mira", "", "")
    for number in range(5):
        assert not await unclaimed.claim(f"7:{number}", OLEG, "wrong")
    assert not await unclaimed.claim("7:5", OLEG, "cOdE-1234")
    watch.forward(timedelta(hours=1, seconds=1))
    assert await unclaimed.claim("7:6", OLEG, "cOdE-1234")


async def test_odd_codes_are_only_wrong(unclaimed: People) -> None:
    await unclaimed.meet(OLEG, "Oleg", "", "")
    assert not await unclaimed.claim("7:1", OLEG, "\ud800 ключ")


async def test_a_new_admin_hears_of_those_who_wait(office: Office, unclaimed: People) -> None:
    await unclaimed.meet(MIRA, "Mira", "", "")
    await unclaimed.ask("8:1", MIRA)
    await unclaimed.meet(OLEG, "Oleg", "", "")
    # Anna of the other tests is an admin already; nobody is here before the code is used.
    assert await office.shown(OLEG) == []
    await office.db.write(lambda tx: tx.execute("UPDATE people SET admin = 0"))
    assert await unclaimed.claim("8:2", OLEG, "cOdE-1234")
    assert await office.shown(OLEG) == [("approval", str(MIRA), Manner.NEW)]
