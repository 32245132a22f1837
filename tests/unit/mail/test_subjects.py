import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.subjects import MAX_SUBJECT, SubjectError, SubjectFault, read_subject, reply_subject


@pytest.mark.parametrize(
    ("subject", "reply"),
    [
        ("Order 17", "Re: Order 17"),
        ("Re: Order 17", "Re: Order 17"),
        ("RE: Order 17", "RE: Order 17"),
        ("re[2]: Order 17", "re[2]: Order 17"),
        ("Re(3) : Order 17", "Re(3) : Order 17"),
        ("AW: Auftrag", "AW: Auftrag"),
        ("Ответ: Заказ", "Ответ: Заказ"),
        ("Fwd: Order 17", "Re: Fwd: Order 17"),
        ("Regarding: Order 17", "Re: Regarding: Order 17"),
        ("", "Re: (no subject)"),
        (" \r\n ", "Re: (no subject)"),
        ("Re:", "Re: (no subject)"),
        ("Order\r\nBcc: x@evil.example", "Re: Order Bcc: x@evil.example"),
        ("x" * 250, "Re: " + "x" * 246),
        ("Re: " + "x" * 300, "Re: " + "x" * 246),
    ],
)
def test_a_reply_is_marked_once_and_fits(subject: str, reply: str) -> None:
    assert reply_subject(subject) == reply


@given(st.text(max_size=400))
def test_a_reply_subject_can_always_be_sent(subject: str) -> None:
    assert read_subject(reply_subject(subject)) == reply_subject(subject)


@pytest.mark.parametrize(
    ("typed", "subject"),
    [(" Order 17 ", "Order 17"), ("a\tb", "a b"), ("x" * MAX_SUBJECT, "x" * MAX_SUBJECT)],
)
def test_a_subject_is_one_line(typed: str, subject: str) -> None:
    assert read_subject(typed) == subject


@pytest.mark.parametrize(
    ("typed", "code", "length"),
    [
        ("", SubjectFault.EMPTY, 0),
        (" \t ", SubjectFault.EMPTY, 0),
        ("x" * 251, SubjectFault.TOO_LONG, 251),
        ("a\r\nBcc: b@x.example", SubjectFault.LINE_END, 19),
        ("a\nb", SubjectFault.LINE_END, 3),
        ("a\u2028b", SubjectFault.LINE_END, 3),
        ("a\u2029b", SubjectFault.LINE_END, 3),
        ("a\n", SubjectFault.LINE_END, 2),
        ("a\x00b", SubjectFault.CONTROL_CHARACTER, 3),
    ],
)
def test_row_89_a_subject_that_could_end_a_header_is_refused(
    typed: str, code: SubjectFault, length: int
) -> None:
    with pytest.raises(SubjectError) as caught:
        read_subject(typed)
    assert (caught.value.code, caught.value.length) == (code, length)
