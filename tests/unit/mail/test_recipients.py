from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.recipients import (
    MAX_RECIPIENTS,
    Address,
    RecipientFault,
    RecipientsError,
    domain,
    read_addresses,
    read_recipients,
    same_address,
)

JANE = Address("Jane", "jane@client.example")
BOB = Address("", "bob@client.example")

LOCAL_PARTS = st.from_regex(r"[a-z0-9]+([.+_-][a-z0-9]+){0,2}", fullmatch=True).filter(
    lambda local: len(local) < 40
)
EMAILS = st.tuples(LOCAL_PARTS, st.sampled_from(["client.example", "x.test", "corp.local"])).map(
    "@".join
)
# Anything a name may hold once it is read: no control or invisible characters, single spaces.
NAMES = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" ")).map(
    lambda name: " ".join(name.split())
)
ADDRESSES = st.builds(Address, NAMES, EMAILS).filter(lambda address: address.name != address.email)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("jane@client.example", ["jane@client.example"]),
        ("  jane@client.example  ", ["jane@client.example"]),
        ("Jane <jane@client.example>", ["Jane <jane@client.example>"]),
        ("<jane@client.example>", ["jane@client.example"]),
        ("jane@client.example <jane@client.example>", ["jane@client.example"]),
        ("a@x.example, b@x.example", ["a@x.example", "b@x.example"]),
        ("a@x.example; b@x.example;", ["a@x.example", "b@x.example"]),
        ("a@x.example\nb@x.example\r\n", ["a@x.example", "b@x.example"]),
        ("a@x.example b@x.example\tc@x.example", ["a@x.example", "b@x.example", "c@x.example"]),
        ("a@x.example,\nb@x.example,", ["a@x.example", "b@x.example"]),
        ("Client, Jane <j@x.example>", ['"Client, Jane" <j@x.example>']),
        (
            "a@x.example; Client, Dr. Jane <j@x.example>",
            ["a@x.example", '"Client, Dr. Jane" <j@x.example>'],
        ),
        ('"Client, Jane" <j@x.example>', ['"Client, Jane" <j@x.example>']),
        ('"Client; \\"JJ\\"" <j@x.example>', ['"Client; \\"JJ\\"" <j@x.example>']),
        ('Jane "JJ" Client <j@x.example>', ['"Jane \\"JJ\\" Client" <j@x.example>']),
        (
            "Жанна <j@x.example>, O'Neil <o@x.example>",
            ["Жанна <j@x.example>", "O'Neil <o@x.example>"],
        ),
        ("a@corp.local b@y.test", ["a@corp.local", "b@y.test"]),
        ("Jane@Client.Example", ["Jane@Client.Example"]),
        ("mailto:jane@client.example", ["jane@client.example"]),
        ("Jane <MAILTO:jane@client.example>", ["Jane <jane@client.example>"]),
        ("jane@client.example.", ["jane@client.example"]),
        ("jane@почта.рф", ["jane@xn--80a1acny.xn--p1ai"]),
        ("jane@\u200bclient.example\u2069", ["jane@client.example"]),
    ],
)
def test_what_people_type_is_read(typed: str, read: list[str]) -> None:
    assert [address.shown for address in read_recipients(typed)] == read


