"""``ImageClassifier``, and the steps that it is made of."""
