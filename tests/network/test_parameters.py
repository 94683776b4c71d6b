"""The flat parameter vector."""

import numpy as np
import pytest

from sksoftmax._network.parameters import ParameterLayout


@pytest.fixture
def layout():
    return ParameterLayout([3, 5, 4, 2])


def test_pack_inverts_unpack(layout, rng):
    """A vector that is unpacked and packed is the same, in a new array."""
    flat = rng.normal(size=layout.n_parameters)
    packed = layout.pack(*layout.unpack(flat))
    np.testing.assert_array_equal(packed, flat)
    assert not np.shares_memory(packed, flat)


def test_unpacked_arrays_are_views(layout):
    """Writing into an unpacked array writes into the vector."""
    flat = np.zeros(layout.n_parameters)
    for part in (*layout.unpack(flat)[0], *layout.unpack(flat)[1]):
        part += 1
    assert (flat == 1).all()


def test_shapes_are_features_first(layout):
    """Coefficients are (fan_out, fan_in), one intercept belongs to each unit."""
    coefs, intercepts = layout.unpack(np.zeros(layout.n_parameters))
    assert [coef.shape for coef in coefs] == [(5, 3), (4, 5), (2, 4)]
    assert [intercept.shape for intercept in intercepts] == [(5,), (4,), (2,)]


def test_coefficients_come_first(layout):
    """The first n_coefs entries are the coefficients, which are what is penalised."""
    flat = np.zeros(layout.n_parameters)
    for coef in layout.unpack(flat)[0]:
        coef += 1
    assert flat[: layout.n_coefs].all()
    assert not flat[layout.n_coefs :].any()


def test_draw_fills_the_hidden_layers_within_the_glorot_bound(layout):
    """Hidden coefficients fill +-sqrt(6 / (fan_in + fan_out)), everything else is 0."""
    layout = ParameterLayout([30, 50, 40, 2])
    coefs, intercepts = layout.unpack(layout.draw(np.random.RandomState(0)))
    for coef in coefs[:-1]:
        bound = np.sqrt(6 / sum(coef.shape))
        assert 0.95 * bound < np.abs(coef).max() <= bound
        assert np.abs(coef.mean()) < 0.1 * bound
    assert not coefs[-1].any()
    assert not any(intercept.any() for intercept in intercepts)


def test_draw_depends_on_the_random_state_alone(layout):
    """The same seed gives the same start, another seed another one."""
    first, same, other = (
        layout.draw(np.random.RandomState(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


@pytest.mark.parametrize("units", [2**30, 2**31 - 1])
def test_too_many_parameters_are_told(units):
    """By the layers that have them, whatever their number is to NumPy."""
    layout = ParameterLayout([3, units, units, units, 2])
    assert layout.n_parameters == 2 * units**2 + 8 * units + 2
    message = f"({units}, ){{3}}2.* units have {layout.n_parameters} .*hidden_layer"
    with pytest.raises(MemoryError, match=message):
        layout.draw(np.random.RandomState(0))
