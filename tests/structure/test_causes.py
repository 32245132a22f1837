"""Every change of the rules that is given its cause stores it, so that it has its effect once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MAIL = Path(__file__).parents[2] / "mail"
LEAST = 30  # or this looks in the wrong place


def caused() -> Iterator[tuple[str, ast.AST]]:
    """What takes a `cause`, by its name."""
    for path in sorted(MAIL.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if "cause" in [argument.arg for argument in node.args.args]:
                yield f"{path.stem}.{node.name}", node


def hands_on(node: ast.AST) -> bool:
    """To `Transaction.once`, or to the function that does."""
    calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
    given = [argument for call in calls for argument in call.args]
    return any(getattr(name, "id", "") == "cause" for one in given for name in ast.walk(one))


CAUSED = dict(caused())


def test_there_are_many() -> None:
    assert len(CAUSED) >= LEAST


@pytest.mark.parametrize("name", CAUSED)
def test_a_change_stores_its_cause(name: str) -> None:
    assert hands_on(CAUSED[name])
