"""The transformer that makes inputs of columns."""

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from sksoftmax import ColumnEncoder, SoftmaxMLPClassifier


@pytest.fixture(name="data", scope="module")
def steps():
    """A label that jumps four times in the first of three columns."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 3))
    return X, (np.digitize(X[:, 0], [-1, -0.3, 0.3, 1]) % 2).astype(int)


def test_a_linear_model_of_parts_has_steps(data):
    """Of one column as many as there are parts; without them it has none."""
    X, y = data
    linear = LogisticRegression(C=100, max_iter=1000)
    assert linear.fit(X, y).score(X, y) < 0.7
    assert make_pipeline(ColumnEncoder(), linear).fit(X, y).score(X, y) > 0.85


def test_names_are_those_of_columns_and_of_the_ends_of_parts():
    """Whatever the columns are called; each is another one."""
    X = np.array([[0.0, 5.0], [1.0, 5.0], [3.0, 6.0]])
    encoder = ColumnEncoder().fit(X)
    expected = ["x0", "x1", "x0 [0, 1]", "x0 [1, 3]"]
    assert encoder.get_feature_names_out().tolist() == expected
    named = encoder.get_feature_names_out(["a", "b"]).tolist()
    assert named == ["a", "b", "a [0, 1]", "a [1, 3]"]
    linear = ColumnEncoder("linear").fit(X)
    assert linear.get_feature_names_out().tolist() == ["x0", "x1"]


@pytest.mark.parametrize("offset", [0.0, 1e12])
def test_names_are_as_many_as_inputs(data, offset):
    """However far from 0 the parts are."""
    names = ColumnEncoder().fit(data[0] + offset).get_feature_names_out()
    assert len(set(names)) == len(names) == 51


def test_a_fitted_encoder_is_what_it_was_fitted_as(data):
    """Whatever is set afterwards."""
    X, _ = data
    encoder = ColumnEncoder().fit(X)
    inputs = encoder.transform(X)
    encoder.set_params(encoding="linear")
    np.testing.assert_array_equal(encoder.transform(X), inputs)
    with pytest.raises(TypeError, match="dense data is required"):
        encoder.transform(csr_array(X))


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_linear_passes_columns_on(container, data):
    """Sparse ones too, which have no parts."""
    X = container(data[0])
    passed = ColumnEncoder("linear").fit(X).transform(X)
    assert (passed != X).sum() == 0
    if container is csr_array:
        with pytest.raises(TypeError, match="dense data is required"):
            ColumnEncoder().fit(X)


def test_weights_are_copies(data):
    """The same parts as of so many copies."""
    X, _ = data
    counts = np.arange(600) % 3
    weighted = ColumnEncoder().fit(X, sample_weight=counts)
    copies = ColumnEncoder().fit(np.repeat(X, counts, axis=0))
    np.testing.assert_array_equal(weighted.starts_, copies.starts_)
    np.testing.assert_array_equal(weighted.widths_, copies.widths_)


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_that_of_a_classifier_makes_its_inputs(encoding, data):
    """In the order of its weights, and as one fitted to the same rows."""
    X, y = data
    clf = SoftmaxMLPClassifier((), alpha=1, encoding=encoding).fit(X, y)
    assert clf.encoding_ == clf.encoder_.encoding == encoding
    logits = clf.encoder_.transform(X) @ clf.coefs_[0] + clf.intercepts_[0]
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], clf.decision_function(X))
    alone = ColumnEncoder(encoding).fit(X)
    np.testing.assert_array_equal(alone.transform(X), clf.encoder_.transform(X))
    again = pickle.loads(pickle.dumps(clf.encoder_))
    np.testing.assert_array_equal(again.transform(X), alone.transform(X))


def test_names_of_a_frame_are_kept(data):
    """In the classifier's as well."""
    pd = pytest.importorskip("pandas")
    X, y = data
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    clf = SoftmaxMLPClassifier((), alpha=1, encoding="piecewise").fit(frame, y)
    assert clf.encoder_.get_feature_names_out()[:3].tolist() == ["a", "b", "c"]
    clf.encoder_.set_output(transform="pandas").transform(frame)
    with pytest.raises(ValueError, match="feature names should match"):
        clf.encoder_.transform(frame[["b", "a", "c"]])


def test_each_output_has_a_name_of_its_own():
    """Also where a column and a category are called as another two together."""
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    data = {"a": ["b_c", "b_c_2"], "a_b": ["c", "d"], "a_b_d": [1.0, 2.0]}
    expected = ["a_b_d", "a_b_c", "a_b_c_2", "a_b_c_3", "a_b_d_2"]
    for library in (pd, pl):
        frame = library.DataFrame(data)
        encoder = ColumnEncoder("linear").fit(frame)
        assert encoder.get_feature_names_out().tolist() == expected
        name = library.__name__
        made = encoder.set_output(transform=name).transform(frame)
        assert [*made.columns] == expected
