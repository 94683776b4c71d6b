"""The network on one block of rows at a time: sums of losses, gradients, curvature.

Knows layers; nothing of penalties, of how many blocks there are or of what is done
with the sums. The others take `loss_gradient_sums`, `ParameterLayout` and `outputs`.
"""
