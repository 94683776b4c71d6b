"""Sessions for developers: `nox -s tests`, `nox -s lint`."""

import nox

nox.options.sessions = ["tests", "lint"]

# The floors of every dependency in pyproject.toml go with the oldest scikit-learn.
OLDEST = "oldest"


@nox.session
@nox.parametrize("sklearn", [OLDEST, "1.7", "1.8", "newest"])
def tests(session, sklearn):
    """The whole suite, data frames included, on one version of scikit-learn."""
    groups = nox.project.dependency_groups(
        nox.project.load_toml("pyproject.toml"),
        "frames",
        *(["oldest"] if sklearn == OLDEST else []),
    )
    pins = [] if sklearn in (OLDEST, "newest") else [f"scikit-learn=={sklearn}.*"]
    session.install(".[test]", *groups, *pins)
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def lint(session):
    """Format, style, spelling and docstrings."""
    project = nox.project.load_toml("pyproject.toml")
    session.install(*nox.project.dependency_groups(project, "lint"))
    session.run("ruff", "format", "--check")
    session.run("ruff", "check")
    session.run("codespell", "sksoftmax", "tests", "docs", "examples", "README.md")
    session.run("python", "-m", "numpydoc.hooks.validate_docstrings", *PUBLIC)


PUBLIC = [
    "sksoftmax/_classifier.py",
    "sksoftmax/_gradient_check.py",
    "sksoftmax/_loss.py",
]
