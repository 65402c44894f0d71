"""Sparse arrays as pytrees: the values are the leaf, class and pattern the context."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._core.torch_private import attribute_key, register_pytree_node
from ._base import SparseBase

Context = tuple[Any, Any]


def register(cls: type[SparseBase]) -> None:
    """Make a class of sparse arrays a pytree."""

    def flatten(array: SparseBase) -> tuple[list[Any], Context]:
        return [array._data], (type(array), array._pattern)

    def unflatten(leaves: Iterable[Any], context: Context) -> SparseBase:
        (data,) = leaves
        made: SparseBase = context[0]._make(data, context[1])
        return made

    register_pytree_node(
        cls,
        flatten,
        unflatten,
        serialized_type_name=f"sci.sparse.{cls.__name__}",
        flatten_with_keys_fn=lambda array: ([(attribute_key("data"), array._data)], (type(array), array._pattern)),
    )
