r"""Sharded tensors: how the functions of this library act on ``DTensor``.

Importing this module registers a rule with `torch.distributed.tensor` for every operator whose leading dimensions are a
batch: it keeps the sharding of these, arguments broadcast as on one device, and nothing is sent. For elementwise
functions all dimensions are a batch, for a transform of `sci.fft` all but its axes; points of interpolation may be
sharded, too. Where a dimension that an operator works along is sharded, torch redistributes: to another dimension if
there is one (all-to-all, for transforms), else each process gets the whole. Derivatives are made of the same operators
and of torch's, and keep shardings alike.

    import sci.distributed
    x = distribute_tensor(x, mesh, [Shard(0)])
    sci.special.erfcx(x)  # a DTensor, Shard(0)

`RowSharded` is a sparse matrix whose rows are shared out in the same way.
"""

from ._row_sharded import RowSharded as RowSharded
from ._rules import fft as fft
from ._rules import interpolate as interpolate
from ._rules import linalg as linalg
from ._rules import special as special

__all__ = ["RowSharded"]
