"""Which classifier to take: cross-validation, several networks side by side, and the average of several."""