@pytest.mark.parametrize(
    ("typed", "code", "piece"),
    [
        ("", RecipientFault.NONE, ""),
        (" \n, ;", RecipientFault.NONE, ""),
        ("Jane", RecipientFault.NOT_AN_ADDRESS, "Jane"),
        ("a@x.example, Jane", RecipientFault.NOT_AN_ADDRESS, "Jane"),
        ("Jane\nBob <bob@x.example>", RecipientFault.NOT_AN_ADDRESS, "Jane"),
        ('Jane, "Bob" <bob@x.example>', RecipientFault.NOT_AN_ADDRESS, "Jane"),
        ("a@x.example and b@x.example", RecipientFault.NOT_AN_ADDRESS, "and"),
        ("a@b@x.example", RecipientFault.NOT_AN_ADDRESS, "a@b@x.example"),
        ("jane@localhost", RecipientFault.NOT_AN_ADDRESS, "jane@localhost"),
        ("jane@test", RecipientFault.NOT_AN_ADDRESS, "jane@test"),
        ("jane@client", RecipientFault.NOT_AN_ADDRESS, "jane@client"),
        ("jane@[127.0.0.1]", RecipientFault.NOT_AN_ADDRESS, "jane@[127.0.0.1]"),
        ("Jane <jane@x.example", RecipientFault.NOT_AN_ADDRESS, "Jane <jane@x.example"),
        ('"Jane <jane@x.example>', RecipientFault.NOT_AN_ADDRESS, '"Jane <jane@x.example>'),
        ("Jane <a@x.example> Bob", RecipientFault.NOT_AN_ADDRESS, "Jane <a@x.example> Bob"),
        (
            "Jane <a@x.example, b@x.example>",
            RecipientFault.NOT_AN_ADDRESS,
            "Jane <a@x.example, b@x.example>",
        ),
        ("team: a@x.example;", RecipientFault.NOT_AN_ADDRESS, "team: a@x.example"),
        ("жанна@x.example", RecipientFault.NON_ASCII_LOCAL_PART, "жанна@x.example"),
        ("<жанна@почта.рф>", RecipientFault.NON_ASCII_LOCAL_PART, "<жанна@почта.рф>"),
        ("a" * 65 + "@" + "x" * 200 + ".example", RecipientFault.NOT_AN_ADDRESS, None),
    ],
)
def test_what_is_wrong_is_named(typed: str, code: RecipientFault, piece: str | None) -> None:
    with pytest.raises(RecipientsError) as caught:
        read_recipients(typed)
    assert caught.value.code is code
    assert caught.value.piece == (typed if piece is None else piece)


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x0b", "\x1f", "\x7f", "\x85", "\u2028", "\u2029"]
)
@pytest.mark.parametrize(
    "place",
    [
        "{}a@x.example",
        "a@x.ex{}ample",
        "N{}N <a@x.example>",
        "a@x.example{}b@x.example",
        "a@x.example{}",
    ],
)
def test_row_89_control_characters_are_refused(character: str, place: str) -> None:
    with pytest.raises(RecipientsError) as caught:
        read_recipients(place.format(character))
    assert caught.value.code is RecipientFault.CONTROL_CHARACTER
    assert character not in caught.value.piece


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_row_89_a_line_end_cannot_begin_a_header(end: str) -> None:
    with pytest.raises(RecipientsError) as in_name:
        read_recipients(f'"Jane{end}Bcc: x" <a@x.example>')
    assert in_name.value.code is RecipientFault.LINE_END_IN_NAME
    for typed in (f"a@x.example{end}Bcc: b@x.example", f"<a@x{end}Bcc.example>"):
        with pytest.raises(RecipientsError) as in_address:
            read_recipients(typed)
        assert in_address.value.code is RecipientFault.NOT_AN_ADDRESS


@pytest.mark.parametrize(
    "typed",
    [
        "team: a@x.example;",
        "team: a@x.example, b@x.example;",
        "undisclosed-recipients:;",
        "<a@x.example, b@x.example>",
        "<a@x.example;b@x.example>",
        "Jane <a@x.example b@x.example>",
        "Jane <a@x.example> <b@x.example>",
        "@relay.example:a@x.example",
        '"a@x.example, b@x.example"@x.example',
        "a@x.example?bcc=b@x.example",
        "mailto:a@x.example?cc=b@x.example",
    ],
)
def test_row_89_groups_and_lists_in_one_address_are_refused(typed: str) -> None:
    with pytest.raises(RecipientsError) as caught:
        read_recipients(typed)
    assert caught.value.code is RecipientFault.NOT_AN_ADDRESS


def test_row_89_a_thousand_recipients_are_refused_with_their_count() -> None:
    with pytest.raises(RecipientsError) as caught:
        read_recipients(", ".join(f"a{n}@x.example" for n in range(1000)))
    assert (caught.value.code, caught.value.count) == (RecipientFault.TOO_MANY, 1000)


