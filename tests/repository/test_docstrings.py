"""Every example of a public docstring runs."""

from __future__ import annotations

import doctest
import importlib
import inspect

import pytest
import torch

import sci
from sci._core.cards import DOMAINS

BESIDE = ("testing", "neighbours.distributions", "neighbours.optimize", "neighbours.parametrizations")


def documented() -> list[tuple[str, object]]:
    found: dict[str, object] = {name: getattr(sci, name) for name in ("show_config", "data_checks", "precompile")}
    for domain in DOMAINS + BESIDE:
        module = importlib.import_module(f"sci.{domain}")
        found |= {f"{domain}.{name}": getattr(module, name) for name in module.__all__}
    return [(name, thing) for name, thing in found.items() if ">>>" in (inspect.getdoc(thing) or "")]


@pytest.mark.parametrize(("name", "thing"), documented(), ids=lambda x: x if isinstance(x, str) else "")
def test_examples_run(name: str, thing: object) -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    test = doctest.DocTestParser().get_doctest(inspect.getdoc(thing) or "", {"torch": torch, "sci": sci}, name, None, 0)
    lines: list[str] = []
    doctest.DocTestRunner(optionflags=flags).run(test, out=lines.append)
    assert not lines, "".join(lines)


def test_public_functions_have_examples() -> None:
    have = {name for name, _ in documented()}
    for domain in DOMAINS:
        module = importlib.import_module(f"sci.{domain}")
        for name in module.__all__:
            thing = getattr(module, name)
            if not (isinstance(thing, type) and issubclass(thing, (Exception, Warning))) and callable(thing):
                assert f"{domain}.{name}" in have, f"sci.{domain}.{name} has no example"
