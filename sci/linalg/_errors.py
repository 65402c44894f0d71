"""The error and the warning of `sci.linalg`."""

from __future__ import annotations

import numpy as np
from torch.linalg import LinAlgError as TorchLinAlgError  # type: ignore[attr-defined]

__all__ = ["LinAlgError", "LinAlgWarning", "TorchLinAlgError"]


class LinAlgError(TorchLinAlgError, np.linalg.LinAlgError):  # type: ignore[misc]
    """A matrix has no decomposition or solution of the kind asked for.

    It is both a `torch.linalg.LinAlgError` (a `RuntimeError`) and a `numpy.linalg.LinAlgError` (a `ValueError`, and
    what SciPy raises), so that existing ``except`` clauses of either kind catch it. The text names the function, the
    argument, the matrix of the batch and the place in it.

    Examples
    --------
    >>> import numpy, torch
    >>> from sci.linalg import LinAlgError
    >>> issubclass(LinAlgError, torch.linalg.LinAlgError), issubclass(LinAlgError, numpy.linalg.LinAlgError)
    (True, True)
    """


class LinAlgWarning(RuntimeWarning):
    """A linear algebra result may be inaccurate, since the matrix is singular or nearly so.

    Examples
    --------
    >>> from sci.linalg import LinAlgWarning
    >>> issubclass(LinAlgWarning, RuntimeWarning)
    True
    """
