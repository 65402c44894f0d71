"""Graphs against SciPy's csgraph, the paths of CUDA run on the CPU, and derivatives against differences."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.csgraph as reference
import torch

import sci.sparse
from sci.sparse import csgraph, csr_array
from sci.sparse.csgraph._graph import Graph
from sci.sparse.csgraph._search import _dijkstra, _tree, delta_stepping, tight_tree
from sci.sparse.csgraph._spanning import boruvka
from sci.sparse.csgraph._traversal import breadth_by_levels, joined

METHODS = (csgraph.dijkstra, csgraph.bellman_ford, csgraph.johnson, csgraph.floyd_warshall)
SIZES = ((1, 1.0), (2, 0.5), (17, 0.2), (60, 0.08), (150, 0.012))


def random(n: int, density: float, seed: int = 0, integers: bool = False) -> Any:
    """SciPy's random graph, with zero weights among integers and self-loops."""
    rng = np.random.default_rng(seed)
    A = scipy.sparse.random_array((n, n), density=density, rng=rng, format="csr")
    if integers:
        A.data = rng.integers(0, 4, A.nnz).astype(float)
    return A


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize(("n", "density"), SIZES)
@pytest.mark.parametrize("index", [torch.int32, torch.int64])
def test_shortest_paths(n: int, density: float, directed: bool, index: torch.dtype) -> None:
    A = random(n, density)
    t = csr_array(
        (torch.from_numpy(A.data), torch.tensor(A.indices).to(index), torch.tensor(A.indptr).to(index)), (n, n)
    )
    want, before = reference.dijkstra(A, directed=directed, return_predecessors=True)
    for method in METHODS:
        got, found = method(t, directed=directed, return_predecessors=True)
        np.testing.assert_allclose(got, want, rtol=3e-14)
        assert found.dtype is torch.int32
        np.testing.assert_array_equal(found, before, str(method))
    for method in METHODS[:3]:
        got = method(t, directed=directed, indices=[[0], [-1]], unweighted=True)
        np.testing.assert_array_equal(got, reference.dijkstra(A, directed, indices=[[0], [n - 1]], unweighted=True))


