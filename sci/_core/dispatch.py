"""The differentiable operator: one rule per operator, registered at the dispatcher's Autograd key.

Eager autograd, forward mode, ``torch.func`` in any nesting, the compiler and export all see one operator that knows its
derivative. Four traps, each of which gives a silent zero or an error, decide the form:

1. ``torch.library.register_autograd`` has no forward mode and fails under ``torch.func.grad``.
2. A ``torch.autograd.Function`` around a raw operator loses its rule under ``torch.compile`` of ``torch.func.grad``,
   since the compiler keeps the raw operator. So the rule belongs to the operator.
3. In ``forward`` grad mode is off; under a transform the next lower level must see it on, or nested gradients vanish.
4. In ``jvp`` forward mode is off for all levels; the outer ones must see it on, or forward over forward is zero (as it
   is for torch's own custom functions). The inner level's tangents are taken off by hand.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import torch
from torch import Tensor
from torch.nn import Parameter

from . import direct, kept, runtime, special_errors
from .arrays import COMPLEX_OF, REAL_OF, common_shape
from .autocast import without_autocast
from .cards import ElementwiseCard, Group, NoDerivative, Partial, Ulp, elementwise_cards
from .coercion import DTYPES, coerce, make_plan
from .errors import bad_argument
from .kept import Keeps
from .quick import COMPLEX_DTYPES, STRIDED, is_compiling
from .torch_private import (
    CPU,
    CUDA,
    GRADS_BATCHED,
    SingleLevelFunction,
    below_autograd,
    dispatch_modes,
    enable_single_level_autograd_function,
    forward_ad,
    forward_grad_enabled,
    forward_mode_active,
    is_batched_gradient,
    is_wrapped,
    kernel_of,
    lazy_views_resolved,
    primal,
    profiler_enabled,
    rule_for_grads_batched,
    transforms_active,
)
from .ufunc_keywords import call_with_keywords

Args = tuple[Any, ...]
Backward = Callable[[Args, tuple[Tensor, ...], tuple[Tensor | None, ...], tuple[bool, ...]], Sequence[Tensor | None]]
Jvp = Callable[[Args, tuple[Tensor, ...], tuple[Tensor | None, ...]], Any]
F = TypeVar("F", bound=Callable[..., Any])

_library = torch.library.Library("sci", "FRAGMENT")
# Operators whose leading dimensions are batches: their overloads, and how many trailing dimensions each tensor keeps.
batched_operators: list[tuple[Any, tuple[int, ...]]] = []
PLAIN = (Tensor, Parameter)
_NUMBERS = (int, float)


# ---- operators -----------------------------------------------------------------------------------------------------


def operator(
    schema: str,
    *,
    kernel: Callable[..., Any] | None = None,
    fake: Callable[..., Any],
    backward: Backward | None = None,
    jvp: Jvp | None = None,
    core_dims: Sequence[int] | None = None,
    vmap: Callable[..., Any] | None = None,
    one_batch: bool = False,
    keeps: Keeps = "all",
) -> Callable[..., Any]:
    """Make a differentiable operator ``torch.ops.sci.NAME`` and return the function that calls it.

    Parameters
    ----------
    schema : ``"NAME(Tensor a, bool lower) -> (Tensor, Tensor)"``; only the name where C++ has defined the operator
    kernel : the computation on plain tensors; None where C++ has registered it
    fake : the same on tensors without data: makes outputs of the right shape, dtype and strides
    backward : ``backward(inputs, outputs, grads, needs)`` returns one gradient per input, None where `needs` is False.
        `grads` has None for an output that nothing depends on. Written with differentiable functions.
    jvp : ``jvp(inputs, outputs, tangents)`` returns the tangent of the output (a tuple for several, None for an output
        that has no derivative); `tangents` has None for inputs that do not vary
    core_dims : per tensor argument, in order, the number of trailing dimensions the operator works on; the leading
        ones broadcast, and vmap adds to them
    vmap : ``vmap(info, in_dims, *args)`` as ``torch.library.register_vmap`` takes it, where `core_dims` does not do
    one_batch : the leading dimensions must be the same, and vmap makes them so
    keeps : what `backward` and `jvp` read, and a graph keeps in memory: "all"; "arguments", where `outputs` is empty;
        "shapes", where each tensor is a `kept.Shape` beside, as linear functions need no more

    An operator without `backward` or `jvp` raises when a derivative of it is asked for.
    """
    return _Operator(schema, kernel, fake, backward, jvp, core_dims, vmap, one_batch, keeps).call


class _Operator:
    """An operator with its derivative rule; `overload` goes through the dispatcher, `call` takes the shortest way."""

    def __init__(
        self,
        schema: str,
        kernel: Callable[..., Any] | None,
        fake: Callable[..., Any],
        backward: Backward | None,
        jvp: Jvp | None,
        core_dims: Sequence[int] | None,
        vmap: Callable[..., Any] | None,
        one_batch: bool = False,
        keeps: Keeps = "all",
    ) -> None:
        name = schema.split("(")[0]
        self.kernel = kernel
        if kernel is not None:
            _library.define(schema)
            _library.impl(name, _with_lazy_views(kernel), "CompositeExplicitAutograd")
        op = getattr(torch.ops.sci, name).default
        self.overload, self.keeps = op, keeps
        torch.library.register_fake(f"sci::{name}", fake, lib=_library)
        self.backward = backward
        self.rule = _make_rule(name, op, backward, jvp, keeps)
        run = kernel_of(op) if kernel is None else _below_autograd(kernel)
        self.direct = _make_direct(name, run, backward, keeps)
        apply = self.rule.apply

        def autograd_kernel(*args: Any) -> Any:
            if transforms_active():
                with enable_single_level_autograd_function():
                    return apply(*args)
            return apply(*args)

        _library.impl(name, autograd_kernel, "Autograd")
        if core_dims is not None:
            dims = tuple(core_dims)
            batched_operators.append((op, dims))

            def broadcast(info: Any, in_dims: Args, *args: Any) -> Any:
                moved = _move_batch_dims(args, in_dims, dims)
                out = op(*(_of_one_batch(moved, dims) if one_batch else moved))
                return out, (0,) * len(out) if isinstance(out, (tuple, list)) else 0

            vmap = broadcast
        if vmap is not None:
            torch.library.register_vmap(f"sci::{name}", vmap, lib=_library)
            _library.impl(name, rule_for_grads_batched(vmap), GRADS_BATCHED)

    def call(self, *args: Any) -> Any:
        """Call the operator, below autograd where nothing differentiates; at once where nothing watches."""
        if not is_compiling():
            result = self.direct(*args)
            if result is not NotImplemented:
                return result
        if torch.compiler.is_compiling() or transforms_active() or forward_mode_active():
            return self.overload(*args)
        tensors = [x for x in args if isinstance(x, Tensor)]
        if torch.is_grad_enabled() and any(x.requires_grad for x in tensors):
            return self.overload(*args)
        # A kernel in Python needs no dispatcher between: on plain tensors that have data it is called directly.
        plain = self.kernel is not None and not dispatch_modes()
        # A gradient under torch.autograd.grad(is_grads_batched=True) looks plain and is a batch.
        plain = plain and all(
            type(x) in PLAIN and (x.is_cpu or x.is_cuda) and not is_batched_gradient(x) for x in tensors
        )
        with below_autograd():
            return self.kernel(*args) if plain else self.overload(*args)  # type: ignore[misc]


def _with_lazy_views(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Return `kernel` for the dispatcher: without this, ``x + y.mH`` in a compiled call ignores the conjugation."""

    def run(*args: Any) -> Any:
        with lazy_views_resolved():
            return kernel(*args)

    return run


