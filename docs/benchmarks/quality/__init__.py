"""Studies of the probabilities. Run in the folder above: `python -m quality.peers`."""
