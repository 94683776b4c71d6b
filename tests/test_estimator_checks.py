"""scikit-learn's own checks of the estimator contract, with no expected failure."""

import pytest
from libraries import skip_without_cuda
from sklearn.utils.estimator_checks import parametrize_with_checks

from sksoftmax import ColumnEncoder, SoftmaxMLPClassifier, SoftmaxMLPClassifierCV

pytestmark = [
    # Some checks ask for a few iterations only, as scikit-learn's common test knows.
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    # In most X tells nothing of y.
    pytest.mark.filterwarnings("ignore:No alpha predicts held-out samples"),
    # Others have fewer samples of a class than there are folds.
    pytest.mark.filterwarnings("ignore:The least populated class"),
]


@parametrize_with_checks(
    [
        SoftmaxMLPClassifier(alpha=1),
        SoftmaxMLPClassifier((), alpha=1),
        SoftmaxMLPClassifier((20, 10), "tanh", alpha=1),
        SoftmaxMLPClassifier((20,), alpha=1, standardize=False),
        SoftmaxMLPClassifier((20,), alpha=1, class_weight="balanced"),
        SoftmaxMLPClassifier((20,), alpha=1, encoding="piecewise"),
        SoftmaxMLPClassifierCV((20,), alphas=[3, 1], cv=2),
        SoftmaxMLPClassifierCV((20,), alphas=[3, 1], cv=2, encoding="piecewise"),
        ColumnEncoder(),
        ColumnEncoder("linear"),
    ]
)
def test_estimator_obeys_the_scikit_learn_contract(estimator, check):
    """Every check of `check_estimator` passes."""
    if "check_array_api" in str(check):
        pytest.skip("with values, in test_array_api.py")
    is_of_sparse = "equivalence_on_sparse_data" in str(check)
    if is_of_sparse and getattr(estimator, "encoding", None) == "piecewise":
        pytest.skip("scikit-learn 1.6 asks this of those that take no sparse data, too")
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks([SoftmaxMLPClassifier()])
def test_default_obeys_the_scikit_learn_contract(estimator, check):
    """Every check of `check_estimator` passes, each with searches for alpha."""
    skip_without_cuda(check)
    check(estimator)
