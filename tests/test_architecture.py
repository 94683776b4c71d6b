"""The map of the package in CONTRIBUTING.md is true: rooms, floors, and no circle."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sksoftmax"
ROOMS = sorted(
    path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()
)
MODULES = sorted(
    path.relative_to(PACKAGE).with_suffix("").as_posix()
    for path in PACKAGE.rglob("*.py")
    if path.parent == PACKAGE or path.stem != "__init__"
)
MAP = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def floors():
    """Number of each room's floor, from the picture; that of the faces is "faces"."""
    picture = re.search(r"((?:^    .+\n)+)\nEach file has", MAP, re.MULTILINE).group(1)
    names = [re.findall(r"\b_[a-z]+|faces", line) for line in picture.splitlines()]
    return {name: -i for i, line in enumerate(names) for name in line}


def room_of(module):
    """Room of a module, or "faces"."""
    return module.partition("/")[0] if "/" in module else "faces"


def imports(module):
    """Names of the package's modules that a module imports, wherever in the file."""
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return {
        name.removeprefix("sksoftmax.").replace(".", "/")
        for name in names
        if "sksoftmax" in name
    }


def test_every_room_is_in_the_picture():
    """Beside the faces, which are in none."""
    assert sorted(floors()) == sorted([*ROOMS, "faces"])


def test_every_file_is_on_the_map():
    """The table lists the files that exist, and no others."""
    rows = re.findall(r"^\| `([\w/]+)\.py` \|", MAP, flags=re.MULTILINE)
    assert sorted(rows) == MODULES


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_it_is(room):
    """What it knows, what it must not know, and what others take: and no code."""
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))
    text = " ".join(ast.get_docstring(tree).split())
    assert len(tree.body) == 1
    for part in ("Knows ", "nothing of ", " take "):
        assert part in text


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_point_down(module):
    """To a module of a lower floor, or of the same room."""
    room = room_of(module)
    for imported in imports(module):
        assert imported in MODULES
        other = room_of(imported)
        is_below = floors()[other] < floors()[room]
        assert other == room or is_below, f"{module} imports {imported}"


def test_there_is_no_circle():
    """Not inside a room either."""
    graph = {module: imports(module) for module in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_every_file_has_its_tests(module):
    """One file, one test file, in a folder of the room's name."""
    *folder, name = (part.removeprefix("_") for part in module.split("/"))
    name = "package" if module == "__init__" else name
    assert (ROOT / "tests").joinpath(*folder, f"test_{name}.py").exists()