def _below_autograd(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Return `kernel` as it is called directly, with the dispatch keys of a device before its arguments."""

    def run(keys: Any, *args: Any) -> Any:
        with below_autograd():
            return kernel(*args)

    return run


def _make_pull(name: str, backward: Backward | None, keeps: Keeps) -> Callable[..., Any]:
    """Return what `backward` of an operator's autograd functions is."""
    unpack = kept.unpack_shapes if keeps == "shapes" else kept.unpack

    def pull(ctx: Any, *grads: Tensor | None) -> Any:
        if backward is None:
            raise NotImplementedError(f"sci::{name} has no backward derivative")
        inputs, outputs = unpack(ctx)
        if all(grad is None for grad in grads):
            return (None,) * len(inputs)
        return tuple(without_autocast(backward, inputs, outputs, grads, ctx.needs_input_grad))

    return pull


def _make_rule(name: str, op: Any, backward: Backward | None, jvp: Jvp | None, keeps: Keeps) -> Any:
    """Return the autograd function that holds an operator's derivative rule."""

    pull = _make_pull(name, backward, keeps)
    unpack = kept.unpack_shapes if keeps == "shapes" else kept.unpack

    class Rule(SingleLevelFunction):
        @staticmethod
        def forward(*args: Any) -> Any:
            if transforms_active():  # trap 3
                with torch.enable_grad(), forward_grad_enabled(True), below_autograd():
                    return op(*args)
            with below_autograd():
                return op(*args)

        @staticmethod
        def setup_context(ctx: Any, inputs: Args, output: Any) -> None:
            if keeps == "shapes":
                kept.keep_shapes(ctx, inputs)
            else:
                results = keeps() if callable(keeps) else keeps == "all"
                ctx.save_for_forward(*kept.keep(ctx, inputs, output, results))

        backward = staticmethod(pull)

        @staticmethod
        def jvp(ctx: Any, *tangents: Tensor | None) -> Any:
            if jvp is None:
                raise NotImplementedError(f"sci::{name} has no forward-mode derivative")
            inputs, outputs = unpack(ctx)
            if transforms_active():  # trap 4
                with forward_grad_enabled(True):
                    return jvp(tuple(map(primal, inputs)), tuple(map(primal, outputs)), tangents)
            return jvp(inputs, outputs, tangents)

    # The node of a graph bears the operator's name.
    return type(name, (Rule,), {})


def _make_plain_rule(name: str, forward: Callable[..., Any], backward: Backward | None, keeps: Keeps) -> Any:
    """Return the same for plain tensors where no transform, forward mode or compiler is, without what these need.

    `forward` takes a context before the operator's arguments and saves as `kept.keep` does.
    """
    methods = {"forward": staticmethod(forward), "backward": staticmethod(_make_pull(name, backward, keeps))}
    return type(name, (SingleLevelFunction,), methods)


def _make_direct(name: str, run: Callable[..., Any], backward: Backward | None, keeps: Keeps) -> Callable[..., Any]:
    """Return what calls ``run(keys, *args)`` on plain tensors, and records a gradient; else it is NotImplemented."""
    results = callable(keeps) or keeps == "all"
    forward = direct.differentiable_forward(run, results, kept.Shape if keeps == "shapes" else None)
    return direct.differentiable(run, _make_plain_rule(name, forward, backward, keeps).apply)


def direct_operator(name: str, backward: Backward, keeps: Keeps = "all") -> Callable[..., Any]:
    """Return what calls an operator of the library on plain tensors alone, for calls in brief beside a general way.

    It answers NotImplemented for what is not plain (a conjugate, a transform, a mode), so the operator needs no rules
    for these; `backward` and `keeps` are those of `operator`. Not for compiled code.
    """
    return _make_direct(name, kernel_of(getattr(torch.ops.sci, name).default), backward, keeps)


def _cores(args: Sequence[Any], core_dims: tuple[int, ...]) -> list[int]:
    """Return the number of core dimensions of each argument, of which `core_dims` has those of tensors; else 0."""
    cores = iter(core_dims)
    return [next(cores) if isinstance(x, Tensor) else 0 for x in args]


def _move_batch_dims(args: Args, in_dims: Args, core_dims: tuple[int, ...]) -> list[Any]:
    """Bring the dimension that vmap hides to the front of each argument, and align the other leading dimensions."""
    core = _cores(args, core_dims)
    ranks = [
        x.dim() - (dim is not None) - c for x, dim, c in zip(args, in_dims, core, strict=True) if isinstance(x, Tensor)
    ]
    rank = max(ranks)
    out: list[Any] = []
    for x, dim in zip(args, in_dims, strict=True):
        if isinstance(x, Tensor) and dim is not None:
            missing = rank - ranks[sum(isinstance(y, Tensor) for y in args[: len(out)])]
            x = x.movedim(dim, 0) if dim else x
            x = x.reshape(x.shape[0], *(1,) * missing, *x.shape[1:]) if missing else x
        out.append(x)
    return out


def _of_one_batch(args: Sequence[Any], core_dims: tuple[int, ...]) -> list[Any]:
    """Expand the leading dimensions of tensors to their common shape."""
    core = _cores(args, core_dims)
    pairs = [(x, x.dim() - c) for x, c in zip(args, core, strict=True) if isinstance(x, Tensor)]
    batch = torch.broadcast_shapes(*(x.shape[:k] for x, k in pairs))
    return [
        x.expand(*batch, *x.shape[x.dim() - c :]) if isinstance(x, Tensor) else x
        for x, c in zip(args, core, strict=True)
    ]


def unbroadcast(grad: Tensor, x: Tensor) -> Tensor:
    """Bring a gradient to the shape and kind (real or complex) of the argument it belongs to."""
    if grad.is_complex() and not x.is_complex():
        grad = grad.real
    return grad if grad.shape == x.shape else grad.sum_to_size(x.shape)


# ---- elementwise functions -----------------------------------------------------------------------------------------


def elementwise(
    header: str,
    signatures: str,
    *,
    partials: Sequence[Partial],
    reference: Callable[..., Any],
    samples: Sequence[Group],
    ulp: Ulp,
    special: Sequence[tuple[Any, ...]] = (),
    public: bool = True,
    wide: bool = False,
    pullback: bool | Literal["arguments"] = False,
    sorted: bool = False,
) -> Callable[[F], F]:
    """Declare an elementwise function: the body below the decorator is only its signature and docstring.

    Parameters
    ----------
    header : the C++ header, below ``csrc/``, that has ``sci::NAME`` for each signature
    signatures : such as ``"r r -> r, r c -> c"``: r real, c complex, i int64 (as literals: the build reads them)
    partials : per argument ``f(*args, out)``, the partial derivative written with differentiable functions (for
        several outputs a tuple of them), or `discrete`, or `not_implemented` ("why")
    reference : ``f(mp, *args)`` in mpmath's arithmetic (or SciPy's, handed in), the independent truth
    samples : the designed samples, as named groups
    special : rows of ``(*arguments, value)``: infinities, NaN, signed zeros, poles
    ulp : the promised accuracy
    public : False for a function that only derivatives use
    wide : True compiles the loop over real arguments for AVX2 and AVX-512 as well; worth it where the header is free of
        loops and calls, so that the compiler can make vector instructions of it (a literal: the build reads it)
    pullback : True where the header also has ``NAME_pullback(grad, args..., out)``, the gradients in all arguments at
        once (a number for one argument, `many` for several): what a backward pass of real arguments runs that is not
        itself differentiated, in place of `partials` and products; "arguments" where it does not read `out` (a literal)
    sorted : True where kernels on a GPU sort elements by their arguments first, as lanes of a warp in different regions
        cost more (a literal: the build reads it); ``python -m tests.emulator.divergence`` counts what that gains
    """

    def declare(stub: F) -> F:
        parameters = inspect.signature(stub).parameters.values()
        arguments = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_ONLY)
        module = stub.__module__.split(".")
        card = ElementwiseCard(
            name=stub.__name__,
            domain=module[1],
            header=header,
            signatures=parse_signatures(signatures),
            arguments=arguments,
            partials=tuple(partials),
            reference=reference,
            samples=tuple(samples),
            special=tuple(special),
            ulp=ulp,
            public=public,
            function=stub,
        )
        if len(card.partials) != len(arguments):
            raise ValueError(f"{card.name}: {len(arguments)} arguments but {len(card.partials)} partials")
        registered = _register_elementwise(card, pullback is True)  # loads the library
        if pullback:
            card.pullback = _make_pullback(card, wide)
        function = _public_function(card, registered)
        for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
            setattr(function, attribute, getattr(stub, attribute))
        function.__signature__ = inspect.signature(stub)  # type: ignore[attr-defined]
        function.card = card  # type: ignore[attr-defined]
        card.function = function
        elementwise_cards[card.name] = card
        return function  # type: ignore[return-value]

    return declare


