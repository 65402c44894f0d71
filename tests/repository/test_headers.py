"""Every header stands alone, links when included twice, and asks for no compiler but in one place."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CSRC = ROOT / "csrc"
# runtime/ and ops/ may use torch and the standard library; all other headers are mathematics for both compilers.
HEADERS = sorted(p.relative_to(CSRC).as_posix() for p in CSRC.rglob("*.h") if p.parts[-2] not in ("runtime", "ops"))

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="no g++")


COMPILER = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas", f"-I{CSRC}"]


def compile_source(source: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMPILER, "-x", "c++", "-", *options], input=source, capture_output=True, text=True)


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """<cmath>, which takes longer to read than most of our headers, read once."""
    path = tmp_path_factory.mktemp("parsed") / "cmath.h"
    path.write_text("#include <cmath>\n")
    subprocess.run([*COMPILER, "-x", "c++-header", path, "-o", f"{path}.gch"], check=True)
    return f"-include{path}"


@pytest.mark.parametrize("header", HEADERS)
def test_stands_alone(header: str, parsed: str) -> None:
    # A header without core/platform.h gets no name from <cmath> either.
    includes = '#include "' in (CSRC / header).read_text()
    done = compile_source(f'#include "{header}"\n', "-fsyntax-only", *([parsed] if includes else []))
    assert done.returncode == 0, done.stderr[:2000]


def test_all_link_when_included_twice(tmp_path: pathlib.Path) -> None:
    includes = "".join(f'#include "{header}"\n' for header in HEADERS)
    objects = []
    for name, body in (("a", "int other(); int main() { return other(); }"), ("b", "int other() { return 0; }")):
        objects.append(str(tmp_path / f"{name}.o"))
        done = compile_source(includes + body, "-c", "-O0", "-o", objects[-1])
        assert done.returncode == 0, done.stderr[:2000]
    done = subprocess.run(["g++", *objects, "-o", str(tmp_path / "both")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:2000]


@pytest.mark.parametrize("header", HEADERS)
def test_mathematics_only(header: str) -> None:
    text = (CSRC / header).read_text()
    code = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.S)
    assert "#pragma once" in text
    assert not re.search(r"\b(torch|aten|at)::", code), "no torch here"
    if header not in ("core/platform.h", "core/cpu.h"):  # of the compiler, and of the processor
        assert "__CUDACC" not in code, "only core/platform.h asks which compiler this is"
        assert "std::" not in code, "sci's own names, not std"
        assert not re.search(r"#include <", code), "no standard headers"
