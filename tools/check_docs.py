"""Check the built documentation: ``python -m tools.check_docs [FOLDER]``; `make docs` calls it.

Every link and picture within the pages leads somewhere, every public name has a page with an example, every function
compared with references or SciPy its table, and no page takes anything from the network.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import pathlib
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from sci._core.cards import DOMAINS, elementwise_cards, function_cards
from tools import agreement

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
    """Yield the public names without a page, and pages without an example or a table."""
    for domain in DOMAINS:
        module = importlib.import_module(f"sci.{domain}")
        for name in module.__all__:
            thing = getattr(module, name)
            page = pages.get(root / "generated" / domain / f"{name}.html")
            if isinstance(thing, type(module)):
                continue
            if page is None:
                yield f"sci.{domain}.{name} has no page"
                continue
            if not (isinstance(thing, type) and issubclass(thing, Exception)) and "Examples" not in page.text:
                yield f"sci.{domain}.{name} has no example"
            card = elementwise_cards.get(name)
            measured = card is not None and card.domain == domain and card.public
            if measured and "Measured accuracy" not in page.text:
                yield f"sci.{domain}.{name} has no table of its accuracy"
            key = f"{domain}.{name}"
            if not measured and key in function_cards and agreement.measure(key) and "Agreement" not in page.text:
                yield f"sci.{key} has no table of its agreement"


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