def parse_signatures(text: str) -> tuple[tuple[str, str], ...]:
    """Turn ``"r r -> r, r c -> c"`` into ``(("rr", "r"), ("rc", "c"))``."""
    pairs = [part.split("->") for part in text.split(",")]
    return tuple(("".join(ins.split()), "".join(outs.split())) for ins, outs in pairs)


def _register_elementwise(card: ElementwiseCard, pullback_reads: bool) -> _Operator:
    runtime.load_library()
    single = card.outputs == 1
    nothing = (None,) * card.outputs

    @functools.cache
    def reads_results() -> bool:
        rules = [rule for rule in card.partials if not isinstance(rule, NoDerivative)]
        return pullback_reads or any(kept.reads(rule, len(card.arguments), card.outputs) for rule in rules)

    def fake(*xs: Tensor) -> Any:
        shape = torch.broadcast_shapes(*(x.shape for x in xs))
        like = next(x for x in xs if x.is_floating_point() or x.is_complex())
        kinds = next(outs for ins, outs in card.signatures if _matches(ins, xs))
        real = REAL_OF.get(like.dtype, like.dtype)
        made = [like.new_empty(shape, dtype=COMPLEX_OF[real] if kind == "c" else real) for kind in kinds]
        return made[0] if single else tuple(made)

    def partial(index: int, xs: Args, outs: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        rule = card.partials[index]
        if isinstance(rule, NoDerivative):
            if rule.raises:
                argument = card.arguments[index]
                text = f"{card.name}: the derivative with respect to {argument} is not implemented: {rule.why}"
                raise NotImplementedError(text)
            return None
        if special_errors.switched_on:
            with special_errors.quietly():
                found = rule(*xs, *(outs or nothing))
        else:
            found = rule(*xs, *(outs or nothing))
        return found if isinstance(found, tuple) else (found,)

    def backward(
        xs: Args, outs: tuple[Tensor, ...], grads: tuple[Tensor | None, ...], needs: tuple[bool, ...]
    ) -> list[Tensor | None]:
        if card.pullback is not None:
            found = card.pullback(grads[0], xs, outs[0] if outs else grads[0], needs)
            if found is not None:
                return found
        result: list[Tensor | None] = []
        for i, x in enumerate(xs):
            ds = partial(i, xs, outs) if needs[i] else None
            if ds is None:
                result.append(None)
                continue
            terms = [g * d.conj() for g, d in zip(grads, ds, strict=True) if g is not None]
            result.append(unbroadcast(sum(terms[1:], terms[0]), x))
        return result

    def jvp(xs: Args, outs: tuple[Tensor, ...], tangents: tuple[Tensor | None, ...]) -> Any:
        rows = [partial(i, xs, outs) for i, t in enumerate(tangents) if t is not None]
        ts = [t for t in tangents if t is not None]
        made = []
        for k, out in enumerate(outs):
            terms = [ds[k] * t for ds, t in zip(rows, ts, strict=True) if ds is not None]
            made.append(sum(terms[1:], terms[0]).expand_as(out) if terms else torch.zeros_like(out))
        return made[0] if single else tuple(made)

    return _Operator(card.name, None, fake, backward, jvp, (0,) * len(card.arguments), None, keeps=reads_results)


def _make_pullback(card: ElementwiseCard, wide: bool) -> Callable[..., Any]:
    """Return what computes the gradients by one kernel, or None where `partials` have to do it."""
    name = f"{card.name}_pullback"
    op = getattr(torch.ops.sci, name).default
    count = len(card.arguments)

    def fake(grad: Tensor, *args: Tensor) -> Any:
        xs = args[:-1]
        shape = torch.broadcast_shapes(grad.shape, *(x.shape for x in xs))
        made = tuple(grad.new_empty(shape) for _ in xs)
        return made[0] if count == 1 else made

    torch.library.register_fake(f"sci::{name}", fake, lib=_library)

    def pullback(grad: Tensor, xs: Args, out: Tensor, needs: tuple[bool, ...]) -> list[Tensor | None] | None:
        # A kernel with vector instructions takes less than a single product; others are for all gradients together.
        if not (wide or all(needs)) or any(x.is_complex() for x in xs) or torch.is_grad_enabled():
            return None
        if transforms_active() or forward_mode_active() or is_batched_gradient(grad):
            return None
        found = op(grad, *xs, out)
        found = (found,) if count == 1 else found
        return [unbroadcast(d, x) if need else None for d, x, need in zip(found, xs, needs, strict=True)]

    return pullback


def _matches(ins: str, xs: Sequence[Tensor]) -> bool:
    return all((kind == "c") == x.is_complex() for kind, x in zip(ins, xs, strict=True))


def _public_function(card: ElementwiseCard, operator: _Operator) -> Callable[..., Any]:
    """Return the function users call: straight to the kernel where nothing differentiates and dtypes fit.

    The checks before the direct way cost as much as the kernel's call, the layers that it skips five times that.
    """
    op, kernel, reads = operator.overload, kernel_of(operator.overload), operator.keeps
    assert callable(reads)
    plan_for = functools.cache(functools.partial(make_plan, card))

    def with_tensors(args: Args) -> Args:
        if all(isinstance(x, Tensor) for x in args):
            return args
        plan = plan_for(tuple(x.dtype if isinstance(x, Tensor) else type(x) for x in args))
        assert plan is not None
        return plan.with_tensors(args)

    def run(ctx: Any, *args: Any) -> Any:
        xs = with_tensors(args)
        output = kernel(CPU if xs[0].is_cpu else CUDA, *xs)
        kept.keep(ctx, xs, output, reads())
        return output

    def backward(xs: Args, *others: Any) -> Any:
        assert operator.backward is not None
        return operator.backward(with_tensors(xs), *others)

    if card.outputs == 1:
        rule = _make_plain_rule(card.name, direct.forward(card.name, run, reads), backward, reads).apply
    else:

        def rule(*args: Any) -> Any:
            return operator.rule.apply(*with_tensors(args))

    compute = direct.elementwise(card.name, rule)
    count = len(card.arguments)
    unary_dtypes = frozenset(dtype for kind, _ in card.signatures if len(kind) == 1 for dtype in DTYPES[kind])

    def general(args: Args, out: Tensor | None) -> Any:
        xs, cast = coerce(card, args)
        if len(xs) > 1 and not torch.compiler.is_compiling():
            require_broadcastable(card, xs)
        result = op(*xs)
        if cast is not None:
            result = result.to(cast) if isinstance(result, Tensor) else tuple(r.to(cast) for r in result)
        return result if out is None else write_out(card.name, result, out)

    def checked(args: Args, out: Tensor | None) -> Any:
        with special_errors.quietly():
            result = (unary if count == 1 else nary)(*args, out=out)
            xs, _ = coerce(card, args)
        if not any(x.is_meta for x in xs):
            special_errors.report(card, op, xs, result if isinstance(result, (tuple, list)) else (result,))
        return result

    def unary(x: Any, /, *, out: Tensor | None = None, **keywords: Any) -> Any:
        if not (keywords or special_errors.switched_on or is_compiling()) and out is None:
            result = compute(x)
            if result is not NotImplemented:
                return result
        if keywords:
            return call_with_keywords(card.function, (x,), out, keywords)
        if special_errors.switched_on and _checks():
            return checked((x,), out)
        if type(x) not in PLAIN or out is not None:
            return general((x,), out)
        dtype = x.dtype
        if dtype not in unary_dtypes or x.layout is not STRIDED:
            return general((x,), out)
        if is_compiling() or _watched() or x.is_neg() or (dtype in COMPLEX_DTYPES and x.is_conj()) or is_wrapped(x):
            return op(x)
        if x.requires_grad and torch.is_grad_enabled() and (x.is_cpu or x.is_cuda):
            return rule(x)
        if x.is_cpu:
            return kernel(CPU, x)
        return kernel(CUDA, x) if x.is_cuda else op(x)

    def nary(*args: Any, out: Tensor | None = None, **keywords: Any) -> Any:
        if not (keywords or special_errors.switched_on or is_compiling()) and out is None:
            try:
                result = compute(*args)
            except RuntimeError:
                require_broadcastable(card, args)
                raise
            if result is not NotImplemented:
                return result
        if len(args) != count:
            raise TypeError(f"{card.name} takes {count} arguments ({', '.join(card.arguments)}), got {len(args)}")
        if keywords:
            return call_with_keywords(card.function, args, out, keywords)
        if special_errors.switched_on and _checks():
            return checked(args, out)
        if out is not None or is_compiling() or _watched():
            return general(args, out)
        grad, on_cpu = False, True
        key: Args = ()
        for x in args:
            kind: Any = type(x)
            if kind in PLAIN:
                kind = x.dtype
                if x.layout is not STRIDED or x.is_neg() or (kind in COMPLEX_DTYPES and x.is_conj()) or is_wrapped(x):
                    return general(args, out)
                on_cpu = on_cpu and x.is_cpu
                grad = grad or x.requires_grad
            key += (kind,)
        plan = plan_for(key)
        if plan is None:
            return general(args, out)
        if not on_cpu:
            devices = {args[i].device for i in plan.tensors}
            if len(devices) > 1 or not args[plan.tensors[0]].is_cuda:
                return general(args, out)
        args = plan.with_tensors(args)
        try:
            if grad and torch.is_grad_enabled():
                return rule(*args)
            return kernel(CPU if on_cpu else CUDA, *args)
        except RuntimeError:
            require_broadcastable(card, args)
            raise

    return unary if count == 1 else nary


def require_broadcastable(card: ElementwiseCard, xs: Sequence[Tensor]) -> None:
    """Raise ValueError, naming the arguments, where shapes do not broadcast."""
    common_shape(card.name, **dict(zip(card.arguments, xs, strict=True)))


def _watched() -> Any:
    """Does anything want to see each operator: a transform, a mode, forward-mode differentiation, the profiler?"""
    return transforms_active() or dispatch_modes() or forward_ad._current_level >= 0 or profiler_enabled()


def _checks() -> Any:
    """Do this thread's error controls ask for a look at results, and can these be looked at?"""
    return (
        not torch.compiler.is_compiling()
        and special_errors.wanted()
        and not transforms_active()
        and not dispatch_modes()
    )


def write_out(function: str, result: Any, out: Any) -> Any:
    """Copy a result into the caller's `out`; refused where a gradient would be lost."""
    results = result if isinstance(result, tuple) else (result,)
    outs = out if isinstance(out, tuple) else (out,)
    if len(outs) != len(results):
        raise TypeError(f"{function}: out must hold {len(results)} tensors, got {len(outs)}")
    for r, o in zip(results, outs, strict=True):
        if not isinstance(o, Tensor):
            raise bad_argument(function, "out", "a tensor", o, TypeError)
        if torch.is_grad_enabled() and (r.requires_grad or o.requires_grad):
            raise RuntimeError(f"{function}: out= cannot be used where a gradient is recorded")
        if o.shape != r.shape or not torch.can_cast(r.dtype, o.dtype) or o.device != r.device:
            raise bad_argument(function, "out", f"a {r.dtype} tensor of shape {tuple(r.shape)} on {r.device}", o)
        o.copy_(r)
    return out
