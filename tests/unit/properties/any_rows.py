"""Strategies for rows as people, portals and strangers may fill them, however odd."""

from dataclasses import replace
from datetime import UTC, datetime

from aiogram.types import MessageEntity
from hypothesis import strategies as st

from bitrix24.errors import FailureCode
from bitrix24.letter_bodies import reply_body
from handlers.formatting import body_html, length
from mail.accounts import Leaving
from mail.body import MAX_BODY
from mail.connection_names import LONGEST
from mail.fields import MOST_ADDRESSES
from mail.removing import Removal
from mail.scenes import AccountsScene, ApprovalScene, DraftScene, LetterScene, OutboxScene
from mail.subjects import MAX_SUBJECT
from storage.records.connections import (
    Account,
    Address,
    AttemptState,
    ConnectAttempt,
    Connection,
    ConnectionTest,
    ConnectionTestState,
    Mailbox,
    Sender,
)
from storage.records.drafts import Choice, Draft, DraftState, Field, Part, Typed, Wants, Written
from storage.records.failures import Failure, RefusedField
from storage.records.letters import Letter, LetterText
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.people import Access, Person
from storage.records.places import Place

OWNER = 2**52 - 1
IDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16)
REVISIONS = st.integers(1, 10**9)
TIMES = st.integers(946684800, 4102444800).map(lambda at: datetime.fromtimestamp(at, UTC))
LINKS = st.sampled_from(
    ('https://x.example/?a=1&b="2"', "http://y.example", "mailto:j@x.example", "tg://x", "", None)
)
KINDS = (
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link",
    "blockquote", "expandable_blockquote", "url", "email", "mention", "text_mention", "hashtag",
    "cashtag", "bot_command", "phone_number", "custom_emoji", "date_time", "of_tomorrow",
)  # fmt: skip

_ODD = st.sampled_from(
    (
        "<b>", "&amp;", "\n", "\r\n", "\r", "\t", " ", "😀", "👨\u200d👩\u200d👧", "👍🏽", "🇩🇪",
        "e\u0301", "\u0301", "\u200d", "\u200b", "\u202e", "\u2028", "\x00", "مرحبا", "שלום",
        "字", "/start", "@jane", "tg://x", "во вложении",
    )
)  # fmt: skip


def texts(most: int) -> st.SearchStrategy[str]:
    """Any text, long ones too: those are a short piece over and over."""
    short = st.lists(st.one_of(_ODD, st.text(max_size=8)), max_size=12).map("".join)
    long = st.builds(lambda piece, times: piece * times, short, st.integers(1, max(most, 1)))
    return st.one_of(short, long).map(lambda text: text[:most])


LINES = texts(400)
SUBJECTS = st.one_of(st.just(""), texts(MAX_SUBJECT))


