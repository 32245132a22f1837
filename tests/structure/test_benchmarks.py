"""Each figure can be measured by its name, and the page says what it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

from benchmarks.__main__ import FIGURES
from benchmarks.figures import MOST_OF_A_CPU, Row, table

ROOT = Path(__file__).parents[2]


def figures() -> Iterator[str]:
    """Public functions of the benchmarks that give rows."""
    for module in ROOT.glob("benchmarks/*.py"):
        for node in ast.parse(module.read_text()).body:
            if isinstance(node, ast.AsyncFunctionDef) and node.returns is not None:
                private = node.name.startswith("_") or module.stem == "__main__"
                if ast.unparse(node.returns) == "list[Row]" and not private:
                    yield node.name


def test_every_figure_is_measured_by_make_bench() -> None:
    assert sorted(figures()) == sorted(figure.__name__ for figure in FIGURES.values())


def test_the_page_says_what_each_figure_is() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text()
    assert [name for name in FIGURES if f"| `{name}` |" not in page] == []


def test_a_row_whose_server_side_was_busy_counts_for_nothing() -> None:
    busy = Row("Speed", "9", "at least 5", met=True, server_share=MOST_OF_A_CPU + 0.01)
    calm = Row("Speed", "9", "at least 5", met=True, server_share=MOST_OF_A_CPU)
    assert "| void |" in table([busy])
    assert "| met |" in table([calm])
