"""Check the built documentation: ``python -m tools.check_docs [FOLDER]``; `make docs` calls it.

Every link and picture within the pages leads somewhere, no page takes anything from the network, and every public name
has a page with its signature and an example: an elementwise function's with its mathematics, partial derivatives, map
of methods, accuracy table and plot, any other's with its table of agreement with SciPy or the reason why there is none.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import pathlib
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urlsplit

from sci._core.cards import DOMAINS, elementwise_cards, function_cards

LOADED = {("script", "src"), ("img", "src"), ("link", "href")}


class Page(HTMLParser):
    """The anchors of a page, and what it refers to: (tag, attribute, address)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.anchors: set[str] = set()
        self.references: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            if value and key in ("id", "name"):
                self.anchors.add(value)
            elif value and key in ("href", "src"):
                self.references.append((tag, key, value))


@functools.cache
def target_of(folder: pathlib.Path, address: str) -> pathlib.Path | None:
    """Return the file that an address in a folder's page means, if it is there."""
    target = (folder / address).resolve()
    target = target / "index.html" if target.is_dir() else target
    return target if target.is_file() else None


def broken(pages: dict[pathlib.Path, Page]) -> Iterator[str]:
    """Yield what leads nowhere, and what would be loaded from elsewhere."""
    for path, page in pages.items():
        for tag, key, address in page.references:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if (tag, key) in LOADED and parts.scheme != "data":
                    yield f"{path}: loads {address}"
                continue
            target = target_of(path.parent, unquote(parts.path)) if parts.path else path
            if target is None:
                yield f"{path}: no {address}"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                yield f"{path}: no place {address}"


def incomplete(pages: dict[pathlib.Path, Page], root: pathlib.Path) -> Iterator[str]:
    """Yield the public names without a page, and what a page lacks of what its kind has."""
    for domain in DOMAINS:
        module = importlib.import_module(f"sci.{domain}")
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, type(module)):
                continue
            page = pages.get(root / "generated" / domain / f"{name}.html")
            if page is None:
                yield f"sci.{domain}.{name} has no page"
                continue
            for what, mark in required(domain, name, thing):
                if mark not in page.text:
                    yield f"sci.{domain}.{name} has no {what}"


def required(domain: str, name: str, thing: Any) -> Iterator[tuple[str, str]]:
    """Yield what the page of a public name must have, and the text that shows it."""
    yield "signature", 'class="sig sig-object py"'
    if isinstance(thing, type) and issubclass(thing, Exception):
        return
    yield "example", "Examples"
    card = elementwise_cards.get(getattr(thing, "__name__", name))  # psi is digamma
    if card is not None and card.domain == domain and card.public:
        yield "mathematics", "math notranslate"
        yield "partial derivatives", "Partial derivatives"
        yield "map of methods", "Method by region"
        yield "table of its accuracy", "Measured accuracy"
        yield "plot of its errors", f"{card.name}_ulp.png"
        return
    yield "table of its agreement, nor a reason why there is none", "Agreement with SciPy"
    other = function_cards.get(f"{domain}.{name}")
    if other is not None and other.differentiable:
        yield "section on its derivatives", "Derivatives"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default="docs/_build/html", type=pathlib.Path)
    root = parser.parse_args().folder.resolve()
    files = (path for path in root.rglob("*.html") if "_static" not in path.parts)
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in files}
    faults = [*broken(pages), *incomplete(pages, root)]
    print("\n".join(faults) if faults else f"{len(pages)} pages: links, pictures, examples and tables are there")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
