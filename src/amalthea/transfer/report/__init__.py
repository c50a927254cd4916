"""One page about a classifier: how good it is, where it fails, what it learned from, and how to use it."""
