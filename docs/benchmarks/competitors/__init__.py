"""One file per competitor, with the same functions where they make sense.

`evaluation(problem)` gives a function without arguments, which returns `(loss,
gradient)` at the problem's weights, and the context in which a fit would call it;
`weights_of(problem, gradient)` puts that gradient in the order and the shapes of the
problem's weights. `fit(problem, max_iter)` gives the iterations done and the fitted
weights. `trace(problem, seconds)` gives the seconds and the weights after each
iteration of a fit that is stopped then. What is not installed raises ImportError on
import.
"""
