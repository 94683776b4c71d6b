"""The pages of docs/ say what there is: every public name, every parameter."""

import importlib
import inspect
import re
import tomllib
from pathlib import Path

import pytest
from sklearn.base import BaseEstimator
from sklearn.neural_network import MLPClassifier

import sksoftmax
from sksoftmax import SoftmaxMLPClassifier

ROOT = Path(__file__).parents[1]


def read(page):
    return (ROOT / page).read_text(encoding="utf-8")


def test_every_extra_is_on_the_page_on_installing():
    """With what it brings, and what that is for."""
    extras = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    rows = re.findall(
        r'^\| `"\.\[([\w-]+)\]"` \|', read("docs/install.md"), re.MULTILINE
    )
    assert sorted(rows) == sorted(extras)


def column(section, index):
    """Names in a column of one of the tables of docs/mlp_classifier.md."""
    text = read("docs/mlp_classifier.md")
    rows = re.search(rf"\n## {section}\n(.*?)(\n## |\Z)", text, re.DOTALL).group(1)
    rows = [row.strip("| ").split(" | ") for row in rows.splitlines() if " | " in row]
    cells = [row[index] for row in rows]
    lists = [cell for cell in cells if cell.startswith("`")]  # and no remark
    return {name for cell in lists for name in re.findall(r"`(\w+)[`=]", cell)}


def attributes(estimator):
    section = inspect.getdoc(estimator).split("\nAttributes\n")[1].split("\n\nSee")[0]
    return set(re.findall(r"^(\w+_) : ", section, flags=re.MULTILINE))


def methods(estimator):
    return {
        name
        for name in set(dir(estimator)) - set(dir(BaseEstimator))
        if not name.startswith(("_", "set_")) and not name.endswith("_")
    }


@pytest.mark.parametrize("name", sksoftmax.__all__)
def test_every_public_name_has_a_page_and_an_example(name):
    """docs/api.md lists it, and its docstring has an example, which pytest runs."""
    assert re.search(rf"^ +{name}$", read("docs/api.md"), flags=re.MULTILINE)
    assert ">>> " in inspect.getdoc(getattr(sksoftmax, name))


SECTIONS = pytest.mark.parametrize(
    ("section", "names"),
    [
        ("Parameters", lambda estimator: set(estimator().get_params())),
        ("Attributes", attributes),
        ("Methods", methods),
    ],
)


@SECTIONS
def test_nothing_of_mlp_classifier_is_left_out(section, names):
    """The table of a newcomer has each name of MLPClassifier, and none that it lost."""
    assert column(section, 0) == names(MLPClassifier)


@SECTIONS
def test_what_is_new_here_is_in_the_table(section, names):
    """The second column has what MLPClassifier has not."""
    new = names(SoftmaxMLPClassifier) - names(MLPClassifier)
    assert new <= column(section, 1)


@pytest.mark.parametrize("name", ["trees", "raw"])
def test_tables_of_the_studies_are_made_of_the_results_in_the_repository(
    name, monkeypatch
):
    """Each figure against boosted trees can be followed to single fits."""
    monkeypatch.syspath_prepend(ROOT / "docs/benchmarks")
    study = importlib.import_module(f"quality.{name}")
    trees, files = map(importlib.import_module, ("quality.trees", "quality.study"))
    page = read("docs/benchmarks/quality/README.md")
    results = files.read(ROOT / f"docs/benchmarks/quality/results/{name}.jsonl")
    for part, data in study.SUITES.items():
        published = page.split(f"<!-- {part} -->")[1].split("<!-- end of")[0]
        tables = "\n\n".join(trees.tables(results, data, [*study.ENTRIES]))
        assert published.strip().startswith(tables)


def summary(part):
    """Of a study: geometric mean, rank and seconds of each classifier."""
    page = read("docs/benchmarks/quality/README.md")
    table = page.split(f"<!-- {part} -->")[1].split("| log-loss |")[0]
    rows = [line.strip("| \n").split(" | ") for line in table.splitlines()]
    return {
        row[0].removesuffix("()"): (f"{float(row[1]):.2f} ({row[2]})", row[-1])
        for row in rows
        if len(row) == 7 and row[2][0].isdigit()
    }


def test_readme_has_the_figures_of_the_studies():
    """Those that the commands have written, rounded."""
    trees, held_out, raw = map(summary, ("trees", "trees_held_out", "raw"))
    table = [
        line.replace("*", "").strip("| \n").split(" | ")
        for line in read("README.md").splitlines()
        if re.match(r"\| \w+ \| .*\d \(", line)
    ]
    assert [row[0] for row in table] == [*trees]
    for name, *cells, _ in table:
        mean, seconds = trees[name]
        assert cells == [mean, held_out[name][0], raw[name][0], seconds]
