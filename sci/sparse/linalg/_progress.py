"""`SolverProgress`: a callback that shows how an iteration is getting on."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor
from ..._core.cards import function
from ._implicit import product_of
from ._interface import aslinearoperator

__all__ = ["SolverProgress"]


@function(differentiable=(), batch=False, compiles=False, synchronizes=True)
class SolverProgress:
    """A callback for iterative solvers: a progress bar, and the history of residuals.

    Parameters
    ----------
    A, b : as given to the solver, optional
        To know the relative residual of each iterate, which costs a product. Without them the history has what the
        solver hands over, for `gmres` with ``callback_type="pr_norm"``, and else the relative change of x.
    total : int, optional
        The largest number of iterations, for the bar.
    description : str
        Stands in front of the bar.
    show : bool
        Show a bar (of tqdm, where it is installed).

    Attributes
    ----------
    history : list of float
        One number per iteration; of a batch the largest.

    Notes
    -----
    Use it as a context manager, or call `close`, to end the bar.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.linalg import SolverProgress, cg
    >>> A, b = torch.diag(torch.tensor([1.0, 2.0, 3.0])), torch.ones(3)
    >>> with SolverProgress(A, b, show=False) as progress:
    ...     x, info = cg(A, b, callback=progress)
    >>> len(progress.history)
    3
    """

    def __init__(
        self, A: Any = None, b: Any = None, *, total: int | None = None, description: str = "solve", show: bool = True
    ) -> None:
        if (A is None) != (b is None):
            raise ValueError("SolverProgress: A and b must be given together")
        self.history: list[float] = []
        self._apply = None if A is None else product_of(aslinearoperator(A))
        self._b = None if b is None else as_tensor(b, "b", "SolverProgress").detach()
        self._last: Tensor | None = None
        self._bar: Any = None
        if show:
            try:
                from tqdm.auto import tqdm  # type: ignore[import-untyped]
            except ImportError:
                return
            self._bar = tqdm(total=total, desc=description, unit="it")

    def _size(self, x: Tensor) -> float:
        if x.dim() == 0:
            return float(x)
        if self._apply is not None and self._b is not None:
            residual = self._b - self._apply(x)
            scale = torch.linalg.vector_norm(self._b, dim=-1)
        else:
            residual = x if self._last is None else x - self._last
            scale = torch.linalg.vector_norm(x, dim=-1)
            self._last = x.clone()
        sizes = torch.linalg.vector_norm(residual, dim=-1) / torch.where(scale == 0, torch.ones_like(scale), scale)
        return float(sizes.max())

    def __call__(self, x: Any) -> None:
        """Take note of an iterate, or of a residual's norm."""
        with torch.no_grad():
            self.history.append(self._size(as_tensor(x, "x", "SolverProgress").detach()))
        if self._bar is not None:
            self._bar.set_postfix_str(f"residual {self.history[-1]:.2e}", refresh=False)
            self._bar.update()

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> SolverProgress:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def plot(self, ax: Any = None, **kwargs: Any) -> Any:
        """Plot the history on a logarithmic axis of matplotlib, and return the axis; `kwargs` go to ``semilogy``."""
        if ax is None:
            import matplotlib.pyplot as plt

            ax = plt.subplots()[1]
        ax.semilogy(range(1, len(self.history) + 1), self.history, **kwargs)
        ax.set_xlabel("iteration")
        ax.set_ylabel("relative residual" if self._apply is not None else "size")
        return ax