@pytest.mark.cpu
@pytest.mark.parametrize("integers", [False, True])
@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize(("n", "density"), SIZES)
def test_many_threads_find_the_same(n: int, density: float, directed: bool, integers: bool) -> None:
    graph = Graph(csr_array(random(n, density, 1, integers)), "test", directed)
    for nearest in (False, True):
        sources = torch.arange(0, n, max(1, n // 7), dtype=torch.int32)
        given = (graph.weights, graph.pattern.indptr, graph.pattern.indices, sources)
        lengths = _dijkstra(*given, nearest, math.inf)
        assert torch.equal(lengths, delta_stepping(*given, nearest, math.inf))
        for one, other in zip(_tree(*given, lengths), tight_tree(*given, lengths), strict=True):
            assert torch.equal(one, other)
    entries, starts = torch.ops.sci.graph_spanning(graph.weights, graph.pattern.indptr, graph.pattern.indices)
    chosen = boruvka(graph.weights, graph.pattern)
    assert torch.equal(entries, chosen.nonzero()[:, 0])
    assert starts.diff().tolist() == torch.zeros(n).index_add(0, graph.pattern.rows.long(), chosen.float()).tolist()
    roots = torch.ops.sci.graph_components(graph.pattern.indptr, graph.pattern.indices)
    assert torch.equal(roots, joined(n, graph.pattern.rows, graph.pattern.indices))
    order, before = torch.ops.sci.graph_order(graph.pattern.indptr, graph.pattern.indices, 0, True)
    for one, other in zip(
        breadth_by_levels(graph.pattern.indptr, graph.pattern.indices, 0), (order, before), strict=True
    ):
        assert torch.equal(one, other)


@pytest.mark.parametrize("directed", [True, False])
def test_trees_where_many_paths_tie(directed: bool) -> None:
    """Zero weights make cycles of tight edges: predecessors must lead to the source all the same."""
    for seed in range(5):
        A = random(40, 0.1, seed, integers=True)
        lengths, before = csgraph.dijkstra(csr_array(A), directed=directed, return_predecessors=True)
        again = csgraph.construct_dist_matrix(csr_array(A), before, directed=directed)
        assert torch.equal(lengths, again)
        np.testing.assert_array_equal(lengths, reference.dijkstra(A, directed=directed))


def test_infinite_lengths_have_no_predecessor() -> None:
    weights = torch.tensor([math.inf, 1e308, 1e308, 1.0], dtype=torch.float64)
    A = csr_array((weights, torch.tensor([1, 2, 3, 0]), torch.tensor([0, 2, 2, 3, 4])), shape=(4, 4))
    for method in METHODS:
        lengths, before = method(A, return_predecessors=True)
        assert lengths[0].tolist() == [0.0, math.inf, 1e308, math.inf]
        assert before[0].tolist() == [-9999, -9999, 0, -9999]
    graph = Graph(A, "test")
    given = (graph.weights, graph.pattern.indptr, graph.pattern.indices, torch.arange(4, dtype=torch.int32))
    lengths = delta_stepping(*given, False, math.inf)
    assert torch.equal(tight_tree(*given, lengths)[0], csgraph.dijkstra(A, return_predecessors=True)[1])


@pytest.mark.parametrize("kind", [sci.sparse.dia_array, sci.sparse.dia_matrix, scipy.sparse.dia_array])
def test_zeros_that_fill_diagonals_are_no_edges(kind: Any) -> None:
    dense = torch.zeros(5, 5, dtype=torch.float64)
    dense[0, 1], dense[2, 3], dense[1, 4] = 2.0, 1.0, 0.5
    graph, edges = kind(dense.numpy()), csr_array(dense)
    stored = graph.data.shape
    assert torch.equal(csgraph.shortest_path(graph), csgraph.shortest_path(edges))
    assert torch.equal(csgraph.connected_components(graph)[1], csgraph.connected_components(edges)[1])
    assert csgraph.minimum_spanning_tree(graph).nnz == 3
    assert torch.equal(csgraph.floyd_warshall(graph), csgraph.floyd_warshall(edges))
    for far in (0.0, math.inf):
        assert torch.equal(csgraph.csgraph_to_dense(graph, far), csgraph.csgraph_to_dense(edges, far))
    assert torch.equal(csgraph.csgraph_to_masked(graph).get_mask(), dense != 0)
    assert graph.format == "dia" and graph.data.shape == stored


def test_negative_weights() -> None:
    rng = np.random.default_rng(2)
    for n, density in SIZES:
        A = random(n, density, 3).tocoo()
        h = rng.standard_normal(n)
        A.data = A.data + h[A.row] - h[A.col]
        want = reference.bellman_ford(A.tocsr())
        for method in METHODS[1:]:
            np.testing.assert_allclose(method(csr_array(A)), want, rtol=1e-14, atol=1e-13)
        if (A.data < 0).any():
            with pytest.warns(UserWarning, match="negative weights"):
                np.testing.assert_allclose(csgraph.dijkstra(csr_array(A)), want, rtol=1e-14, atol=1e-13)
    G = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, -3.0], [1.0, 0.0, 0.0]])
    for method in (*METHODS[1:], csgraph.shortest_path, lambda G: csgraph.yen(G, 0, 1, 1)):
        with pytest.raises(csgraph.NegativeCycleError):
            method(G)


def test_limit_and_nearest_source() -> None:
    A = random(80, 0.05, 4)
    t = csr_array(A)
    for limit in (0.0, 0.3, 0.9):
        np.testing.assert_allclose(csgraph.dijkstra(t, limit=limit), reference.dijkstra(A, limit=limit))
    got = csgraph.dijkstra(t, indices=[3, 40, 41], min_only=True, return_predecessors=True)
    want = reference.dijkstra(A, indices=[3, 40, 41], min_only=True, return_predecessors=True)
    for x, y in zip(got, want, strict=True):
        np.testing.assert_allclose(x, y)
    with pytest.raises(ValueError, match="indices out of range"):
        csgraph.dijkstra(t, indices=80)
    with pytest.raises(ValueError, match="limit"):
        csgraph.dijkstra(t, limit=-1)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize(("n", "density"), SIZES)
