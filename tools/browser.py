"""Look at the built documentation in a browser: ``python -m tools.browser [--all] [--shots FOLDER]``; `make browser`.

Headless Chromium or Chrome, driven by its chromedriver, opens pages as a desktop and as a phone 390 pixels wide sees
them: they load without errors in the console, no picture is missing, every formula is typeset, no text is cut off, and
the search finds functions by name and by topic. One page of each kind, or with ``--all`` every page on the phone. Needs
nothing but the two programs; where they are missing it says so and ends with status 0, or 1 with ``--strict``.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import functools
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SCREENS = {"desktop": (1300, 900), "phone": (390, 844)}
PAGES = (
    *("index", "installation", "coming-from/index", "coming-from/scipy", "generated/index", "generated/capabilities"),
    *("generated/special", "generated/special/kv", "generated/linalg/eigh", "generated/fft/rfftn", "generated/fft/dct"),
    *("generated/sparse/csr_array", "generated/sparse.linalg/cg", "generated/interpolate/CubicSpline"),
    *("gallery/index", "gallery/terrain", "gallery/plot_graph_of_a_gradient", "gallery/plot_filled_voids"),
    *("neighbours", "distributed", "testing", "differences", "linalg-derivatives", "accuracy", "weak-spots"),
    *("performance", "gpu-kernels", "design", "how-to-add-a-function"),
)
SEARCHES = {"kv": "special/kv", "spherical bessel": "special/spherical_jn", "cholesky": "linalg/cholesky"}

# What a page tells of itself once it is loaded.
FINDINGS = """
const wide = document.documentElement.scrollWidth - window.innerWidth;
// Code, tables and formulas scroll by themselves; any other text has to fit.
const scrolls = e => e.closest('pre, table, mjx-container, [class*=scrollable], .math') ||
  (s => s == 'auto' || s == 'scroll')(getComputedStyle(e).overflowX);
const cut = [...document.querySelectorAll('article :is(h1, h2, h3, p, li, dt, dd, code, a, figcaption)')].filter(e =>
  !scrolls(e) && (e.getBoundingClientRect().right > window.innerWidth + 1 || e.scrollWidth > e.clientWidth + 1 &&
                  getComputedStyle(e).display != 'inline'));
return {
  pictures: [...document.images].filter(i => i.complete ? !i.naturalWidth : i.loading != 'lazy').map(i => i.src),
  formulas: [...document.querySelectorAll('.math')].filter(m => !m.querySelector('mjx-container, .MathJax')).length,
  wrong: [...document.querySelectorAll('mjx-merror')].map(m => m.textContent.slice(0, 80)),
  wide: wide > 1 ? wide : 0,
  cut: cut.slice(0, 3).map(e => e.tagName.toLowerCase() + ' ' + e.textContent.trim().slice(0, 60)),
  text: (document.querySelector('main') || document.body).innerText.trim().length,
};
"""
READY = """
return document.readyState == 'complete' &&
  [...document.querySelectorAll('.math')].every(m => m.querySelector('mjx-container, .MathJax'));
