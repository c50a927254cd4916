"""A head for a network, and the loop that trains it."""
