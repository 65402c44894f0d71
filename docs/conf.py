"""Configuration of the documentation; `make docs` builds it without warnings."""

from __future__ import annotations

import pathlib
import sys

import numpydoc.docscrape_sphinx
from jinja2.sandbox import SandboxedEnvironment

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]

import sci

project = "sci"
author = "the sci developers"
copyright = "2026, the sci developers"
version = release = sci.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # formulas show without a network
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
    "cards",
    "peers",
]
exclude_patterns = [
    "_build",
    "_ext",
    "gallery/GALLERY_HEADER.rst",
    "sg_execution_times.rst",
    "**/sg_execution_times.rst",
]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = False
# One environment instead of one a docstring, each of which would compile the template.
_environments: dict[type, SandboxedEnvironment] = {}
numpydoc.docscrape_sphinx.SandboxedEnvironment = lambda loader: _environments.setdefault(
    type(loader), SandboxedEnvironment(loader=loader)
)

html_theme = "pydata_sphinx_theme"
html_title = "sci"
html_static_path = ["_static"]
html_css_files = ["narrow.css"]
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}
# Pages that stand alone have no section to navigate in.
ALONE = ("accuracy", "design", "differences", "distributed", "gpu-kernels", "how-to-add-a-function", "installation")
ALONE += ("linalg-derivatives", "neighbours", "performance", "performance-tables", "testing", "weak-spots")
html_sidebars = {page: [] for page in ALONE}
html_theme_options = {"navigation_with_keys": False, "secondary_sidebar_items": ["page-toc"]}

sphinx_gallery_conf = {
    "examples_dirs": str(HERE.parent / "examples"),
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",  # terrain.py takes a minute: `make demo` runs it
    "ignore_pattern": r"__init__",
    "download_all_examples": False,
    "show_memory": False,
    "write_computation_times": False,
    "nested_sections": False,
}