"""


class Browser:
    """A session of chromedriver, in the words of the WebDriver protocol."""

    def __init__(self, driver: str, binary: str, size: tuple[int, int], profile: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.address = f"http://127.0.0.1:{port}/session"
        metrics = {"width": size[0], "height": size[1], "pixelRatio": 1, "mobile": size[0] < 600}
        arguments = ["--headless=new", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # as root in a container there is no other way
        options: dict[str, Any] = {"binary": binary, "args": arguments}
        options["mobileEmulation"] = {"deviceMetrics": metrics}  # windows themselves are never this narrow
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        for attempt in range(100):  # until the driver listens
            try:
                session = self.call("POST", "", {"capabilities": {"alwaysMatch": wanted}})
                break
            except (ConnectionError, urllib.error.URLError):
                if attempt == 99 or self.process.poll() is not None:
                    self.process.kill()
                    raise
                time.sleep(0.1)
        self.address += "/" + session["sessionId"]

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"chromedriver: {json.load(error)['value']['message']}") from None

    def run(self, script: str) -> Any:
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def open(self, address: str) -> None:
        self.call("POST", "/url", {"url": address})

    def wait(self, script: str, seconds: float = 10.0) -> Any:
        """Return what a script finds, once it finds something, or its last answer."""
        end = time.monotonic() + seconds
        while not (found := self.run(script)) and time.monotonic() < end:
            time.sleep(0.05)
        return found

    def errors(self) -> list[str]:
        entries = self.call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def shot(self, path: pathlib.Path) -> None:
        path.write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def close(self) -> None:
        with contextlib.suppress(RuntimeError, urllib.error.URLError):
            self.call("DELETE", "")
        self.process.terminate()
        self.process.wait()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def served(root: pathlib.Path) -> Iterator[str]:
    """Serve a folder on this machine; yield its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def faults_of(browser: Browser, address: str) -> Iterator[str]:
    """Open a page and yield what is wrong with it."""
    browser.open(address)
    browser.wait(READY)
    found = browser.run(FINDINGS)
    yield from (f"error in the console: {text[:200]}" for text in browser.errors())
    yield from (f"a picture does not load: {src}" for src in found["pictures"])
    yield from (f"a formula is wrong: {text}" for text in found["wrong"])
    if found["formulas"]:
        yield f"{found['formulas']} formulas are not typeset"
    if found["wide"]:
        yield f"{found['wide']} pixels wider than the screen"
    yield from (f"cut off on the right: {text}" for text in found["cut"])
    if found["text"] < 40:
        yield "hardly any text"


def search_faults(browser: Browser, base: str) -> Iterator[str]:
    """Search as a reader does, and yield what is not found."""
    for words, page in SEARCHES.items():
        browser.open(f"{base}/search.html?q={words.replace(' ', '+')}")
        links = "return [...document.querySelectorAll('#search-results li a')].map(a => a.href)"
        found = browser.wait(f"const r = (() => {{ {links} }})(); return r.some(h => h.includes('{page}')) ? r : null")
        if not found:
            yield f"search for {words!r}: {page} is not among {len(browser.run(links))} results"


def look(
    root: pathlib.Path, every: bool, shots: pathlib.Path | None, programs: tuple[str, str]
) -> tuple[int, list[str]]:
    """Open the pages on both screens and search; return how many were looked at, and what is wrong."""
    faults, seen = [], 0
    found = sorted(str(path.relative_to(root).with_suffix("")) for path in root.rglob("*.html"))
    written = [name for name in found if not name.startswith("_") and name != "search"]  # it is searched below
    for screen, size in SCREENS.items():
        with contextlib.ExitStack() as stack:
            base = stack.enter_context(served(root))
            profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            browser = stack.enter_context(contextlib.closing(Browser(*programs, size, profile)))
            for page in written if every and screen == "phone" else PAGES:
                seen += 1
                if page not in written:
                    faults.append(f"{page}: there is no such page")
                    continue
                faults += [f"{page} on a {screen}: {text}" for text in faults_of(browser, f"{base}/{page}.html")]
                if shots:
                    browser.shot(shots / f"{screen}-{page.replace('/', '-')}.png")
            faults += [f"{screen}: {text}" for text in search_faults(browser, base)]
    return seen, faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default="docs/_build/html", type=pathlib.Path)
    parser.add_argument("--all", action="store_true", help="every page on the phone, not only one of each kind")
    parser.add_argument("--shots", type=pathlib.Path, metavar="FOLDER", help="keep a picture of each page looked at")
    parser.add_argument("--strict", action="store_true", help="status 1 where there is no browser")
    options = parser.parse_args()
    root = options.folder.resolve()
    if not (root / "index.html").is_file():
        sys.exit(f"no pages in {root}: run `make docs` first")
    binary, driver = next(filter(None, map(shutil.which, BROWSERS)), None), shutil.which("chromedriver")
    if binary is None or driver is None:
        lacking = "chromedriver" if binary else f"browser ({', '.join(BROWSERS)})"
        print(f"not looked at: there is no {lacking} on this machine's PATH")
        sys.exit(int(options.strict))
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    seen, faults = look(root, options.all, options.shots, (driver, binary))
    print("\n".join(faults) or f"{seen} pages looked at on {' and '.join(SCREENS)}, the search tried: all well")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
