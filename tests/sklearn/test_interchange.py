"""`to_sklearn`: scikit-learn's MLPClassifier with the same weights."""

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier

from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV


def data(n_classes, dtype=np.float64):
    """100 samples in different units, string labels."""
    X, y = make_classification(
        100, 6, n_informative=4, n_classes=n_classes, random_state=3
    )
    X = (X * [1, 10, 0.1, 1, 100, 1]).astype(dtype)
    return X, np.array(["ant", "bee", "cow"])[y]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    ("hidden_layer_sizes", "activation"),
    [
        ((), "relu"),
        ((), "elu"),  # has no say where there is no hidden layer
        ((7,), "relu"),
        ((7, 5), "tanh"),
        ((7, 5), ["logistic", "logistic"]),
        (7, "identity"),
    ],
)
def test_probabilities_are_the_same(n_classes, hidden_layer_sizes, activation):
    """Probabilities agree to rounding, labels exactly, for dense and sparse X."""
    X, y = data(n_classes)
    clf = SoftmaxMLPClassifier(
        hidden_layer_sizes, activation, alpha=0.01, random_state=0
    )
    mlp = clf.fit(X, y).to_sklearn()
    assert type(mlp) is MLPClassifier
    for rows in (X, csr_array(X)):
        np.testing.assert_allclose(
            mlp.predict_proba(rows), clf.predict_proba(rows), rtol=0, atol=1e-12
        )
        np.testing.assert_array_equal(mlp.predict(rows), clf.predict(rows))
    assert mlp.score(X, y) == clf.score(X, y) > 0.6


@pytest.mark.parametrize("n_classes", [2, 3])
def test_float32_stays_float32(n_classes):
    """Weights and probabilities keep the dtype of a fit to float32."""
    X, y = data(n_classes, np.float32)
    clf = SoftmaxMLPClassifier((7,), alpha=1, random_state=0).fit(X, y)
    mlp = clf.to_sklearn()
    p = mlp.predict_proba(X)
    assert {part.dtype for part in (p, *mlp.coefs_, *mlp.intercepts_)} == {X.dtype}
    np.testing.assert_allclose(p, clf.predict_proba(X), rtol=0, atol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_it_has_what_a_fit_would_set(n_classes):
    """Every public attribute is there, and those that tell the architecture agree."""
    X, y = data(n_classes)
    clf = SoftmaxMLPClassifier((7,), alpha=1, random_state=0).fit(X, y)
    mlp = clf.to_sklearn()
    fitted = clone(mlp).set_params(tol=1).fit(X, y)
    names = [{name for name in vars(m) if name[0] != "_"} for m in (mlp, fitted)]
    assert names[0] == names[1]
    assert [coef.shape for coef in mlp.coefs_] == [c.shape for c in fitted.coefs_]
    for name in ("n_layers_", "n_outputs_", "out_activation_", "hidden_layer_sizes"):
        assert getattr(mlp, name) == getattr(fitted, name), name
    assert (mlp.n_iter_, mlp.loss_) == (clf.n_iter_, clf.loss_)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_what_is_private_is_as_a_fit_sets_it(n_classes):
    """So that a scikit-learn that keeps it elsewhere, or otherwise, is seen here."""
    X, y = data(n_classes)
    mlp = SoftmaxMLPClassifier((7,), alpha=1, random_state=0).fit(X, y).to_sklearn()
    fitted = clone(mlp).set_params(tol=1).fit(X, y)
    assert [name for name in vars(mlp) if name[0] == "_"] == ["_label_binarizer"]
    ours, theirs = mlp._label_binarizer, fitted._label_binarizer
    assert type(ours) is type(theirs)
    assert vars(ours).keys() == vars(theirs).keys()
    for name, value in vars(theirs).items():
        np.testing.assert_array_equal(getattr(ours, name), value)


def test_pickle_warm_start_and_repr():
    """It is pickled and shown as any other, and a warm start goes on from it."""
    X, y = data(3)
    clf = SoftmaxMLPClassifier((7,), alpha=0.3, standardize=False, random_state=0)
    mlp = clf.fit(X, y).to_sklearn()
    again = pickle.loads(pickle.dumps(mlp))
    np.testing.assert_array_equal(again.predict_proba(X), mlp.predict_proba(X))
    assert "alpha=0.3" in repr(mlp)
    p = clf.predict_proba(X)
    mlp.set_params(warm_start=True, tol=1e9).fit(X, y)
    np.testing.assert_allclose(mlp.predict_proba(X), p, atol=1e-12)
    assert mlp.loss_ == pytest.approx(clf.loss_)


def test_alpha_chosen_by_cross_validation():
    """The estimator with cross-validation is converted as the one without."""
    X, y = data(3)
    clf = SoftmaxMLPClassifierCV((4,), alphas=[1, 0.1], cv=2, random_state=0)
    mlp = clf.fit(X, y).to_sklearn()
    np.testing.assert_allclose(mlp.predict_proba(X), clf.predict_proba(X), atol=1e-12)
    assert mlp.alpha == clf.alpha_


def test_it_is_a_copy():
    """What is done to the weights of one is not done to the other."""
    X, y = data(2)
    clf = SoftmaxMLPClassifier((7,), alpha=1, random_state=0).fit(X, y)
    p = clf.predict_proba(X)
    mlp = clf.to_sklearn()
    for part in (*mlp.coefs_, *mlp.intercepts_):
        part[:] = 0
    np.testing.assert_array_equal(clf.predict_proba(X), p)


def test_random_numbers_are_not_shared():
    """A fit of one leaves the generator of the other where it was, as of a clone."""
    X, y = data(2)
    clf = SoftmaxMLPClassifier(
        (7,), alpha=1, random_state=np.random.RandomState(3)
    ).fit(X, y)
    expected = clone(clf).random_state.randint(1000)
    mlp = clf.to_sklearn()
    assert clone(mlp).random_state.randint(1000) == expected
    mlp.set_params(tol=1).fit(X, y)
    assert clf.random_state.randint(1000) == expected


def test_feature_names_are_kept():
    """A data frame's names are checked as in the classifier itself."""
    pd = pytest.importorskip("pandas")
    X, y = data(2)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    mlp = SoftmaxMLPClassifier((7,), alpha=1, random_state=0).fit(frame, y).to_sklearn()
    assert mlp.feature_names_in_.tolist() == list("abcdef")
    mlp.predict(frame)  # no warning
    with pytest.raises(ValueError, match="feature names"):
        mlp.predict(frame[list("bacdef")])


def test_names_are_handed_on():
    """Wherever they are from."""
    clf = SoftmaxMLPClassifier((7,), alpha=1, random_state=0).fit(*data(2))
    clf.feature_names_in_ = np.array(list("abcdef"), dtype=object)
    assert clf.to_sklearn().feature_names_in_ is clf.feature_names_in_


@pytest.mark.parametrize(
    "activation", ["softplus", "silu", "elu", ["tanh", "relu"]], ids=str
)
def test_other_activations_are_refused(activation):
    """What MLPClassifier cannot be is said, with the way out."""
    clf = SoftmaxMLPClassifier((3, 3), activation, alpha=1).fit(*data(2))
    with pytest.raises(
        ValueError, match=r"one activation for all hidden layers, of .* got .*ONNX"
    ):
        clf.to_sklearn()


def test_unfitted_is_refused():
    """There is nothing to convert before fit."""
    with pytest.raises(NotFittedError):
        SoftmaxMLPClassifier().to_sklearn()
