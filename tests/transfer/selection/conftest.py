"""An estimator needs scikit-learn, which the plain installation lacks: see ``test_without_scikit_learn``."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("sklearn") else ["test_*.py"]