def test_searches_and_components(n: int, density: float, directed: bool) -> None:
    A = random(n, density, 5)
    t = csr_array(A)
    for name in ("breadth_first_order", "depth_first_order"):
        for got, want in zip(
            getattr(csgraph, name)(t, 0, directed), getattr(reference, name)(A, 0, directed), strict=True
        ):
            assert got.dtype is torch.int32
            np.testing.assert_array_equal(got, want)
    for name in ("breadth_first_tree", "depth_first_tree"):
        got, want = getattr(csgraph, name)(t, 0, directed), getattr(reference, name)(A, 0, directed)
        np.testing.assert_allclose(got.toarray(), want.toarray())
    for connection in ("weak", "strong"):
        count, labels = csgraph.connected_components(t, directed, connection)
        wanted, want = reference.connected_components(A, directed, connection)
        assert count == wanted
        if connection == "weak" or not directed:
            np.testing.assert_array_equal(labels, want)
        pairs = np.unique(np.stack([labels.numpy(), want]), axis=1).shape[1]
        assert pairs == count, "the same partition"
    count, labels = csgraph.connected_components(t, connection="strong")
    rows, columns = t.tocoo().coords
    assert bool((labels[rows] >= labels[columns]).all()), "components are numbered against the edges"


def test_edges_of_a_tree() -> None:
    """Of parallel edges the lightest, of equal ones the first; 0 where the graph has no such edge; columns in order."""
    indptr, indices = torch.tensor([0, 4, 6, 6, 8]), torch.tensor([2, 1, 2, 2, 3, 3, 0, 0])
    data = torch.tensor([3.0, 5.0, 2.0, 2.0, math.nan, 7.0, 1.0, 9.0], dtype=torch.float64, requires_grad=True)
    A = csr_array((data, indices, indptr), shape=(4, 4))
    for before, wanted, entries in (
        ([-9999, 0, 0, 1], [[0, 5, 2, 0], [0, 0, 0, 7], [0, 0, 0, 0], [0, 0, 0, 0]], [1, 2, 5]),
        ([3, 0, 1, -1], [[0, 5, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]], [1, 6]),
    ):
        tree = csgraph.reconstruct_path(A, torch.tensor(before, dtype=torch.int32))
        assert tree.has_canonical_format
        np.testing.assert_array_equal(tree.toarray().detach(), wanted)
        (grad,) = torch.autograd.grad(tree.data.sum(), data)
        np.testing.assert_array_equal(grad.nonzero()[:, 0], entries)
    with pytest.raises(ValueError, match="predecessors"):
        csgraph.reconstruct_path(A, torch.tensor([-1, 0, 4, 1], dtype=torch.int32))


@pytest.mark.parametrize(("n", "density"), SIZES)
def test_spanning_tree(n: int, density: float) -> None:
    A = random(n, density, 6)
    tree = csgraph.minimum_spanning_tree(csr_array(A))
    np.testing.assert_allclose(tree.toarray(), reference.minimum_spanning_tree(A).toarray())
    count = csgraph.connected_components(csr_array(A), return_labels=False)
    assert tree.nnz == n - count
    ties = random(n, density, 7, integers=True)
    ties.data += 1
    tree = csgraph.minimum_spanning_tree(csr_array(ties))
    assert float(tree.sum()) == reference.minimum_spanning_tree(ties).sum()
    ties.data[:] = 0.0
    count = csgraph.connected_components(csr_array(ties), return_labels=False)
    assert csgraph.minimum_spanning_tree(csr_array(ties)).nnz == n - count, "edges of weight 0 stay"


def test_flow() -> None:
    rng = np.random.default_rng(8)
    for n, density in SIZES[1:]:
        A = random(n, density, 9)
        A.data = rng.integers(1, 50, A.nnz).astype(np.int32)
        A = A.astype(np.int32)
        got, want = csgraph.maximum_flow(csr_array(A), 0, n - 1), reference.maximum_flow(A, 0, n - 1)
        assert got.flow_value == want.flow_value
        flow = got.flow.toarray()
        assert torch.equal(flow, -flow.T)
        assert bool((flow <= torch.from_numpy(A.toarray())).all())
        assert int(flow[1:-1].sum(1).abs().sum()) == 0
        real = csgraph.maximum_flow(csr_array(A.astype(float) / 7), 0, n - 1)
        torch.testing.assert_close(real.flow_value, torch.tensor(want.flow_value / 7, dtype=torch.float64))
    with pytest.raises(TypeError, match="csr format"):
        csgraph.maximum_flow(torch.eye(2), 0, 1)
    with pytest.raises(ValueError, match="sink"):
        csgraph.maximum_flow(csr_array(torch.eye(2)), 0, 2)


