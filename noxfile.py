"""Sessions for developers and for the workflows: `nox -l` lists them."""

import hashlib
import shutil
from pathlib import Path

import nox

nox.options.sessions = ["tests", "lint"]

PUBLIC = [
    "sksoftmax/_classifier.py",
    "sksoftmax/_classifier_cv.py",
    "sksoftmax/_column_encoder.py",
    "sksoftmax/_fitted_network.py",
    "sksoftmax/_gradient_check.py",
    "sksoftmax/_network/loss.py",
    "sksoftmax/_plot/importances.py",
    "sksoftmax/_plot/loss_curve.py",
    "sksoftmax/_plot/regularization_path.py",
    "sksoftmax/_plot/reliability.py",
    "sksoftmax/_rows/rounding.py",
    "sksoftmax/dask.py",
    "sksoftmax/onnx.py",
]

SPELLED = [".github", "docs", "examples", "recipe", "sksoftmax", "tests"]
SPELLED += map(str, Path().glob("*.md"))

# Files of other programs, by their schemas that check-jsonschema has.
SCHEMAS = {
    "citation-file-format": "CITATION.cff",
    "dependabot": ".github/dependabot.yml",
    "github-actions": ".github/actions/*/action.yml",
    "github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "github-issue-forms": ".github/ISSUE_TEMPLATE/[0-9]*.yml",
    "github-workflows": ".github/workflows/*.yml",
    "readthedocs": ".readthedocs.yaml",
}

# conda's builder knows each key, version and variable of its recipe, or raises.
RECIPE = """
from rattler_build import Stage0Recipe, VariantConfig

Stage0Recipe.from_file("recipe/recipe.yaml").render(VariantConfig())
"""

NIGHTLY = "https://pypi.anaconda.org/scientific-python-nightly-wheels/simple"
MAX_WHEEL = 250_000  # bytes: what is larger has more in it than sources


@nox.session
@nox.parametrize("sklearn", ["oldest", "1.7", "1.8", "newest"])
def tests(session, sklearn):
    """The whole suite, data frames included, on one version of scikit-learn.

    "oldest" has the floors of all dependencies; they have wheels for Python 3.11.
    """
    requirements = ()
    if sklearn == "oldest":
        project = nox.project.load_toml("pyproject.toml")
        requirements = nox.project.dependency_groups(project, "oldest")
    if sklearn in ("1.7", "1.8"):
        # scikit-learn before 1.9 reads column names by a protocol that polars drops.
        requirements = [*requirements, f"scikit-learn=={sklearn}.*", "polars<1.40"]
    session.install(".[test]", *requirements)
    session.run("python", "-m", "pytest", "-m", "", *session.posargs)


@nox.session
@nox.parametrize("compat", ["oldest", "newest"])
def array_api(session, compat):
    """What is of arrays of other libraries, on torch, too."""
    requirements = ["array-api-compat==1.12"] if compat == "oldest" else []
    session.install(".[test]", "torch", *requirements)
    tests = ["tests/test_array_api.py", "tests/device", "tests/rows", "tests/features"]
    pages = ["docs/user_guide/array_api.md"]
    options = ["-m", "", *session.posargs]
    session.run("python", "-m", "pytest", *tests, *pages, *options)


@nox.session
def prerelease(session):
    """The whole suite on what NumPy, SciPy and scikit-learn release next."""
    session.install(".[test]")
    options = [
        "--upgrade",
        "--pre",
        "--only-binary=:all:",
        "--extra-index-url",
        NIGHTLY,
    ]
    session.install(*options, "numpy", "scipy", "scikit-learn")
    session.run("python", "-m", "pytest", "-m", "", *session.posargs)


