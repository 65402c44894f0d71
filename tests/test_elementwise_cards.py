"""The one loop over the cards of elementwise functions: everything a card claims is checked here.

No function's name and no tolerance stands in this file: what is special to a function is in its card, or in its own
test file.
"""

from __future__ import annotations

import collections
import itertools
import math
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from sci._core.cards import ElementwiseCard, NoDerivative, elementwise_cards
from sci.testing import card_hash, helpers_hash, points_condition, read_table, table_path, ulp_error
from sci.testing.tables import Row
from tools.reference import load_domain

ROOT = pathlib.Path(__file__).resolve().parents[1]
for folder in ("special",):
    load_domain(folder)

CARDS = sorted(elementwise_cards.values(), key=lambda card: card.name)
FLOAT = {"float32": torch.float32, "float64": torch.float64}
COMPLEX = {"float32": torch.complex64, "float64": torch.complex128}
PRECISIONS = ("float64", "float32")

each_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
_tables: dict[str, Any] = {}


def table_rows(card: ElementwiseCard) -> list[Row]:
    if card.name not in _tables:
        _tables[card.name] = read_table(table_path(card, ROOT)).rows
    return _tables[card.name]


def dtype_of(kind: str, precision: str) -> torch.dtype:
    return torch.int64 if kind == "i" else COMPLEX[precision] if kind == "c" else FLOAT[precision]


def columns(rows: list[Row], device: torch.device, precision: str | None = None) -> list[torch.Tensor]:
    """Return the arguments of the rows as tensors, in the rows' own precision by default."""
    dtypes = [dtype_of(kind, precision or rows[0].precision) for kind in rows[0].signature]
    return [torch.tensor([row.args[i] for row in rows], dtype=dtype, device=device) for i, dtype in enumerate(dtypes)]


def tuple_of(result: Any) -> tuple[torch.Tensor, ...]:
    return result if isinstance(result, tuple) else (result,)


def promise(card: ElementwiseCard, dtype: str) -> float:
    bound = getattr(card.ulp, dtype)
    return bound if bound is not None else getattr(card.ulp, {"complex64": "float32", "complex128": "float64"}[dtype])


def report(card: ElementwiseCard, what: str, rows: list[Row], got: Any, want: Any, errors: Any, bounds: Any) -> str:
    bad = [i for i in range(len(rows)) if not errors[i] <= bounds[i]]
    lines = [f"{card.name} {what}: {len(bad)} of {len(rows)} points beyond their bound"]
    for i in sorted(bad, key=lambda i: -errors[i])[:8]:
        row = rows[i]
        lines.append(f"  {row.group} {row.args}: {got[i]} for {want[i]}, {errors[i]:.3g} ulp, bound {bounds[i]:.3g}")
    return "\n".join(lines)


def cases(card: ElementwiseCard) -> list[tuple[str, str, list[Row]]]:
    rows = table_rows(card)
    found = []
    for (signature, _), precision in itertools.product(card.signatures, PRECISIONS):
        part = [row for row in rows if row.signature == signature and row.precision == precision]
        if part:
            found.append((signature, precision, part))
    return found


@each_card
def test_card_is_complete(card: ElementwiseCard) -> None:
    assert card.function.__doc__ and len(card.function.__doc__) > 200, "a docstring of substance"
    assert (ROOT / "csrc" / card.header).is_file()
    names = {row.group for row in table_rows(card)}
    assert names == {group.name for group in card.samples}, "every group of samples has rows in the table"
    for signature, _ in card.signatures:
        assert any(row.signature == signature for row in table_rows(card)), f"no samples for {signature}"


@each_card
def test_table_is_fresh(card: ElementwiseCard) -> None:
    provenance = read_table(table_path(card, ROOT)).provenance
    remake = f"run: python -m tools.reference {card.domain} {card.name}"
    assert provenance["card"] == card_hash(card), remake
    assert provenance.get("helpers", "") == helpers_hash(card), f"a helper has changed; {remake}"


