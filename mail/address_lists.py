"""Where one address of a list ends and the next begins.

Commas stand inside names (`"Client, Jane" <jane@client.example>`, and also without the quotes), so
this is not a split at commas.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LINE_ENDS = "\r\n"
_SEPARATORS = ",;" + _LINE_ENDS
# A whole `Name <address> rest`, where the name may hold quoted strings.
_ANGLED = re.compile(
    r'(?P<name>(?:"(?:\\.|[^"\\])*"|[^<"])*)<(?P<email>[^<>]*)>(?P<rest>.*)', re.DOTALL
)
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry of a list, taken apart but not judged. `rest` stands behind the closing `>`."""

    text: str
    name: str
    email: str
    rest: str = ""
    unclosed: bool = False
    line_end_in_quotes: bool = False


@dataclass(frozen=True, slots=True)
class _Cut:
    """A stretch of text up to a separator, and what is known from finding its end."""

    text: str
    separator: str
    unclosed: bool
    line_end_in_quotes: bool


def split(text: str) -> tuple[Piece, ...]:
    """Splits at comma, semicolon and line end, outside quotes and `<>`.

    A stretch without `<` that holds several `@` is split at spaces; one without `@` before
    `Name <…>` belongs to that name.
    """
    cuts = [cut for cut in _cuts(text) if cut.text]
    return tuple(piece for cut in _with_whole_names(cuts) for piece in _pieces(cut))


def _cuts(text: str) -> Iterator[_Cut]:
    start, quoted, angled, escaped, line_end = 0, False, False, False, False
    for index, character in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"' and not angled:
            quoted = not quoted
        elif not quoted and character in "<>":
            angled = character == "<"
        elif not quoted and not angled and character in _SEPARATORS:
            yield _Cut(text[start:index].strip(), character, False, line_end)
            start, line_end = index + 1, False
        line_end = line_end or (quoted and character in _LINE_ENDS)
    yield _Cut(text[start:].strip(), "", quoted or angled, line_end)


def _with_whole_names(cuts: Sequence[_Cut]) -> Iterator[_Cut]:
    """Gives `Client` and `Jane <jane@…>` back as one. A name does not run over a bare line end."""
    waiting: list[_Cut] = []
    for cut in cuts:
        if cut.separator in (",", ";") and not re.search(r'[@<"]', cut.text):
            waiting.append(cut)
            continue
        if waiting and re.match(r'[^"<]+<', cut.text):
            name = "".join(f"{part.text}{part.separator} " for part in waiting)
            cut = _Cut(name + cut.text, cut.separator, cut.unclosed, cut.line_end_in_quotes)
            waiting = []
        yield from waiting
        waiting = []
        yield cut
    yield from waiting


def _pieces(cut: _Cut) -> Iterator[Piece]:
    angled = _ANGLED.fullmatch(cut.text)
    if angled:
        yield Piece(
            text=cut.text,
            name=_plain(angled["name"]),
            email=angled["email"].strip(),
            rest=angled["rest"].strip(),
            unclosed=cut.unclosed,
            line_end_in_quotes=cut.line_end_in_quotes,
        )
        return
    words = cut.text.split() if cut.text.count("@") > 1 and "<" not in cut.text else [cut.text]
    for word in words:
        yield Piece(word, "", word, "", cut.unclosed, cut.line_end_in_quotes)


def _plain(name: str) -> str:
    quoted = _QUOTED.fullmatch(name.strip())
    plain = re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL) if quoted else name
    return " ".join(plain.split())
