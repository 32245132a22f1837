"""Which letter a person means."""

import pytest

from bitrix24.webhook import LetterFault, LetterReferenceError, letter_number

HOST = "acme.bitrix24.example"


@pytest.mark.parametrize(
    "text",
    [
        "15",
        " 15 ",
        "015",
        "#15",
        "№ 15",
        f"https://{HOST}/mail/message/15",
        f"https://{HOST}/mail/message/15/",
        f"http://{HOST}/mail/message/15/?IFRAME=Y#reply",
        f"{HOST}/mail/message/15",
        f"https://{HOST.upper()}/mail/message/15",
        f"https://{HOST}:8443/b24/mail/message/15/",
        f"https://{HOST}//mail//message//15//",
        f"<https://{HOST}/mail/message/15>",
    ],
)
def test_numbers_and_links_name_a_letter(text: str) -> None:
    assert letter_number(text, HOST) == 15


def test_the_largest_number_is_two_to_the_53() -> None:
    assert letter_number(str(2**53), HOST) == 2**53


def test_links_of_other_spellings_of_the_host_count() -> None:
    assert letter_number("https://почта.example/mail/message/7", "xn--80a1acny.example") == 7
    assert letter_number("http://[FD00:0::5]:80/mail/message/7", "fd00::5") == 7


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", LetterFault.NOT_A_NUMBER),
        ("fifteen", LetterFault.NOT_A_NUMBER),
        ("15 16", LetterFault.NOT_A_NUMBER),
        ("-1", LetterFault.NOT_A_NUMBER),
        ("1.5", LetterFault.NOT_A_NUMBER),
        ("١٥", LetterFault.NOT_A_NUMBER),
        ("²", LetterFault.NOT_A_NUMBER),
        (f"https://{HOST}/mail/", LetterFault.NOT_A_NUMBER),
        (f"https://{HOST}/mail/message/15/edit", LetterFault.NOT_A_NUMBER),
        (f"https://{HOST}/mail/message/new", LetterFault.NOT_A_NUMBER),
        ("https://[broken/mail/message/15", LetterFault.NOT_A_NUMBER),
        ("0", LetterFault.OUT_OF_RANGE),
        (str(2**53 + 1), LetterFault.OUT_OF_RANGE),
        ("9" * 5000, LetterFault.OUT_OF_RANGE),
        (f"https://{HOST}/mail/message/0", LetterFault.OUT_OF_RANGE),
        ("https://other.example/mail/message/15", LetterFault.OTHER_HOST),
        (f"https://{HOST}@other.example/mail/message/15", LetterFault.OTHER_HOST),
        (f"https://{HOST}.other.example/mail/message/15", LetterFault.OTHER_HOST),
    ],
)
def test_what_names_no_letter_is_refused(text: str, fault: LetterFault) -> None:
    with pytest.raises(LetterReferenceError) as refused:
        letter_number(text, HOST)
    assert refused.value.code is fault