@each_card
def test_values(card: ElementwiseCard, device: torch.device) -> None:
    for signature, precision, rows in cases(card):
        outputs = tuple_of(card.function(*columns(rows, device)))
        for k, (kind, out) in enumerate(zip(dict(card.signatures)[signature], outputs, strict=True)):
            assert out.dtype == dtype_of(kind, precision)
            dtype = str(out.dtype).removeprefix("torch.")
            want = [row.values[k] for row in rows]
            errors = ulp_error(out.cpu().numpy(), want, dtype)
            bounds = [max(promise(card, dtype), points_condition(row, k, card.outputs)) for row in rows]
            assert (errors <= bounds).all(), report(
                card, f"{signature} {dtype}", rows, out.tolist(), want, errors, bounds
            )


@each_card
def test_partials(card: ElementwiseCard, device: torch.device) -> None:
    for signature, precision, rows in cases(card):
        kinds = dict(card.signatures)[signature]
        conditions = partials_conditions(card, rows, device)
        for i, rule in enumerate(card.partials):
            if isinstance(rule, NoDerivative):
                continue
            args = columns(rows, device)
            outputs = tuple_of(card.function(*args))
            found = tuple_of(rule(*args, *outputs))
            pulled = pulled_back(card, args, outputs)
            for k, kind in [*enumerate(kinds), *([(len(kinds), kinds[0])] if pulled else [])]:
                if k == len(kinds):  # the kernel of the backward pass is held to the same
                    found, k = (pulled[i],), 0
                dtype = str(dtype_of(kind, precision)).removeprefix("torch.")
                place = i * card.outputs + k
                use = [j for j, row in enumerate(rows) if known(row, place)]
                kept = [rows[j] for j in use]
                want = [row.partials[place] for row in kept]
                values = found[k].expand(len(rows)).detach().cpu().numpy()[use]
                errors = ulp_error(values, want, dtype)
                bounds = [max(card.ulp.partials, 2 * conditions[i, k][j]) for j in use]
                what = f"d/d{card.arguments[i]} {signature} {dtype}"
                assert (errors <= bounds).all(), report(card, what, kept, values, want, errors, bounds)


def pulled_back(card: ElementwiseCard, args: list[torch.Tensor], outputs: tuple[torch.Tensor, ...]) -> Any:
    """Return the gradients by the kernel of the backward pass, where the card has one for these arguments."""
    if card.pullback is None:
        return None
    with torch.no_grad():
        return card.pullback(torch.ones_like(outputs[0]), tuple(args), outputs[0], (True,) * len(args))


def partials_conditions(
    card: ElementwiseCard, rows: list[Row], device: torch.device
) -> dict[tuple[int, int], list[float]]:
    """Say how many ulp of each partial one ulp in each argument makes: sum of ``|x d2f/dx dy| / |df/dy|``.

    The second derivatives are the library's own, in double; test_gradgradcheck holds them against differences.
    """
    doubles = columns(rows, device, "float64")
    leaves = [x.requires_grad_(not isinstance(r, NoDerivative)) for x, r in zip(doubles, card.partials, strict=True)]
    outputs = tuple_of(card.function(*leaves))
    found = {}
    for i, rule in enumerate(card.partials):
        if isinstance(rule, NoDerivative):
            continue
        for k, partial in enumerate(tuple_of(rule(*leaves, *outputs))):
            total = torch.zeros(len(rows), dtype=torch.float64, device=device)
            for x in leaves:
                total += sensitivity(partial, x)
            total /= partial.detach().abs()
            found[i, k] = torch.where(total.isfinite(), total, 0.0).tolist()
    return found