@pytest.mark.parametrize("format", ["csr", "csc", "coo"])
@pytest.mark.parametrize("own", ["none", "some", "all", "twice"])
def test_laplacian_of_graphs_with_entries_on_the_diagonal(own: str, format: str) -> None:
    rng = np.random.default_rng(3)
    row, column = rng.integers(12, size=(2, 40))
    row, column = row[row != column], column[row != column]
    more = {"none": [], "some": [1, 4, 9], "all": range(12), "twice": [2, 2, 5]}[own]
    row, column = np.append(row, more).astype(int), np.append(column, more).astype(int)
    order = np.argsort(row, kind="stable")
    indptr = np.append(0, np.cumsum(np.bincount(row, minlength=12)))
    parts = (rng.random(row.size), column[order], indptr)
    A = csr_array(parts, shape=(12, 12)).asformat(format)
    D = scipy.sparse.csr_array(parts, shape=(12, 12)).toarray()
    for options in itertools.product((False, True), repeat=3):
        given = dict(zip(("normed", "use_out_degree", "symmetrized"), options, strict=True))
        L, degrees = csgraph.laplacian(A, return_diag=True, **given)
        want, known = reference.laplacian(D, return_diag=True, **given)
        np.testing.assert_allclose(L.toarray(), want, rtol=1e-14, atol=1e-14)
        np.testing.assert_allclose(degrees, known, rtol=1e-14, atol=1e-14)
        if L._pattern.canonical:  # a promise: places differ, and are in order where that is promised, too
            keys = L._pattern.keys()
            assert keys.unique().numel() == L.nnz
            assert not L._pattern.ordered or bool((keys.diff() > 0).all())


def test_laplacian() -> None:
    for format in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr"):
        A = random(12, 0.3, 10).asformat(format)
        t = csr_array(A.tocsr()).asformat(format)
        for options in ({}, {"normed": True}, {"use_out_degree": True}, {"symmetrized": True, "normed": True}):
            L, d = csgraph.laplacian(t, return_diag=True, **options)
            want, degrees = reference.laplacian(A, return_diag=True, **options)
            assert L.format == want.format
            np.testing.assert_allclose(L.toarray(), want.toarray(), rtol=1e-15, atol=1e-15)
            np.testing.assert_allclose(d, degrees)
            dense = csgraph.laplacian(t.toarray(), **options)
            np.testing.assert_allclose(dense, want.toarray(), rtol=1e-15, atol=1e-15)
            x = torch.randn(12, 2, dtype=torch.float64)
            for form in ("function", "lo"):
                torch.testing.assert_close(csgraph.laplacian(t, form=form, **options)(x), dense @ x)


def test_conversions() -> None:
    nan, inf = math.nan, math.inf
    G = torch.tensor([[0.0, 2.0, nan], [inf, 0.0, 1e-12], [3.0, -inf, 0.0]])
    assert csgraph.csgraph_from_dense(G).nnz == 3, "small numbers are edges"
    assert csgraph.csgraph_from_dense(G, null_value=None).nnz == 6
    assert csgraph.csgraph_from_dense(G, nan_null=False, infinity_null=False).nnz == 6
    masked = csgraph.csgraph_masked_from_dense(G)
    back = csgraph.csgraph_from_masked(masked)
    assert torch.equal(back.toarray(), csgraph.csgraph_from_dense(G).toarray())
    numpy_masked = np.ma.masked_invalid(np.where(G == 0, nan, G))
    assert torch.equal(csgraph.csgraph_from_masked(numpy_masked).toarray(), back.toarray().cpu())
    again = csgraph.csgraph_to_masked(back)
    assert torch.equal(again.get_mask(), masked.get_mask())
    for method in METHODS:
        lengths = method(back)
        assert torch.equal(method(masked), lengths)
        assert torch.equal(method(G), lengths)


def test_errors_name_what_is_wrong() -> None:
    with pytest.raises(ValueError, match=r"dijkstra: csgraph must be a square matrix.*\(2, 3\)"):
        csgraph.dijkstra(torch.ones(2, 3))
    with pytest.raises(TypeError, match="real"):
        csgraph.dijkstra(torch.eye(2, dtype=torch.complex64))
    with pytest.raises(ValueError, match="i_start"):
        csgraph.breadth_first_order(torch.eye(2), 2)
    with pytest.raises(ValueError, match="connection"):
        csgraph.connected_components(torch.eye(2), connection="feeble")
    with pytest.raises(TypeError, match="int32"):
        csgraph.reconstruct_path(torch.eye(2), torch.tensor([-9999, 0]))