@st.composite
def entities(draw: st.DrawFn, text: str, most: int = 130) -> list[MessageEntity]:
    """Any formats over any stretch of it, nested, overlapping, too long, and outside of it too."""
    size = length(text)
    marks = st.tuples(st.sampled_from(KINDS), st.integers(-2, size + 2), st.integers(-2, size + 2))
    found = draw(st.lists(marks, max_size=8))
    every = draw(st.sampled_from((0, 0, 0, 1, 3, 40)))  # a format on every so many units
    if every:
        kind = draw(st.sampled_from(KINDS))
        found += [(kind, at * every, max(every - 1, 1)) for at in range(min(most, size // every))]
    url = draw(LINKS)
    return [MessageEntity(type=k, offset=at, length=n, url=url) for k, at, n in found]


@st.composite
def typed(draw: st.DrawFn, most: int) -> Typed:
    """One message, with its formats."""
    text = draw(texts(most))
    message = draw(st.integers(1, 2**31))
    return Typed(message, text, body_html(text, draw(entities(text))))


PUNYCODE = ("xn--mller-kva", "xn--80a1acny")


@st.composite
def emails(draw: st.DrawFn) -> str:
    """An address as it can be sent, up to the longest that there is."""
    local = draw(st.text("abcxyz019._%+-no", min_size=1, max_size=64))
    label = st.text("abcxyz019-", min_size=1, max_size=63) | st.sampled_from(PUNYCODE)
    labels = draw(st.lists(label, min_size=1, max_size=3))
    return f"{local}@{'.'.join(labels)}.example"[:254]


@st.composite
def many_emails(draw: st.DrawFn) -> tuple[str, ...]:
    """None, some, or up to a hundred addresses."""
    some = draw(st.lists(emails(), max_size=4))
    times = draw(st.sampled_from((1, 1, 1, 5, 50)))
    return tuple(f"{n}{email}"[:254] for n in range(times) for email in some)[:MOST_ADDRESSES]


REFUSED = st.builds(
    RefusedField,
    field=st.sampled_from(("", "from", "to", "cc", "bcc", "subject", "body", "replyToMessageId")),
    token=st.sampled_from(("", "NO_RECIPIENTS", "RESOLVE_RECIPIENTS_ERROR", "OF_TOMORROW")),
    text=texts(3000),
)
FAILURES = st.builds(
    Failure,
    code=st.sampled_from([code.value for code in FailureCode]),
    status=st.sampled_from((None, 200, 400, 503)),
    portal_code=texts(100),
    portal_text=texts(3000),
    fields=st.lists(REFUSED, max_size=12).map(tuple),
    retry_at=st.none() | TIMES,
)

ADDRESSES = st.builds(
    Address,
    scheme=st.just("https"),
    host=emails().map(lambda email: email.partition("@")[2]),
    port=st.none() | st.integers(1, 65535),
    prefix=st.just(""),
    user_id=st.integers(1, 2**53),
    code=st.sampled_from(("", "s3cretc0des3cret")),
)
ACCOUNTS = st.builds(
    Account,
    person_name=LINES,
    zone=st.sampled_from(("", "Europe/Berlin", "America", "Nowhere/At all", "\x00")),
    mailboxes=st.lists(
        st.builds(Mailbox, st.integers(0, 2**53), st.just("") | emails(), LINES), max_size=12
    ).map(tuple),
    senders=st.lists(st.builds(Sender, emails(), LINES), max_size=12).map(tuple),
)
CONNECTIONS = st.builds(
    Connection,
    IDS,
    st.just(OWNER),
    ADDRESSES,
    ACCOUNTS,
    senders_at=TIMES,
    revision=REVISIONS,
    name=st.just("") | texts(LONGEST),
)
PLACES = st.just(Place(OWNER))

LETTERS = st.builds(
    Letter,
    id=IDS,
    owner=st.just(OWNER),
    connection=IDS,
    number=st.integers(1, 2**53),
    text=st.builds(
        LetterText,
        mailbox=emails(),
        subject=texts(3000),
        sender=texts(3000),
        to=texts(30_000),
        cc=texts(3000),
        date=st.none() | TIMES,
        has_attachments=st.booleans(),
        url=LINES,
        body=texts(300_000),
    ),
    read_at=TIMES,
)
LETTER_SCENES = st.builds(LetterScene, LETTERS, CONNECTIONS)


@st.composite
def written(draw: st.DrawFn) -> Written:
    """Whatever a person may have put into a draft."""
    said = draw(st.lists(typed(MAX_BODY), max_size=3))
    to, cc, bcc = (draw(many_emails()) for _ in range(3))
    cc = cc[: MOST_ADDRESSES - len(to)]
    value = st.one_of(st.just("15"), emails(), LINES.map("Re: {}".format))  # never blank
    choice = st.builds(Choice, value=value, label=LINES, count=st.integers(0, 100))
    choices = draw(st.lists(choice, max_size=6)) * draw(st.sampled_from((1, 1, 50)))
    return Written(
        sender=draw(st.just("") | emails()),
        to=to,
        cc=cc,
        bcc=bcc[: MOST_ADDRESSES - len(to) - len(cc)],
        subject=draw(SUBJECTS),
        parts=tuple(Part(one.message, one.html, len(one.text)) for one in said),
        choices=tuple(choices),
        waiting=tuple(draw(st.lists(typed(4096), max_size=3))) * draw(st.sampled_from((1, 20))),
        failure=draw(st.none() | FAILURES),
    )


DRAFTS = st.builds(
    Draft,
    id=IDS,
    owner=st.just(OWNER),
    place=PLACES,
    state=st.sampled_from(DraftState),
    revision=REVISIONS,
    field=st.sampled_from(Field),
    guided=st.booleans(),
    reviewed=st.booleans(),
    whole=st.sampled_from((0, 0, 0, 1, 2, 40, 9999)),
    wants=st.sampled_from((Wants.NOTHING, Wants.NOTHING, Wants.UNREAD, Wants.LETTER)),
    asked_at_revision=REVISIONS,
    connection=IDS,
    letter_number=st.none() | st.integers(1, 2**53),
    letter=st.none() | IDS,
    written=written(),
    created_at=TIMES,
    updated_at=TIMES,
)
DRAFT_SCENES = st.builds(DraftScene, DRAFTS, st.none() | CONNECTIONS, st.none() | LETTERS)


def carrying(text: str) -> bytes:
    """The bytes of a call with this text."""
    html = body_html(text, [])
    return reply_body(letter_number=15, sender="a@a.example", to=(), subject="", html=html)


@st.composite
def outbox_scenes(draw: st.DrawFn) -> OutboxScene:
    """A letter anywhere on its way; a refused one has its reason."""
    state = draw(st.sampled_from(OutboxState))
    failure = draw(FAILURES if state is OutboxState.REJECTED else st.none() | FAILURES)
    row = OutboxRow(
        id=draw(IDS),
        owner=OWNER,
        place=Place(OWNER),
        draft="d" * 16,
        connection="c" * 16,
        method="mail.message.reply",
        idempotency_key="k" * 32,
        body=draw(st.just(b"") | texts(400).map(carrying)),
        body_sha256="",
        envelope=Envelope(
            draw(emails()), draw(many_emails()), draw(many_emails()), (), draw(SUBJECTS)
        ),
        state=state,
        why=draw(st.sampled_from(Why)),
        revision=draw(REVISIONS),
        due_at=draw(TIMES),
        lease_epoch=0,
        attempts=0,
        first_wire_at=None,
        failure=failure,
        accepted_to=draw(many_emails()),
        created_at=draw(TIMES),
        updated_at=draw(TIMES),
    )
    draft, connection = draw(st.none() | DRAFTS), draw(st.none() | CONNECTIONS)
    return OutboxScene(row, draft, connection, draw(st.booleans()))


@st.composite
def attempts(draw: st.DrawFn) -> tuple[ConnectAttempt, Connection | None]:
    """Connecting, with what each state has."""
    state = draw(st.sampled_from(AttemptState))
    asked = state is AttemptState.ASKED
    return ConnectAttempt(
        id=draw(IDS),
        owner=OWNER,
        place=Place(OWNER),
        state=state,
        revision=draw(REVISIONS),
        address=None if asked else draw(ADDRESSES),
        account=draw(st.none() | ACCOUNTS),
        failure=draw(FAILURES) if state is AttemptState.FAILED else None,
        connection=None,
        created_at=draw(TIMES),
    ), draw(st.none() | CONNECTIONS)


PEOPLE = st.builds(
    Person,
    id=st.integers(1, OWNER),
    name=LINES,
    username=st.text("abc_019", max_size=32),
    language=st.sampled_from(("", "en", "ru")),
    access=st.sampled_from(Access),
    admin=st.booleans(),
    active_connection=st.none() | IDS,
    asked_at=st.none() | TIMES,
    revision=REVISIONS,
    removed=st.booleans(),
)


@st.composite
def accounts_scenes(draw: st.DrawFn) -> tuple[Person, AccountsScene]:
    """Any number of portals, tested and not, one of them perhaps active or being named."""
    some = draw(st.lists(CONNECTIONS, max_size=3)) * draw(st.sampled_from((1, 1, 15, 40)))
    found = tuple(replace(one, id=f"{n:016}") for n, one in enumerate(some))
    tests = tuple(_test_of(draw, one) for one in found if draw(st.booleans()))
    naming = draw(st.sampled_from((None, *found)))
    active = draw(st.sampled_from((None, *(one.id for one in found))))
    return replace(draw(PEOPLE), active_connection=active), AccountsScene(found, tests, naming)


def _test_of(draw: st.DrawFn, connection: Connection) -> ConnectionTest:
    state = draw(st.sampled_from(ConnectionTestState))
    failure = draw(st.none() | FAILURES) if state is ConnectionTestState.FAILED else None
    return ConnectionTest(connection.id, OWNER, Place(OWNER), state, draw(REVISIONS), failure)


COUNTS = st.integers(0, 10**6)
LEAVINGS = st.builds(Leaving, CONNECTIONS, COUNTS, COUNTS, REVISIONS)
REMOVALS = st.builds(Removal, PEOPLE, COUNTS, COUNTS, COUNTS)
APPROVALS = st.builds(ApprovalScene, PEOPLE, st.booleans())
