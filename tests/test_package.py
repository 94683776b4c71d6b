"""What users see of the package as a whole: names, version, documentation."""

import importlib.metadata
import importlib.resources
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_html_repr

import sksoftmax
from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV

ROOT = Path(__file__).parents[1]


def test_public_names_are_all():
    """Everything without an underscore is in __all__, and the other way round."""
    public = {
        name
        for name in dir(sksoftmax)
        if not name.startswith("_") and not inspect.ismodule(getattr(sksoftmax, name))
    }
    assert public == set(sksoftmax.__all__)


def test_names_that_do_not_exist_are_refused():
    """As of any module, although some names are looked up late."""
    with pytest.raises(AttributeError, match=r"^module 'sksoftmax' has no .* 'fit'$"):
        sksoftmax.fit  # noqa: B018


def test_star_brings_all_names():
    """Also those that are imported late."""
    names = {}
    exec("from sksoftmax import *", names)
    assert set(sksoftmax.__all__) <= set(names)


def test_version_is_that_of_the_installed_package():
    """__version__ is what pip shows, and the changelog speaks of it."""
    assert sksoftmax.__version__ == importlib.metadata.version("sksoftmax")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {sksoftmax.__version__}" in changelog


def test_type_checkers_are_told_of_the_annotations():
    """The package holds the marker of PEP 561."""
    assert importlib.resources.files("sksoftmax").joinpath("py.typed").is_file()


def test_nothing_is_imported_before_it_is_asked_for():
    """The package alone costs nobody the time of its classifiers."""
    code = """
import sys
import sksoftmax
print(sorted({"sksoftmax._classifier", "sksoftmax._network"} & {*sys.modules}))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_optional_packages_are_not_imported():
    """The classifier brings none of them, nor parts of scikit-learn for few."""
    code = """
import sys
from sksoftmax import SoftmaxMLPClassifier
print(sorted({"dask", "distributed", "matplotlib", "onnx", "onnxruntime", "rich",
              "skl2onnx", "skops", "torch", "sklearn.callback", "sklearn.metrics",
              "sklearn.model_selection", "sklearn.neural_network", "sklearn.pipeline",
              "sklearn.preprocessing", "sksoftmax._classifier_cv"}
             .intersection(sys.modules)))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_optional_packages_are_not_needed():
    """A fit works where nothing beyond the dependencies can be imported."""
    code = """
import sys
class Absent:
    def find_spec(self, name, *args):
        if name in ("dask", "distributed", "matplotlib", "onnx", "pandas", "polars",
                    "pytest", "skl2onnx"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from sksoftmax import SoftmaxMLPClassifier
print(SoftmaxMLPClassifier().fit([[0], [1]], ["no", "yes"]).predict([[1]]))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "['yes']"


ESTIMATORS = [SoftmaxMLPClassifier, SoftmaxMLPClassifierCV]


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("wrap", [lambda clf: clf, make_pipeline])
def test_diagrams_link_to_the_pages_of_the_site(estimator, wrap):
    """Alone or in a pipeline, to what autosummary makes of docs/api.md."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    site = project["project"]["urls"]["Documentation"]
    name = estimator.__name__
    assert f"{site}api/sksoftmax.{name}.html" in estimator_html_repr(wrap(estimator()))
    assert f"\n   {name}\n" in (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def section(estimator, name):
    """Names documented in a section of an estimator's docstring."""
    doc = inspect.getdoc(estimator)
    body = re.search(rf"\n{name}\n-+\n(.*?)(?=\n\w[\w ]*\n-+\n|\Z)", doc, re.DOTALL)
    return re.findall(r"^(\w+) : ", body.group(1), flags=re.MULTILINE)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_parameter_is_documented_in_its_order(estimator):
    """The Parameters section is the signature, defaults included."""
    signature = inspect.signature(estimator).parameters
    assert section(estimator, "Parameters") == list(signature)
    doc = inspect.getdoc(estimator)
    for name, parameter in signature.items():
        written = re.search(rf"^{name} : .*default=(.*)$", doc, re.MULTILINE).group(1)
        assert ast_equal(written, parameter.default), name


def ast_equal(written, value):
    return eval(written, {}) == value  # the docstring is our own


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_every_fitted_attribute_is_documented(estimator):
    """The Attributes section lists what fit sets, and nothing else."""
    fitted = {"feature_names_in_"}
    for early_stopping in (False, True):
        clf = estimator((3,), early_stopping=early_stopping, max_iter=5)
        clf.fit(*load_iris(return_X_y=True))
        fitted |= {name for name in dir(clf) if name.endswith("_") and name[0] != "_"}
    assert set(section(estimator, "Attributes")) == fitted


def test_readme_holds_the_commands_that_are_run():
    """The install and test commands stand in the README as they are tested."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    venv = "python3 -m venv .venv && .venv/bin/python -m pip install"
    assert f"{venv} . && .venv/bin/python examples/quickstart.py" in readme
    assert f'{venv} ".[test]" && .venv/bin/python -m pytest' in readme
    for line in (
        "SoftmaxMLPClassifier()",
        "LogisticRegression()",
        "the surest mistake",
    ):
        assert line in readme, "the quickstart's output belongs into the README"
