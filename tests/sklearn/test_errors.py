"""What errors of rows name. Most are tested where users meet them."""

import numpy as np

from sksoftmax._sklearn.errors import column_name


def test_columns_have_a_name_or_a_number():
    """As errors call them."""
    assert column_name(1, None) == "column 1"
    assert column_name(1, np.array(["a", "b"], dtype=object)) == "column 'b'"
