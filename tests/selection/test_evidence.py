"""The evidence against determinants of the whole Hessian."""

import numpy as np
import pytest

import sksoftmax._selection.evidence
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._selection.evidence import LaplaceEvidence


def prepared(X, y, sample_weight=None, hidden=(5,), **parameters):
    """An objective and a point that is not special."""
    clf = SoftmaxMLPClassifier(hidden, "tanh", alpha=1, random_state=0, **parameters)
    objective, *_ = clf._problem(X, y, sample_weight)
    x = np.random.default_rng(0).normal(size=objective.layout.n_parameters)
    return objective, x


def evidence_of(objective):
    return LaplaceEvidence(objective, np.random.RandomState(0))


def log_det_of_hessian(objective, x, alpha):
    """`log det(1 + H / alpha)` of the coefficients, intercepts integrated out."""
    objective = objective.with_alpha(0)
    step = 1e-5
    H = np.array(
        [
            objective(x + step * e)[1] - objective(x - step * e)[1]
            for e in np.eye(len(x))
        ]
    )
    H *= objective.weights_sum * objective.weights_unit / (2 * step)
    n = objective.layout.n_coefs
    schur = H[:n, :n] - H[:n, n:] @ np.linalg.pinv(H[n:, n:], rcond=1e-6) @ H[n:, :n]
    return np.linalg.slogdet(np.eye(n) + schur / alpha)[1]


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("alpha", [0.1, 3.0])
def test_evidence_has_the_determinant_of_the_hessian(
    small_data, rng, monkeypatch, standardize, weighted, alpha
):
    """Exact where the Kronecker product is: one layer, the same p for all rows."""
    X, y = small_data
    weights = rng.uniform(0.5, 3, len(y)) if weighted else None
    objective, x = prepared(
        X / [1, 10, 0.1, 1, 100, 1], y, weights, (), standardize=standardize
    )
    x[: objective.layout.n_coefs] = 0
    expected = -log_det_of_hessian(objective, x, alpha) / 2
    monkeypatch.setattr(sksoftmax._selection.evidence, "OCCAM_FACTOR", 1)
    ours = evidence_of(objective)(x, 0.0, alpha).log_evidence
    assert ours == pytest.approx(expected, rel=1e-5)


def test_class_weights_make_no_samples(small_data):
    """Weights of 4 for all classes ask for four times the alpha, with no more data."""
    plain, x = prepared(*small_data)
    classes = set(small_data[1].tolist())
    fourfold, _ = prepared(*small_data, class_weight=dict.fromkeys(classes, 4))
    copies, _ = prepared(*small_data, np.full(80, 4))
    expected = evidence_of(plain)(x, 0.5, 3.0)
    assert evidence_of(fourfold)(x, 0.5, 12.0) == pytest.approx(expected)
    more = evidence_of(copies)(x, 0.5, 12.0).log_evidence
    assert more == pytest.approx(expected.log_evidence - 3 * 80 * 0.5)


def test_uneven_class_weights_count_fewer_samples(small_data, rng):
    """Kish's effective sample size, of copies as of samples."""
    X, y = small_data
    copies = rng.integers(1, 4, len(y))
    class_weight = dict(zip(np.unique(y).tolist(), [1, 5, 2], strict=False))
    weights = np.repeat([class_weight[label] for label in y], copies)
    n_effective = weights.sum() ** 2 / (weights**2).sum()
    objective, x = prepared(X, y, copies, class_weight=class_weight)
    evidence = evidence_of(objective)
    difference = evidence(x, 0, 1.0).log_evidence - evidence(x, 1, 1.0).log_evidence
    assert difference == pytest.approx(n_effective)


def test_blocks_have_at_least_the_determinant_of_the_whole(small_data, monkeypatch):
    """Fischer's inequality, for which the determinant counts only half."""
    objective, _ = prepared(*small_data)
    clf = SoftmaxMLPClassifier((5,), "tanh", alpha=1, random_state=0, tol=1e-9)
    clf.fit(*small_data)
    x = clf.set_params(warm_start=True)._problem(*small_data, None)[1]
    monkeypatch.setattr(sksoftmax._selection.evidence, "OCCAM_FACTOR", 1)
    ours = -2 * evidence_of(objective)(x, 0.0, 1.0).log_evidence
    whole = log_det_of_hessian(objective, x, 1.0)
    assert 0 < whole < ours < 4 * whole


def test_effective_parameters_are_the_derivative(small_data):
    """Of the evidence at a fixed loss: `c / 2 * n_effective = d / d log alpha`."""
    objective, x = prepared(*small_data)
    evidence = evidence_of(objective)
    low, here, high = (evidence(x, 0.0, 2 * np.exp(t)) for t in (-1e-4, 0, 1e-4))
    slope = (high.log_evidence - low.log_evidence) / 2e-4
    assert slope == pytest.approx(
        sksoftmax._selection.evidence.OCCAM_FACTOR / 2 * here.n_effective, rel=1e-6
    )
    assert 0 < here.n_effective < objective.layout.n_coefs


@pytest.mark.parametrize("unit", [1, 0.25, 2**40])
def test_weights_are_copies(small_data, rng, unit):
    """Two copies are a weight of two; in other units alpha is, too."""
    X, y = small_data
    weights = rng.integers(1, 4, len(y))
    copies, x = prepared(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    ours = evidence_of(prepared(X, y, unit * weights.astype(float))[0])
    expected = evidence_of(copies)(x, 0.5, 2.0)
    found = ours(x, 0.5 / unit, 2.0 * unit)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_wide_layers_take_the_diagonal(small_data, rng, monkeypatch):
    """Of uncorrelated features and one unit there is nothing else."""
    X, y = rng.normal(size=(80, 6)), small_data[1]
    X = np.linalg.qr(X - X.mean(axis=0))[0]
    objective, x = prepared(X, y, hidden=(1,))
    dense = evidence_of(objective)
    monkeypatch.setattr("sksoftmax._training.metric._max_dense", lambda _: 3)
    wide = evidence_of(objective)
    assert wide._metric.first_inputs.ndim == 1
    np.testing.assert_allclose(wide(x, 0.5, 2.0), dense(x, 0.5, 2.0), rtol=1e-9)


def test_diagonals_are_the_eigenvalues(small_data, monkeypatch):
    """Where both factors are too wide to be dense."""
    monkeypatch.setattr("sksoftmax._training.metric._max_dense", lambda _: 1)
    objective, x = prepared(*small_data, hidden=())
    evidence = evidence_of(objective)
    (A,), (G,) = evidence._metric.factors(x)
    assert A.ndim == G.ndim == 1
    expected = np.log1p(len(small_data[1]) / 2.0 * np.outer(A[:-1], G)).sum()
    assert evidence(x, 0.0, 2.0).log_evidence == pytest.approx(-expected / 4)


def test_overflow_has_no_evidence(small_data):
    """The least there is, instead of an error of LAPACK."""
    X, y = small_data
    objective, x = prepared(X * 1e200, y, standardize=False)
    with np.errstate(all="ignore"):
        assert evidence_of(objective)(x, 0.5, 2.0).log_evidence == -np.inf
