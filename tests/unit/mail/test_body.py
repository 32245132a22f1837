from mail.body import joined, plain


def test_parts_become_paragraphs() -> None:
    assert joined(["<b>a</b>", "b"]) == "<b>a</b><br><br>b"
    assert joined([]) == ""


def test_a_reader_sees_neither_tags_nor_escapes() -> None:
    body = '<blockquote>1 &lt; 2<br></blockquote><a href="https://x.example/?a=1&amp;b=&gt;">A&amp;amp;</a>'
    assert plain(body) == "1 < 2\nA&amp;"
