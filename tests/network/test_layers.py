"""Hidden layers as users ask for them."""

import numpy as np
import pytest

from sksoftmax._network.layers import check_activations, check_hidden_units


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((), []),
        (5, [5]),
        (np.int64(5), [5]),
        ((5, 3), [5, 3]),
        (np.array([5, 3]), [5, 3]),
    ],
    ids=str,
)
def test_units_are_a_list_of_int(sizes, expected):
    """Whatever sequence, or number, they are given as."""
    found = check_hidden_units(sizes)
    assert found == expected
    assert all(type(units) is int for units in found)


@pytest.mark.parametrize("sizes", [0, (5, 0), (5.0,), True, "5", [[5]], None], ids=str)
def test_units_that_are_none_are_shown(sizes):
    """With what is allowed."""
    with pytest.raises(
        ValueError, match=r"must be an integer from 1 to 2.* or a sequence"
    ):
        check_hidden_units(sizes)


def test_one_activation_is_for_all_layers():
    """Or each has its own."""
    assert check_activations("tanh", 2) == ["tanh", "tanh"]
    assert check_activations(("tanh", "relu"), 2) == ["tanh", "relu"]
    assert check_activations("tanh", 0) == []


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (["tanh"], "one for each of the 2 hidden layers; got 1"),
        (["tanh", "sigmoid"], "must hold names among .*; got 'sigmoid'"),
        (["tanh", 3], "got 3"),
        (np.array(3), "activation must be one name, .* got 1"),
    ],
)
def test_activations_that_do_not_fit_are_shown(activation, message):
    """Too many, too few, or none that is known."""
    with pytest.raises(ValueError, match=message):
        check_activations(activation, 2)