@nox.session
def fuzz(session):
    """Ten thousand calls of fit with arguments of any kind, others each time."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", "tests/test_fuzz.py", env={"FUZZ": "10000"})


@nox.session
def mutation(session):
    """Changes of what is computed, one after the other: which do the tests not see?

    Hours for all; or of some, as `-- "sksoftmax._network.loss*"`. It goes on where it
    was ended, and `mutmut browse` shows what has survived.
    """
    project = nox.project.load_toml("pyproject.toml")
    session.install(".[test]", *nox.project.dependency_groups(project, "mutation"))
    session.run("mutmut", "run", *session.posargs, env={"OPENBLAS_NUM_THREADS": "1"})


@nox.session
def lint(session):
    """Format, style, spelling, docstrings, types, and files of other programs."""
    project = nox.project.load_toml("pyproject.toml")
    session.install(".[plot]", *nox.project.dependency_groups(project, "lint"))
    session.run("ruff", "format", "--check")
    session.run("ruff", "check")
    session.run("codespell", "--check-hidden", *SPELLED)
    session.run("numpydoc", "lint", *PUBLIC)
    for schema, pattern in SCHEMAS.items():
        options = ["--builtin-schema", f"vendor.{schema}", "--default-filetype", "yaml"]
        session.run("check-jsonschema", *options, *map(str, Path().glob(pattern)))
    session.run("python", "-c", RECIPE)
    session.run(
        "zizmor", "--offline", "--no-progress", "--min-severity=medium", ".github"
    )
    session.run("mypy")
    # As a user: of the package that is installed, and without our settings.
    script = Path("tests/test_typing.py").absolute()
    session.chdir(session.create_tmp())
    session.run("mypy", "--strict", "--config-file=", str(script))
    session.run("pyright", str(script))


@nox.session
def docs(session):
    """The site, in docs/_build/html: examples are run, and warnings are errors."""
    project = nox.project.load_toml("pyproject.toml")
    session.install(".", *nox.project.dependency_groups(project, "docs"))
    options = ["-W", "--keep-going", "-n", *session.posargs]
    session.run("python", "-m", "sphinx", *options, "docs", "docs/_build/html")


@nox.session
def figures(session):
    """The pictures in docs/images, drawn anew by the examples that they are of.

    Those of benchmarks are drawn with their tables.
    """
    session.install(".[plot]")
    images = "docs/images"
    for example, path in [
        ("plot_02_decision_boundaries", f"{images}/decision_boundaries.png"),
        ("plot_09_softmax_surface", images),
    ]:
        session.run("python", f"examples/{example}.py", path, env={"MPLBACKEND": "agg"})


@nox.session
def linkcheck(session):
    """The links of the site's pages; `-- -D linkcheck_ignore=http` only those inside.

    Examples are not run.
    """
    project = nox.project.load_toml("pyproject.toml")
    session.install(".", *nox.project.dependency_groups(project, "docs"))
    options = ["-D", "plot_gallery=0", *session.posargs]
    build = [*options, "docs", "docs/_build/linkcheck"]
    session.run("python", "-m", "sphinx", "-b", "linkcheck", *build)


@nox.session
def package(session):
    """Wheel and sdist: built, checked, and the tests of the one run on the other.

    A second build gives the same bytes. The wheel is alone in its environment, and the
    sources are deleted: what is tested is what users get.
    """
    project = nox.project.load_toml("pyproject.toml")
    session.install(*nox.project.dependency_groups(project, "package"))
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build")
    (wheel,), (sdist,) = (Path("dist").glob(name) for name in ("*.whl", "*.tar.gz"))
    session.run("twine", "check", "--strict", str(wheel), str(sdist))
    empty = Path(session.create_tmp()).absolute()
    shutil.rmtree(empty)
    session.run("python", "-m", "build", "--outdir", str(empty / "again"))
    for file in (wheel, sdist):
        if file.read_bytes() != (empty / "again" / file.name).read_bytes():
            session.error(f"Two builds of {file.name} differ.")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        session.log(f"{digest}  {file.name}, {file.stat().st_size} bytes")
    if wheel.stat().st_size > MAX_WHEEL:
        session.error(f"{wheel.name} is larger than {MAX_WHEEL} bytes.")

    shutil.unpack_archive(sdist, empty)
    session.run("python", "-m", "venv", str(empty / "venv"))
    python = str(empty / "venv" / "bin" / "python")
    session.run(python, "-m", "pip", "install", "-q", f"{wheel}[test]", external=True)
    (source,) = empty.glob("sksoftmax-*")
    shutil.rmtree(source / "sksoftmax")
    session.chdir(source)
    tests = ["tests", "--ignore=tests/test_architecture.py"]  # that is of the sources
    session.run(python, "-m", "pytest", *tests, *session.posargs, external=True)
