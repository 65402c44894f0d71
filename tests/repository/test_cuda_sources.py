"""Every operator has a kernel that CUDA gets, or is listed with what CUDA tensors take instead."""

from __future__ import annotations

import functools
import pathlib
import re

import pytest
import torch

from sci._core import runtime

ROOT = pathlib.Path(__file__).resolve().parents[2]
runtime.load_library()

# Operators that work on the CPU alone, by what takes their place on CUDA. The host routes among them are those that the
# capability table marks.
CPU_ONLY = {
    "torch.linalg's batched factorisations": (*("_substitution", "_tridiagonal_eigh", "_tridiagonal_vectors"),),
    "the general way, through the operators beside these": (
        *("_cholesky_condition", "_lu_parts", "_lu_quick", "_substitution_quick"),
        *("_lstsq_quick", "_lu_solve_quick", "_norms_quick", "_pinv_quick", "_qr_quick"),
        *("_solve_positive_quick", "_svd_quick"),
    ),
    "_expm_team and Taylor polynomials by matrix products of torch": ("_expm_small", "_exponential_small"),
    "the composed rule": ("_sqrtm_small", "csr_matvec_gradients"),
    "_schur_small and _sylvester_triangular": ("_sylvester_small",),
    "csr_matmul, without what derivatives need": ("csr_apply",),
    "operators with kernels, one pass each": ("csr_cg", "gram_schmidt", "grid_linear"),
    "torch's sorts, searches and scatters": (
        *("blocks_to_csr", "csr_to_blocks", "diagonals_to_csr", "csr_turn", "csr_rows", "csr_columns", "csr_compress"),
        *("csr_merge", "csr_inspect", "csr_expand", "csr_union", "csr_sum", "csr_multiply", "csr_triples_values"),
        *("bucket_sort", "room", "csr_diagonals", "csr_triangular_levels", "diagonals_product"),
    ),
    "graph_join, graph_relax and other kernels in rounds, or csgraph's host routes": (
        *("graph_components", "graph_dijkstra", "graph_flow", "graph_order"),
        *("graph_spanning", "graph_strong", "graph_tree", "graph_tree_edges"),
    ),
    "the host route of sci.interpolate's smoothing": (
        *("grid_smoothing_search", "surface_smoothing_search", "spline_smoothing_search"),
    ),
}

FUNCTION = r"^(?=\w)[\w:<>,&* \[\]]*?\b(\w+)\((?:[^;{}()]|\([^()]*\)|\{\})*\)\s*(?:const )?\{"


@functools.cache
def sources() -> dict[str, str]:
    """Return the text of every file of operators with what it includes of csrc/ops."""
    folder = ROOT / "csrc/ops"
    texts = {path.name: path.read_text() for path in sorted(folder.iterdir())}
    return {
        name: text + "".join(texts[other] for other in included(name, texts))
        for name, text in texts.items()
        if name.endswith(".cpp")
    }


def included(name: str, texts: dict[str, str]) -> set[str]:
    """Return the headers of csrc/ops that a file includes, also by way of others."""
    found: set[str] = set()
    todo = [name]
    while todo:
        for other in re.findall(r'#include "(?:ops/)?(\w+\.h)"', texts[todo.pop()]):
            if other in texts and other not in found:
                found.add(other)
                todo.append(other)
    return found


def bodies(text: str) -> dict[str, str]:
    """Return the functions of a file: name and body, those of one name together."""
    found: dict[str, str] = {}
    for start in re.finditer(
        r"^(?=\w)[\w:<>,&* \[\]]*?\b(\w+)\((?:[^;{}()]|\([^()]*\)|\{\})*\)\s*(?:const )?\{", text, re.M
    ):
        depth, at = 1, start.end()
        while depth and at < len(text):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        found[start[1]] = found.get(start[1], "") + text[start.end() : at]
    return found


def launches(function: str, functions: dict[str, str]) -> bool:
    """Does a function come to the loop that both devices have?"""
    seen, todo = set(), [function]
    while todo:
        name = todo.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        body = functions[name]
        if re.search(r"(?<!stable::)\b(parallel_for|teams_for|launch_cuda)\(", body):
            return True
        todo += re.findall(r"\b(\w+)(?:<[\w:, <>]*>)?\(", body)
    return False


def operators() -> dict[str, bool]:
    """Return every operator of csrc/ops, and whether it is one of both devices that launches kernels."""
    found = {}
    for text in sources().values():
        functions = bodies(text)
        for how, name, function, alone in re.findall(
            r'(SCI_\w*OPERATOR|= register_operator)\(\s*"(\w+)\((?:[^"]|"\s*")*",\s*(\w+)(, false)?\)', text
        ):
            found[name] = "CPU" not in how and not alone and launches(function, functions)
    return found


def cpu_only() -> set[str]:
    return {name for names in CPU_ONLY.values() for name in names}


def test_every_operator_launches_kernels_or_is_listed() -> None:
    found = operators()
    assert len(found) > 90
    assert {name for name, there in found.items() if not there} == cpu_only()


@pytest.mark.gpu
@pytest.mark.parametrize("name", sorted(cpu_only()))
def test_tensors_of_a_gpu_are_refused(name: str, device: torch.device) -> None:
    schema = getattr(torch.ops.sci, name).default._schema
    values = {"Tensor": torch.ones(2, 2, device=device), "int": 1, "float": 1.0, "bool": False}
    values |= {f"List[{kind}]": [value] for kind, value in values.items()}
    given = [values.get(str(argument.type)) for argument in schema.arguments]  # None for what is optional
    with pytest.raises(NotImplementedError, match=f"'sci::{name}' with arguments from the 'CUDA' backend"):
        getattr(torch.ops.sci, name)(*given)


def test_every_operator_is_registered_for_both_devices_or_is_listed() -> None:
    own, on_cuda = (
        {
            name.removeprefix("sci::")
            for name in torch._C._dispatch_get_all_op_names()
            if name.startswith("sci::") and torch._C._dispatch_has_kernel_for_dispatch_key(name, key)
        }
        for key in ("CPU", "CUDA")
    )
    assert len(own) > 400
    assert {name for name in own - on_cuda if not name.startswith("_test")} == cpu_only()
    assert not on_cuda - own


def test_every_elementwise_variant_has_its_kernel() -> None:
    kernels = torch.ops.sci._kernels().splitlines()
    variants = {re.search(r"call_(\w+),", name)[1] for name in kernels if "::Elementwise<" in name}  # type: ignore[index]
    from sci._core.cards import elementwise_cards
    from tools.reference import load_domain

    load_domain("special")
    assert set(elementwise_cards) <= variants
