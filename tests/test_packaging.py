"""What other programs are told of the package is what pyproject.toml says."""

import ast
import importlib.metadata
import itertools
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import sksoftmax

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
RECIPE = yaml.safe_load((ROOT / "recipe" / "recipe.yaml").read_text(encoding="utf-8"))
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FLOOR = PROJECT["requires-python"].removeprefix(">=")


def floors(requirements):
    """Oldest version of each package, `{name: version}`."""
    pairs = (re.split(r"\s*>=", requirement) for requirement in requirements)
    return dict(pairs)


def jobs(path):
    """What a workflow gives to nox: options of each step, for each row of a matrix."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    for job in workflow["jobs"].values():
        matrix = dict(job.get("strategy", {}).get("matrix", {}))
        rows = matrix.pop("include", [])
        rows += [
            dict(zip(matrix, row, strict=True))
            for row in itertools.product(*matrix.values())
        ]
        for step in job.get("steps", []):  # none where it calls another workflow
            if step.get("uses") == "./.github/actions/nox":
                yield from (filled(step["with"], row) for row in rows)


def filled(options, row):
    """A step's options, with the values of one row of the matrix."""
    return {
        name: re.sub(
            r"\$\{\{ matrix\.(\w+) \}\}", lambda m: row.get(m.group(1), ""), value
        )
        for name, value in options.items()
    }


def sessions():
    """Names of the sessions of noxfile.py, as `nox -l` has them."""
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    for node in tree.body:
        decorators = getattr(node, "decorator_list", [])
        if "nox.session" in map(ast.unparse, decorators):
            calls = [call for call in decorators if isinstance(call, ast.Call)]
            if not calls:
                yield node.name
            for call in calls:
                name, values = map(ast.literal_eval, call.args)
                yield from (f"{node.name}({name}={value!r})" for value in values)


def test_the_recipe_needs_what_pip_installs():
    """conda gets the same dependencies, with the same floors, Python's included."""
    needs = floors(RECIPE["requirements"]["run"])
    assert RECIPE["context"]["python_min"] == FLOOR
    assert needs.pop("python") == "${{ python_min }}"
    assert needs == floors(PROJECT["dependencies"])
    for requirement in PYPROJECT["build-system"]["requires"]:
        assert requirement.replace(">=", " >=") in RECIPE["requirements"]["host"]


def test_floors_are_tested():
    """Each dependency is pinned to its floor in the session of the oldest versions."""
    group = PYPROJECT["dependency-groups"]["oldest"]
    oldest = dict(re.split("==", pin, maxsplit=1) for pin in group if "==" in pin)
    for name, floor in floors(PROJECT["dependencies"]).items():
        assert oldest[name].removesuffix(".*") in (floor, f"{floor}.0")
    extras = PROJECT["optional-dependencies"]
    asked = [one for extra in ("dask", "plot", "test") for one in extras[extra]]
    others = {
        re.sub(r"\[.*\]", "", name): floor
        for name, floor in floors(one for one in asked if ">" in one).items()
    }
    for name in ("dask", "distributed", "matplotlib", "pandas", "polars"):
        assert oldest[name].removesuffix(".*") == others[name]


def test_the_version_is_everywhere_the_same():
    """Who cites or packages a release names it as it does itself."""
    assert CITATION["version"] == sksoftmax.__version__
    assert RECIPE["context"]["version"] == sksoftmax.__version__


def test_addresses_and_licence_are_everywhere_the_same():
    """The same summary, too."""
    urls = PROJECT["urls"]
    about = RECIPE["about"]
    assert CITATION["license"] == about["license"] == PROJECT["license"]
    assert CITATION["repository-code"] == about["homepage"] == urls["Source"]
    assert CITATION["url"] == about["documentation"] == urls["Documentation"]
    assert about["summary"] == PROJECT["description"]
    assert PROJECT["description"].lower() in CITATION["title"].lower()
    places = ["SECURITY.md", "docs/policy.md", ".github/ISSUE_TEMPLATE/config.yml"]
    for place in places:
        links = re.findall(
            r"https://github\.com/\w+/\w+", (ROOT / place).read_text(encoding="utf-8")
        )
        assert set(links) == {urls["Source"]}, place


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_run_sessions_that_exist(path):
    """Each row of each matrix names a session of noxfile.py."""
    names = [options["session"] for options in jobs(path)]
    assert names
    assert set(names) <= set(sessions())


def test_pythons_are_those_that_are_tested():
    """Classifiers and the policy name all Pythons of the workflow, and no other."""
    tested = {o["python"] for o in jobs(ROOT / ".github" / "workflows" / "tests.yml")}
    prefix = "Programming Language :: Python :: "
    named = {c.removeprefix(prefix) for c in PROJECT["classifiers"] if prefix in c}
    assert named - {"3 :: Only"} == tested
    minors = sorted(int(version.removeprefix("3.")) for version in tested)
    assert minors == list(range(minors[0], minors[-1] + 1))
    assert f"3.{minors[0]}" == FLOOR
    policy = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    assert f"| Python | 3.{minors[0]} to 3.{minors[-1]} |" in policy


def test_every_version_of_scikit_learn_is_tested():
    """No session of the suite is left out; the oldest has the oldest Python."""
    tests = list(jobs(ROOT / ".github" / "workflows" / "tests.yml"))
    wanted = {name for name in sessions() if name.startswith("tests(")}
    assert {options["session"] for options in tests} == wanted
    pythons = {o["python"] for o in tests if o["session"] == "tests(sklearn='oldest')"}
    assert pythons == {FLOOR}


def test_the_policy_names_the_floors():
    """In the words that users read."""
    policy = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8").lower()
    for name, floor in floors(PROJECT["dependencies"]).items():
        assert f"| {name} | {floor} and later |" in policy


def test_actions_are_pinned_to_commits():
    """A tag can be moved to other code, a commit cannot."""
    files = [*WORKFLOWS, ROOT / ".github" / "actions" / "nox" / "action.yml"]
    for path in files:
        used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
        for action, version in used:
            is_ours = action.startswith("./")
            assert is_ours or re.search("@[0-9a-f]{40}$", action), (path.name, action)
            assert is_ours or re.fullmatch(r" # v\d+\.\d+\.\d+", version), path.name


def test_links_of_the_package_index_are_files_of_the_repository():
    """Those of README at this version, of which none is relative to the index."""
    metadata = importlib.metadata.metadata("sksoftmax")
    assert metadata["Description-Content-Type"] == "text/markdown"
    links = re.findall(r"\]\(([^)#]+)", metadata["Description"])
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(links) == len(re.findall(r"\]\(", text))
    assert all(link.startswith("https://") for link in links)
    source = PROJECT["urls"]["Source"].removeprefix("https://github.com")
    hosts = ("https://raw.githubusercontent.com", "https://github.com")
    places = [
        re.fullmatch(rf"{host}{source}/(?:blob/)?v([^/]+)/(.+)", link)
        for link in links
        for host in hosts
    ]
    files = [match.groups() for match in places if match]
    assert "docs/images/decision_boundaries.png" in {path for _, path in files}
    for version, path in files:
        assert version == sksoftmax.__version__
        assert (ROOT / path).is_file()
