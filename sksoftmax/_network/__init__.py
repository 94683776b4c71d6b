"""The network on one block of rows at a time: sums of losses, gradients, curvature.

Knows layers, and of blocks that predictions are made of them; nothing of penalties or
of what is done with the sums. The others take `loss_gradient_sums`, `ParameterLayout`
and `outputs`.
"""
