import pytest

from mail.body import is_blank, joined, plain


def test_parts_become_paragraphs() -> None:
    assert joined(["<b>a</b>", "b"]) == "<b>a</b><br><br>b"
    assert joined([]) == ""


def test_a_reader_sees_neither_tags_nor_escapes() -> None:
    body = '<blockquote>1 &lt; 2<br></blockquote><a href="https://x.example/?a=1&amp;b=&gt;">A&amp;amp;</a>'
    assert plain(body) == "1 < 2\nA&amp;"


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u2060", "\u200b\u200e\ufeff", "\u00a0\u2800\u3164"]
)
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", [".", " \u200bа", "👍", "👩\u200d🚀", "\u0301e", "עברית"])
def test_what_shows_something_is_not(text: str) -> None:
    assert not is_blank(text)