def sensitivity(y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Return ``|x dy/dx|``, elementwise; 0 where y does not depend on x or its derivative is declared missing."""
    if not (x.requires_grad and y.requires_grad):
        return torch.zeros(())
    total = torch.zeros_like(x, dtype=torch.float64)
    for part in (y.real, y.imag) if y.is_complex() else (y,):
        try:
            (d,) = torch.autograd.grad(part.sum(), x, retain_graph=True, allow_unused=True)
        except NotImplementedError:
            continue
        if d is not None:
            total = torch.maximum(total, (x.detach() * d).abs())
    return total


def known(row: Row, place: int) -> bool:
    d = row.partials[place]
    return d is not None and math.isfinite(abs(d))


@each_card
def test_special_values(card: ElementwiseCard, device: torch.device) -> None:
    for precision in PRECISIONS:
        for *args, want in card.special:
            kinds = signature_of(card, args)
            tensors = [
                torch.tensor(x, dtype=dtype_of(kind, precision), device=device)
                for x, kind in zip(args, kinds, strict=True)
            ]
            outputs = tuple_of(card.function(*tensors))
            wants = want if isinstance(want, tuple) else (want,)
            for out, value in zip(outputs, wants, strict=True):
                dtype = str(out.dtype).removeprefix("torch.")
                got = out.item()
                assert ulp_error(got, value, dtype) <= promise(card, dtype), (
                    f"{card.name}{tuple(args)} {dtype}: {got}, not {value}"
                )
                if value == 0 and not isinstance(value, complex):
                    assert math.copysign(1, got) == math.copysign(1, value), f"{card.name}{tuple(args)}: sign of zero"


def signature_of(card: ElementwiseCard, args: list[Any]) -> str:
    has = ["c" if isinstance(x, complex) else "r" for x in args]
    for signature, _ in card.signatures:
        if all((kind == "c") == (h == "c") for kind, h in zip(signature, has, strict=True)):
            return signature
    raise AssertionError(f"{card.name}: no signature for special values {args}")


# ---- derivatives: the wiring (their accuracy is test_partials) ------------------------------------------------------


def interior(card: ElementwiseCard, signature: str, count: int = 3) -> list[Row]:
    """Rows at which a finite difference can see something: moderate arguments, values and derivatives."""
    rows = [row for row in table_rows(card) if row.signature == signature and row.precision == "float64"]

    def moderate(row: Row, least: float = 1e-3) -> bool:
        sizes = [abs(x) for x in (*row.values, *(d for d in row.partials if d is not None))]
        return all(0.05 < abs(x) < 12 or isinstance(x, int) for x in row.args) and all(least < s < 30 for s in sizes)

    # A partial that is a small constant (an angle's seconds) is small in every row.
    found = [row for row in rows if moderate(row)] or [row for row in rows if moderate(row, 1e-6)]
    lowest = min((tuple(x for x in row.args if isinstance(x, int)) for row in found), default=())
    found = [row for row in found if tuple(x for x in row.args if isinstance(x, int)) == lowest]
    assert found, f"{card.name} {signature}: no sample is fit for gradcheck"
    return found[:: max(1, len(found) // count)][:count]


def leaves(card: ElementwiseCard, signature: str, device: torch.device) -> list[torch.Tensor]:
    args = columns(interior(card, signature), device)
    return [x.requires_grad_(not isinstance(rule, NoDerivative)) for x, rule in zip(args, card.partials, strict=True)]


Case = tuple[ElementwiseCard, str]  # a card and one of its signatures
CASES = [(card, signature) for card in CARDS for signature, _ in card.signatures]
each_signature = pytest.mark.parametrize(
    ("card", "signature"), [pytest.param(*case, id=f"{case[0].name}-{case[1]}") for case in CASES]
)


@each_signature
def test_gradcheck(card: ElementwiseCard, signature: str, device: torch.device) -> None:
    args = leaves(card, signature, device)
    if not any(x.requires_grad for x in args):
        return
    torch.autograd.gradcheck(
        card.function, args, check_forward_ad=True, check_batched_grad=True, check_batched_forward_grad=True
    )


@each_signature
def test_gradgradcheck(card: ElementwiseCard, signature: str, device: torch.device) -> None:
    args = leaves(card, signature, device)
    if not any(x.requires_grad for x in args):
        return
    try:
        torch.autograd.gradgradcheck(card.function, args, check_fwd_over_rev=True, fast_mode=True)
    except NotImplementedError as missing:
        # A partial whose own derivative is declared missing: the other arguments, one by one, must still do.
        assert "is not implemented" in str(missing)  # noqa: PT017
        for i, x in enumerate(args):
            if not x.requires_grad:
                continue
            single = [y.detach().requires_grad_(i == j) for j, y in enumerate(args)]
            if "is not implemented" not in second_order_error(card, single):
                torch.autograd.gradgradcheck(card.function, single, check_fwd_over_rev=True, fast_mode=True)


def second_order_error(card: ElementwiseCard, args: list[torch.Tensor]) -> str:
    """Differentiate twice; return the text of a NotImplementedError, or nothing."""
    leaf = next(x for x in args if x.requires_grad)
    try:
        (first,) = torch.autograd.grad(loss(card.function(*args)), leaf, create_graph=True)
        first.abs().sum().backward()
    except NotImplementedError as error:
        return str(error)
    return ""


@each_card
def test_missing_derivatives_raise(card: ElementwiseCard, device: torch.device) -> None:
    signature = card.signatures[0][0]
    for i, rule in enumerate(card.partials):
        if isinstance(rule, NoDerivative) and rule.raises:
            args = columns(interior(card, signature), device)
            args[i].requires_grad_()
            with pytest.raises(NotImplementedError, match=card.arguments[i]):
                sum(out.abs().sum() for out in tuple_of(card.function(*args))).backward()


@each_signature
def test_vmap(card: ElementwiseCard, signature: str, device: torch.device) -> None:
    args = [x.detach() for x in leaves(card, signature, device)]
    want = tuple_of(card.function(*args))
    for out, w in zip(tuple_of(torch.func.vmap(card.function)(*args)), want, strict=True):
        torch.testing.assert_close(out, w, rtol=0, atol=0, equal_nan=True)
    # One argument unbatched, the batch in front of a dimension of another argument.
    wide = [x[:, None].expand(-1, 2) if i == 0 else x[0] for i, x in enumerate(args)]
    direct = tuple_of(card.function(*wide))
    in_dims = tuple(0 if i == 0 else None for i in range(len(args)))
    for out, w in zip(tuple_of(torch.func.vmap(card.function, in_dims)(*wide)), direct, strict=True):
        torch.testing.assert_close(out, w, rtol=0, atol=0, equal_nan=True)


# ---- the compiler, export, meta --------------------------------------------------------------------------------------


def loss(outputs: Any) -> torch.Tensor:
    return sum(out.abs().square().sum() for out in tuple_of(outputs))  # type: ignore[return-value]


def differentiated(args: list[torch.Tensor]) -> tuple[int, ...]:
    return tuple(i for i, x in enumerate(args) if x.requires_grad)


class Together:
    """What compiled functions give, ten in one graph, which alone costs as much as to trace a function.

    Where a graph fails its functions are compiled one by one, each in its own test: the one at fault has a name.
    """

    def __init__(self, compiled: Callable[[list[Case], torch.device], list[Any]], cases: list[Case]) -> None:
        self.compiled = compiled
        self.graphs = {(card.name, signature): cases[i - i % 10 :][:10] for i, (card, signature) in enumerate(cases)}
        self.found: dict[tuple[str, str], Any] = {}

    def __call__(self, card: ElementwiseCard, signature: str, device: torch.device) -> Any:
        if (card.name, signature) not in self.found:
            graph = self.graphs[card.name, signature]
            try:
                results = self.compiled(graph, device)
            except Exception:
                results = [None] * len(graph)
            self.found |= {(c.name, s): result for (c, s), result in zip(graph, results, strict=True)}
        return self.found[card.name, signature] or self.compiled([(card, signature)], device)[0]


def in_one_graph(functions: list[Callable[..., Any]], arguments: list[list[torch.Tensor]]) -> list[Any]:
    def run(arguments: list[list[torch.Tensor]]) -> list[Any]:
        return [f(*args) for f, args in zip(functions, arguments, strict=True)]

    return torch.compile(run, fullgraph=True, backend="aot_eager")(arguments)


def outputs_and_backward(cases: list[Case], device: torch.device) -> list[Any]:
    arguments = [leaves(card, signature, device) for card, signature in cases]
    outputs = in_one_graph([card.function for card, _ in cases], arguments)
    inputs = [x for args in arguments for x in args if x.requires_grad]
    gradients = iter(torch.autograd.grad(sum(map(loss, outputs)), inputs) if inputs else ())
    return [
        (out, [next(gradients) for x in args if x.requires_grad]) for out, args in zip(outputs, arguments, strict=True)
    ]


def gradient_of(card: ElementwiseCard, args: list[torch.Tensor]) -> Callable[..., Any]:
    return torch.func.grad(lambda *xs: loss(card.function(*xs)), differentiated(args))


def gradients(cases: list[Case], device: torch.device) -> list[Any]:
    arguments = [leaves(card, signature, device) for card, signature in cases]
    functions = [gradient_of(card, args) for (card, _), args in zip(cases, arguments, strict=True)]
    return in_one_graph(functions, [[x.detach() for x in args] for args in arguments])


def one_in_eight_of_a_kind() -> tuple[list[ElementwiseCard], list[ElementwiseCard]]:
    """Return cards whose derivatives differ in arguments, results or which there are, some of each kind, and others."""
    kinds: collections.Counter[Any] = collections.Counter()
    chosen, others = [], []
    for card in CARDS:
        rules = tuple(isinstance(rule, NoDerivative) for rule in card.partials)
        if not all(rules):
            kind = card.signatures[-1], rules
            (others if kinds[kind] % 8 else chosen).append(card)
            kinds[kind] += 1
    return chosen, others


compiled = Together(outputs_and_backward, CASES)
CHOSEN, OTHERS = one_in_eight_of_a_kind()
compiled_gradient = Together(  # the last signature is the complex one where there is one
    gradients, [(card, card.signatures[-1][0]) for card in CHOSEN + OTHERS]
)


@each_signature
def test_compile(card: ElementwiseCard, signature: str, device: torch.device) -> None:
    """With the backward pass; without one the function is traced for export."""
    args = leaves(card, signature, device)
    found, found_gradients = compiled(card, signature, device)
    want = card.function(*args)
    for out, w in zip(tuple_of(found), tuple_of(want), strict=True):
        torch.testing.assert_close(out, w, rtol=0, atol=0)
    if places := differentiated(args):
        expected = torch.autograd.grad(loss(want), [args[i] for i in places])
        assert any(bool((w != 0).any()) for w in expected)
        torch.testing.assert_close(found_gradients, list(expected))


@pytest.mark.parametrize(
    "card",
    [
        *(pytest.param(card, id=card.name) for card in CHOSEN),
        *(pytest.param(card, id=card.name, marks=pytest.mark.slow) for card in OTHERS),
    ],
)
def test_compile_of_the_gradient(card: ElementwiseCard, device: torch.device) -> None:
    """In the graph itself; as a backward pass `test_compile` traces the rules of every card."""
    args = leaves(card, card.signatures[-1][0], device)
    if differentiated(args):
        plain = [x.detach() for x in args]
        found = compiled_gradient(card, card.signatures[-1][0], device)
        torch.testing.assert_close(found, gradient_of(card, args)(*plain))


@each_card
def test_export_and_opcheck(card: ElementwiseCard, device: torch.device) -> None:
    args = leaves(card, card.signatures[0][0], device)
    plain = tuple(x.detach() for x in args)

    class Module(torch.nn.Module):
        def forward(self, *xs: torch.Tensor) -> Any:
            return card.function(*xs)

    program = torch.export.export(Module(), plain)
    assert any(getattr(node.target, "__name__", "") == f"{card.name}.default" for node in program.graph.nodes)
    torch.testing.assert_close(program.module()(*plain), card.function(*plain), rtol=0, atol=0)
    op = getattr(torch.ops.sci, card.name).default
    torch.library.opcheck(op, plain, test_utils=("test_schema", "test_faketensor"))


@each_card
def test_meta(card: ElementwiseCard) -> None:
    for signature, outs in card.signatures:
        shapes = itertools.cycle([(3, 1), (4,), ()])
        args = [
            torch.empty(s, dtype=dtype_of(k, "float32"), device="meta") for k, s in zip(signature, shapes, strict=False)
        ]
        shape = torch.broadcast_shapes(*(x.shape for x in args))
        for kind, out in zip(outs, tuple_of(card.function(*args)), strict=True):
            assert (out.device.type, out.shape, out.dtype) == ("meta", shape, dtype_of(kind, "float32"))


# ---- arrays ----------------------------------------------------------------------------------------------------------


@each_signature
def test_layouts(card: ElementwiseCard, signature: str, device: torch.device) -> None:
    args = [x.detach() for x in leaves(card, signature, device)]
    want = tuple_of(card.function(*args))

    def check(moved: list[torch.Tensor], back: Any) -> None:
        for out, w in zip(tuple_of(card.function(*moved)), want, strict=True):
            torch.testing.assert_close(back(out), w, rtol=0, atol=0)

    check([torch.stack([x, x], -1)[..., 0] for x in args], lambda out: out)
    check([x.expand(5, 2, -1).transpose(0, 2) for x in args], lambda out: out[:, 1, 4])
    check([x.flip(0) for x in args], lambda out: out.flip(0))
    check([x.view(-1, 1, *(1,) * 10) for x in args], lambda out: out.view(-1))
    if "c" in signature:
        check([x.conj().resolve_conj().conj() if x.is_complex() else x for x in args], lambda out: out)
    check(
        [torch.view_as_real(torch.complex(x, x))[..., 1] if x.is_floating_point() else x for x in args], lambda out: out
    )
    n = args[0].numel()
    grid = [x.view(*(n if i == j else 1 for j in range(len(args)))) for i, x in enumerate(args)]
    broadcast = tuple_of(card.function(*grid))
    for out, w in zip(broadcast, want, strict=True):
        assert out.shape == (n,) * len(args)
        assert out.is_contiguous()
        diagonal = torch.stack([out[(i,) * len(args)] for i in range(n)])
        torch.testing.assert_close(diagonal, w, rtol=0, atol=0)
    empty = [x[:0] for x in args]
    assert all(out.shape == (0,) for out in tuple_of(card.function(*empty)))
    scalars = [x[0] for x in args]
    for out, w in zip(tuple_of(card.function(*scalars)), want, strict=True):
        torch.testing.assert_close(out, w[0], rtol=0, atol=0)


@each_card
def test_promotion(card: ElementwiseCard, device: torch.device) -> None:
    signature = card.signatures[0][0]
    args = [x.detach() for x in leaves(card, signature, device)]
    first = tuple_of(card.function(*args))

    def result(*xs: Any) -> torch.Tensor:
        return tuple_of(card.function(*xs))[0]

    numbers = [x[0].item() for x in args]
    ones = [torch.ones(2, dtype=torch.int32, device=device) for _ in args]
    default = torch.get_default_dtype()
    if first[0].is_complex():
        default = COMPLEX[str(default).removeprefix("torch.")]
    assert result(*numbers).dtype == result(*ones).dtype == default
    plain = result(*[x.cpu() for x in args])
    torch.testing.assert_close(result(*[np.asarray(x.cpu()) for x in args]), plain, rtol=0, atol=0)
    torch.testing.assert_close(result(*[x.tolist() for x in args]), plain, rtol=0, atol=0)
    if first[0].is_complex():  # no real signature: the complex argument decides
        return
    reals = [i for i, kind in enumerate(signature) if kind == "r"]
    for half in (torch.float16, torch.bfloat16):
        low = [x.to(half) if i in reals else x for i, x in enumerate(args)]
        exact = result(*[x.float() if i in reals else x for i, x in enumerate(low)])
        torch.testing.assert_close(result(*low), exact.to(half), rtol=0, atol=0, equal_nan=True)
    narrow = [x.float() if i in reals else x for i, x in enumerate(args)]
    for i in reals:
        mixed = [x.double() if j == i else x for j, x in enumerate(narrow)]
        assert result(*mixed).dtype == torch.float64
        if len(reals) > 1:
            weak = [x[0].double() if j == i else x for j, x in enumerate(narrow)]
            assert result(*weak).dtype == torch.float32, "a 0-d tensor does not promote"
            number = [numbers[j] if j == i else x for j, x in enumerate(narrow)]
            assert result(*number).dtype == torch.float32, "a Python number does not promote"


@each_card
def test_bad_arguments(card: ElementwiseCard, device: torch.device) -> None:
    args = [x.detach() for x in leaves(card, card.signatures[0][0], device)]
    for i, name in enumerate(card.arguments):
        for bad in ("text", None, object(), torch.zeros(3).to_sparse(), np.array(["a"]), {}):
            with pytest.raises(TypeError, match=rf"{card.name}: {name} must be"):
                card.function(*(bad if i == j else x for j, x in enumerate(args)))
        if "c" not in card.kinds(i):
            with pytest.raises(TypeError, match=rf"{card.name}: {name} must be (real|integer)"):
                card.function(*(x.to(torch.complex128) if i == j else x for j, x in enumerate(args)))
    with pytest.raises(TypeError):
        card.function(*args, args[0])
    if len(args) > 1:
        with pytest.raises(ValueError, match=rf"{card.name}: shapes must broadcast, got {card.arguments[0]} \(2,\)"):
            card.function(*(torch.ones(2 + i, device=device) for i in range(len(args))))


@each_card
def test_out(card: ElementwiseCard, device: torch.device) -> None:
    args = [x.detach() for x in leaves(card, card.signatures[0][0], device)]
    want = card.function(*args)
    if isinstance(want, tuple):
        return
    out = torch.empty_like(want)
    assert card.function(*args, out=out) is out
    torch.testing.assert_close(out, want, rtol=0, atol=0)
    with pytest.raises(ValueError, match="out must be"):
        card.function(*args, out=torch.empty(99, dtype=want.dtype, device=device))
    for i, rule in enumerate(card.partials):
        if not isinstance(rule, NoDerivative):
            with pytest.raises(RuntimeError, match="gradient"):
                card.function(*(x.clone().requires_grad_() if i == j else x for j, x in enumerate(args)), out=out)


@each_card
def test_all_bit_patterns_end(card: ElementwiseCard, device: torch.device) -> None:
    """Random bit patterns: no crash, no endless loop, inputs untouched; NaN in an argument gives NaN."""
    random = np.random.default_rng(7)
    for signature, _ in card.signatures:
        for precision, integer in (("float64", np.uint64), ("float32", np.uint32)):
            args = []
            for kind in signature:
                if kind == "i":
                    args.append(torch.from_numpy(random.integers(0, 3, 400)))
                    continue
                bits = random.integers(0, np.iinfo(integer).max, 800, dtype=integer, endpoint=True).view(precision)
                x = torch.from_numpy(bits.copy())
                args.append(torch.view_as_complex(x.view(-1, 2)) if kind == "c" else x[:400])
            args = [x.to(device) for x in args]
            before = [x.clone() for x in args]
            for out in tuple_of(card.function(*args)):
                assert out.shape == (400,)
            for x, y in zip(args, before, strict=True):
                torch.testing.assert_close(x, y, rtol=0, atol=0, equal_nan=True)
            for i, kind in enumerate(signature):
                if kind == "r":
                    poisoned = [torch.full_like(x, math.nan) if i == j else x for j, x in enumerate(args)]
                    poisoned = [torch.ones_like(x) if j != i else x for j, x in enumerate(poisoned)]
                    for out in tuple_of(card.function(*poisoned)):
                        assert bool(out.isnan().all()), f"NaN in {card.arguments[i]} is lost"
