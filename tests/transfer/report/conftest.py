"""Reports need scikit-learn, Matplotlib and jinja2, which the plain installation lacks."""

from importlib.util import find_spec

collect_ignore_glob = [] if all(map(find_spec, ("sklearn", "matplotlib", "jinja2"))) else ["test_*.py"]
