"""Tables for the page: printed, and put between its markers."""

import importlib
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

FOLDER = Path(__file__).parent


def load_competitors(names):
    """Modules by name; those whose library is missing are left out, and said."""
    modules = {}
    for name in names:
        try:
            modules[name] = importlib.import_module(f"competitors.{name}")
        except ImportError as error:
            print(f"{name} is left out: {error}")
    return modules


def table(header, rows):
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def ratio_cell(ratio):
    """`median (min to max)`."""
    median, low, high = ratio
    return f"{median:.2f} ({low:.2f} to {high:.2f})"


def setting():
    """The machine and the versions, for under a table."""
    names = ["numpy", "scipy", "scikit-learn", "torch"]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, " + ", ".join(
        f"{name} {installed(name)}" for name in names
    )


def installed(name):
    """Version, or that there is none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def publish(name, *parts, page="README.md"):
    """Print, and replace what the page holds between the markers of `name`."""
    text = "\n\n".join([*parts, f"{setting()}."])
    print("\n" + text)
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    path = FOLDER / page
    before, rest = path.read_text(encoding="utf-8").split(start)
    _, after = rest.split(end)
    path.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}", encoding="utf-8")
