"""What a trained network leaves behind."""

import numpy as np
import pytest

import sksoftmax._training.objective
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._fitted_network import FittedNetworkMixin
from sksoftmax._training.attributes import attributes_of, weights_at
from sksoftmax._training.early_stopping import EarlyStopping
from sksoftmax._training.training import train

OF_VALIDATION = {"validation_loss_curve_", "best_validation_loss_", "best_iter_"}


def trained(X, y, **options):
    clf = SoftmaxMLPClassifier((5,), alpha=1.0, random_state=0)
    objective, start, *_ = clf._problem(X, y, None)
    if "early_stopping" in options:
        options["early_stopping"] = EarlyStopping(objective, 5, 1e-3)
    return train(objective, start, max_iter=6, tol=0, **options)


def test_attributes_are_those_that_the_classifier_declares(small_data):
    """But for what is known of the data, and of alpha."""
    data = {"classes_", "class_weight_", "n_features_in_", "feature_names_in_"}
    of_alpha = {"alpha_", "held_out_loss_", "log_evidence_", "alpha_path_"}
    found = trained(*small_data, early_stopping=True)
    attributes = attributes_of(found, keeps_state=False)
    declared = SoftmaxMLPClassifier.__annotations__ | FittedNetworkMixin.__annotations__
    assert {name for name in attributes if name.endswith("_")} == {
        name for name in declared if name.endswith("_")
    } - (data | of_alpha)
    assert (attributes["n_iter_"], attributes["stages_"]) == (6, [(80, 6)])


@pytest.mark.parametrize("keeps_state", [False, True])
def test_the_state_is_kept_where_asked_for(small_data, keeps_state):
    """It is 24 times as large as the weights."""
    found = trained(*small_data)
    state = attributes_of(found, keeps_state=keeps_state)["_state"]
    assert state is (found.minimum.state if keeps_state else None)


def test_validation_has_attributes_where_there_is_one(small_data):
    """Of the best iterate, and of all of them."""
    plain = attributes_of(trained(*small_data), keeps_state=False)
    early = attributes_of(trained(*small_data, early_stopping=True), keeps_state=False)
    assert early.keys() - plain.keys() == OF_VALIDATION
    losses = early["validation_loss_curve_"]
    assert early["best_validation_loss_"] == losses[early["best_iter_"] - 1]


@pytest.mark.parametrize("offset", [0, 1e7])
def test_weights_far_from_zero_come_with_an_origin(small_data, offset):
    """And with the intercept for rows less that, the other one in exact sums."""
    X, y = small_data
    found = trained(X + offset, y)
    weights = weights_at(found.minimum, found.objective)
    origin = weights["_origin"]
    assert (origin is None) == ("_origin_intercept" not in weights) == (offset == 0)
    if offset:
        np.testing.assert_allclose(
            weights["_origin_intercept"],
            weights["intercepts_"][0] + origin @ weights["coefs_"][0],
            atol=1e-7,
        )


def test_stored_inputs_leave_what_the_users_rows_take(small_data, monkeypatch):
    """The network of an objective that was stored, in the dtype of the user."""
    monkeypatch.setattr(sksoftmax._training.objective, "_FEW_VALUES", 0)
    X, y = small_data
    X = X.copy()
    X[::9, 1] = np.nan
    objective, start, *_ = SoftmaxMLPClassifier(
        (5,), alpha=1.0, encoding="piecewise", random_state=0
    )._problem(X, y, None)
    stored = objective.stored()
    assert stored.X.dtype == np.float32
    minimum = train(objective, start, max_iter=3, tol=0).minimum
    ours, expected = (weights_at(minimum, one) for one in (stored, objective))
    assert ours.keys() == expected.keys()
    for name in ("coefs_", "intercepts_"):
        for a, b in zip(ours[name], expected[name], strict=True):
            assert a.dtype == np.float64
            np.testing.assert_array_equal(a, b)
    assert ours["_encoding"] is expected["_encoding"]
