"""Sessions for developers: `nox -s tests`, and lint, docs or package."""

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
    "sksoftmax/dask.py",
    "sksoftmax/onnx.py",
]


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
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def lint(session):
    """Format, style, spelling, docstrings and types."""
    project = nox.project.load_toml("pyproject.toml")
    session.install(*nox.project.dependency_groups(project, "lint"))
    session.run("ruff", "format", "--check")
    session.run("ruff", "check")
    session.run("codespell", "sksoftmax", "tests", "docs", "examples", "README.md")
    session.run("numpydoc", "lint", *PUBLIC)
    session.run("mypy")


@nox.session
def docs(session):
    """The site, in docs/_build/html: examples are run, and warnings are errors."""
    project = nox.project.load_toml("pyproject.toml")
    session.install(".", *nox.project.dependency_groups(project, "docs"))
    options = ["-W", "--keep-going", "-n", *session.posargs]
    session.run("python", "-m", "sphinx", *options, "docs", "docs/_build/html")


@nox.session
def package(session):
    """Wheel and sdist: built, checked, and the tests of the one run on the other.

    The wheel is alone in its environment, and the sources are deleted: what is tested
    is what users get.
    """
    project = nox.project.load_toml("pyproject.toml")
    session.install(*nox.project.dependency_groups(project, "package"))
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build")
    (wheel,), (sdist,) = (Path("dist").glob(name) for name in ("*.whl", "*.tar.gz"))
    session.run("twine", "check", "--strict", str(wheel), str(sdist))

    empty = Path(session.create_tmp()).absolute()
    shutil.rmtree(empty)
    shutil.unpack_archive(sdist, empty)
    session.run("python", "-m", "venv", str(empty / "venv"))
    python = str(empty / "venv" / "bin" / "python")
    session.run(python, "-m", "pip", "install", "-q", f"{wheel}[test]", external=True)
    (source,) = empty.glob("sksoftmax-*")
    shutil.rmtree(source / "sksoftmax")
    session.chdir(source)
    tests = ["tests", "--ignore=tests/test_architecture.py"]  # that is of the sources
    session.run(python, "-m", "pytest", *tests, *session.posargs, external=True)
