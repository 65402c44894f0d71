"""Every public name of SciPy's sparse arrays and graphs is there."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest
import scipy.sparse

import sci.sparse as sp

FORMATS = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")
CLASSES = ["sparray", *(f"{format}_{kind}" for format in FORMATS for kind in ("array", "matrix"))]


@pytest.mark.parametrize("module", ["sparse", "sparse.csgraph", "sparse.linalg"])
def test_names_of_modules(module: str) -> None:
    theirs, ours = (importlib.import_module(f"{root}.{module}") for root in ("scipy", "sci"))
    names = [name for name in theirs.__all__ if not inspect.ismodule(getattr(theirs, name))]
    assert len(names) > 20
    assert [name for name in names if not hasattr(ours, name)] == []
    assert [name for name in names if name not in ours.__all__ and name != "test"] == []


@pytest.mark.parametrize("name", CLASSES)
def test_names_of_classes(name: str) -> None:
    theirs, ours = (getattr(module, name) for module in (scipy.sparse, sp))
    assert [x for x in dir(theirs) if not x.startswith("_") and not hasattr(ours, x)] == []


@pytest.mark.parametrize("name", CLASSES[1:])
def test_arguments_of_methods(name: str) -> None:
    """What SciPy's methods are called with, these take."""
    theirs, ours = (getattr(module, name) for module in (scipy.sparse, sp))
    missing = []
    for method in dir(theirs):
        here: Any = getattr(ours, method, None)
        if method.startswith("_") or not callable(here) or not callable(getattr(theirs, method)):
            continue
        try:
            wanted, given = (inspect.signature(x).parameters for x in (getattr(theirs, method), here))
        except (TypeError, ValueError):
            continue
        if any(p.kind is p.VAR_KEYWORD for p in given.values()):
            continue
        named = [p for p, how in wanted.items() if how.kind in (how.POSITIONAL_OR_KEYWORD, how.KEYWORD_ONLY)]
        missing += [f"{method}({p})" for p in named if p not in given]
    assert missing == []
