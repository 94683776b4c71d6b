"""The map of the package in CONTRIBUTING.md is true: levels, and no circle."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sksoftmax"
MODULES = sorted(
    path.relative_to(PACKAGE).with_suffix("").as_posix()
    for path in PACKAGE.rglob("*.py")
    if path.parent == PACKAGE or path.stem != "__init__"
)


def levels():
    """Level of each module, from the table in CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `([\w/]+)\.py` \|", text, flags=re.MULTILINE)
    return {module: int(level) for level, module in rows}


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


def test_every_module_is_on_the_map():
    """The table lists the files that exist, and no others."""
    assert sorted(levels()) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_point_down(module):
    """A module imports from lower levels only, so there is no circle."""
    for imported in imports(module):
        assert levels()[imported] < levels()[module], f"{module} imports {imported}"


@pytest.mark.parametrize("module", MODULES)
def test_every_module_is_tested_at_its_own_level(module):
    """One file, one test file."""
    *folder, name = (part.removeprefix("_") for part in module.split("/"))
    name = "package" if module == "__init__" else name
    assert (ROOT / "tests").joinpath(*folder, f"test_{name}.py").exists()