@pytest.mark.cpu  # a GPU has a copy
def test_corrupt_indices_raise() -> None:
    indices = np.array([1, 0, 2], dtype=np.int64)
    A = csr_array((torch.ones(3), indices, torch.tensor([0, 1, 2, 3])), shape=(3, 3))
    csgraph.dijkstra(A)
    indices[1] = 2**40  # behind torch's back
    for call in (csgraph.dijkstra, csgraph.bellman_ford, csgraph.minimum_spanning_tree, csgraph.connected_components):
        with pytest.raises((RuntimeError, ValueError, IndexError)):
            call(A)


def test_empty_graphs() -> None:
    for n in (0, 3):
        A = csr_array((n, n), dtype=torch.float64)
        want = torch.full((n, n), math.inf, dtype=torch.float64).fill_diagonal_(0)
        for method in METHODS:
            assert torch.equal(method(A), want)
        assert csgraph.minimum_spanning_tree(A).nnz == 0
        assert csgraph.connected_components(A)[0] == n
        assert csgraph.laplacian(A).shape == (n, n)


def values_of(name: str, A: Any) -> torch.Tensor:
    """What is differentiable of each function, as one vector."""
    if name == "minimum_spanning_tree":
        return csgraph.minimum_spanning_tree(A).data.sum().reshape(1)
    if name == "maximum_flow":
        return csgraph.maximum_flow(A, 0, A.shape[0] - 1).flow_value.reshape(1)
    if name == "min_weight_full_bipartite_matching":
        return A[csgraph.min_weight_full_bipartite_matching(A)].sum().reshape(1)
    if name == "yen":
        return csgraph.yen(A, 0, A.shape[0] - 1, 4)
    found = getattr(csgraph, name)(A)
    return found[found.detach().isfinite()]


@pytest.mark.parametrize(
    "name",
    [
        "dijkstra",
        "bellman_ford",
        "johnson",
        "floyd_warshall",
        "minimum_spanning_tree",
        "maximum_flow",
        "min_weight_full_bipartite_matching",
        "yen",
    ],
)
def test_gradients_are_those_of_the_optimum(name: str) -> None:
    """The optimum is linear in the weights nearby: a step along a direction must move it by the derivative."""
    rng = np.random.default_rng(11)
    A = scipy.sparse.random_array((9, 9), density=0.5, rng=rng, format="csr") + scipy.sparse.eye_array(9)
    A = csr_array(A.tocsr())
    step = torch.from_numpy(rng.standard_normal(A.nnz))
    leaf = A.data.clone().requires_grad_()
    value = values_of(name, A._with_data(leaf))
    weights = torch.from_numpy(rng.standard_normal(value.shape[0]))
    (grad,) = torch.autograd.grad(value @ weights, leaf)
    h = 1e-7
    moved = [values_of(name, A._with_data(A.data + sign * h * step)) @ weights for sign in (1, -1)]
    torch.testing.assert_close(grad @ step, (moved[0] - moved[1]) / (2 * h), rtol=1e-6, atol=1e-7)
    assert bool((grad != 0).any())


def test_float32_and_integers() -> None:
    A = csr_array(random(20, 0.3, 12))
    assert csgraph.dijkstra(A.to(torch.float32)).dtype is torch.float32
    assert csgraph.dijkstra((10 * A).to(torch.int64)).dtype is torch.get_default_dtype()
    torch.testing.assert_close(csgraph.dijkstra(A.to(torch.float32)).double(), csgraph.dijkstra(A), rtol=1e-6, atol=0)


def test_matrices_stay_matrices() -> None:
    A = sci.sparse.csr_matrix(torch.tensor([[0.0, 1.0], [2.0, 0.0]]))
    assert isinstance(csgraph.minimum_spanning_tree(A), sci.sparse.csr_matrix)
    assert isinstance(csgraph.breadth_first_tree(A, 0), sci.sparse.csr_matrix)
    assert isinstance(csgraph.laplacian(A), sci.sparse.coo_matrix)


def test_an_order_of_one_vertex() -> None:
    assert csgraph.reverse_cuthill_mckee(csr_array((1, 1))).tolist() == [0]
