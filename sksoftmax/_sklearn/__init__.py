"""What scikit-learn's contract asks of a classifier.

Knows what users give, fitted attributes that come and go, callbacks, warnings, folds
and MLPClassifier; nothing of how a network is fitted. The others take `check_weights`,
`as_labels` and `Layers`, and the faces `FitTask` and `restored_on_failure`.
"""
