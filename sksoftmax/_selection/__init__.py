"""Which alpha, encoding and relevances: by held-out rows, evidence, cross-validation.

Knows candidates, and fits of them to parts of the rows; nothing of how a fit is made.
The faces take `train_with_best_alpha`, and the scores of cross-validation.
"""