def test_a_hundred_recipients_are_read_and_duplicates_do_not_count() -> None:
    typed = "\n".join(f"a{n}@x.example" for n in range(MAX_RECIPIENTS))
    assert len(read_recipients(f"{typed}\nA0@X.example")) == MAX_RECIPIENTS
    with pytest.raises(RecipientsError):
        read_recipients(f"{typed}\nb@x.example")


def test_duplicates_are_merged_whatever_their_case_or_alphabet() -> None:
    typed = (
        "bob@client.example, JANE@client.example, Jane <jane@CLIENT.example>, BOB@client.example"
    )
    assert read_recipients(typed) == (BOB, Address("Jane", "JANE@client.example"))
    assert len(read_recipients("a@почта.рф a@xn--80a1acny.xn--p1ai")) == 1


@given(st.lists(ADDRESSES, min_size=1, max_size=5, unique_by=lambda address: address.email))
def test_what_is_shown_is_read_back_the_same(addresses: list[Address]) -> None:
    shown = ", ".join(address.shown for address in addresses)
    assert read_recipients(shown) == tuple(addresses)
    assert read_addresses(shown) == tuple(addresses)


@given(st.text(st.sampled_from('a@x.exmpl <>",;\\\n\r\x00\u2028ж()[]:')))
def test_whatever_is_typed_is_read_or_refused_and_never_holds_a_line_end(typed: str) -> None:
    try:
        addresses = read_recipients(typed)
    except RecipientsError:
        return
    for address in addresses:
        assert address.email.isascii()
        assert address.shown.isprintable()


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("", []),
        ("jane@client.example", ["jane@client.example"]),
        ("Jane <jane@client.example>", ["Jane <jane@client.example>"]),
        (
            '"Client, Jane" <j@x.example>, Bob <b@x.example>',
            ['"Client, Jane" <j@x.example>', "Bob <b@x.example>"],
        ),
        (
            "Client, Jane <j@x.example>, b@x.example",
            ['"Client, Jane" <j@x.example>', "b@x.example"],
        ),
        ('"Jane <j@x.example>', ["Jane <j@x.example>"]),
        ("Jane <j@x.example", []),
        ("undisclosed-recipients:;", []),
        ("Jane, , junk, j@x.example", ["j@x.example"]),
        ("root@localhost", ["root@localhost"]),
        ("жанна@почта.рф", ["жанна@почта.рф"]),
        ("Jane <j@почта.рф>", ["Jane <j@xn--80a1acny.xn--p1ai>"]),
        ('"Jane\r\n Client" <j@x.example>', ["Jane Client <j@x.example>"]),
        ('"ceo@corp.example" <x@evil.example>', ['"ceo@corp.example" <x@evil.example>']),
        ("\u202eJane\x00 <j@x.example>", ["Jane <j@x.example>"]),
        ("<>, @, ;;", []),
    ],
)
def test_headers_of_letters_are_read_leniently(header: str, read: list[str]) -> None:
    assert [address.shown for address in read_addresses(header)] == read


@given(st.one_of(st.text(), st.text(st.sampled_from('a@x.exmpl <>",;\\\n\x00\ud800'))))
def test_no_header_stops_a_card(header: str) -> None:
    for address in read_addresses(header):
        assert "@" in address.email
        assert {category(c) for c in address.shown}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


def test_addresses_are_compared_without_case_and_by_punycode() -> None:
    assert same_address("Jane@Client.EXAMPLE", "jane@client.example")
    assert same_address("jane@почта.рф", "jane@XN--80a1acny.xn--p1ai")
    assert same_address("root@LOCALHOST", "root@localhost")
    assert not same_address("jane@client.example", "jane@client.test")
    assert domain("Jane@Client.EXAMPLE") == "client.example"
    assert domain("jane@почта.рф") == "xn--80a1acny.xn--p1ai"
