"""How sparse arrays print: a head line, then places and values, the middle left out where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor


class Printing:
    """`repr`, `str` and what they are made of."""

    _format_name: str
    _is_array: bool
    _maxprint: int | None
    _data: Tensor
    _pattern: Any

    @property
    def maxprint(self) -> int:
        """How many entries `str` shows."""
        return 50 if self._maxprint is None else self._maxprint

    def _detail(self) -> str:
        return ""

    def _printed(self) -> tuple[Tensor, Any]:
        """Return the entries that `str` shows, and where they are."""
        return self._places()  # type: ignore[attr-defined, no-any-return]

    def __repr__(self) -> str:
        data: Tensor = self._data
        dtype = str(data.dtype).removeprefix("torch.")
        kind = "array" if self._is_array else "matrix"
        where = "" if data.device.type == "cpu" else f" on {data.device}"
        count, shape = self._pattern.nnz, tuple(self._pattern.shape)
        head = f"<{self._format_name} sparse {kind} of dtype '{dtype}'"
        return f"{head}\n\twith {count} stored elements{self._detail()} and shape {shape}{where}>"

    def __str__(self) -> str:
        text = repr(self)
        if self._pattern.nnz == 0 or (self._data.dim() != 1 and not self._detail()):
            return text
        data, pattern = self._printed()
        limit, count = self.maxprint, pattern.nnz
        half = limit // 2
        if count <= limit:
            lines = _lines(pattern.coords, data, 0, count)
        else:
            lines = _lines(pattern.coords, data, 0, half)
            lines += ["  :\t:", *_lines(pattern.coords, data, count - (limit - half), count)]
        return text + "\n  Coords\tValues\n" + "\n".join(lines)


def _lines(coords: Sequence[Tensor], data: Tensor, begin: int, end: int) -> list[str]:
    where = zip(*(x[begin:end].tolist() for x in coords), strict=True)
    return [f"  {place}\t{value}" for place, value in zip(where, data[begin:end].tolist(), strict=True)]
