"""Measurements behind every figure that the documentation states. See benchmarks/README.md for the commands."""
