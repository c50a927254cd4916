"""Settings of Sphinx: ``nox -s site`` builds the site, with warnings as errors and every reference checked."""

import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.domains.python import PyObject

sys.path.insert(0, str(Path(__file__).parents[1]))  # for `from docs import …`

import amalthea
from docs import cross_references, docstrings, expansion

project = "Amalthea"
version = release = amalthea.__version__
copyright = "the authors of Amalthea"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"Amalthea {release}"
html_copy_source = False
pygments_style, pygments_dark_style = "friendly", "monokai"

myst_heading_anchors = 3  # pages link to each other's headings, as on a code host
# The heading of a page that is included, such as the changelog, is the page's.
suppress_warnings = ["myst.header"]

autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
napoleon_numpy_docstring = False
napoleon_use_ivar = True


def setup(app: Sphinx) -> None:
    """What the code knows goes into the pages, and what pages name is looked for in the code."""
    [attributes] = [field for field in PyObject.doc_field_types if field.name == "variable"]
    attributes.label = "Attributes"  # as docstrings call them
    app.connect("source-read", expansion.expand)
    app.connect("autodoc-process-docstring", docstrings.prepare, priority=400)  # before napoleon
    app.connect("autodoc-process-signature", docstrings.shorten)
    app.connect("missing-reference", cross_references.resolve)
