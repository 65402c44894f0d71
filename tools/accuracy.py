"""Measure elementwise functions against their reference tables: ``python -m tools.accuracy [NAME ...]``.

Prints, per group of samples and dtype, the mean and the largest error in ulp, and the largest condition number: what
one ulp in the arguments would explain.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib

import numpy as np
import numpy.typing as npt
import torch

from sci._core.cards import ElementwiseCard, elementwise_cards
from sci.testing import points_condition, read_table, table_path, ulp_error
from sci.testing.tables import Row
from tools.reference import load_domain

ROOT = pathlib.Path(__file__).resolve().parents[1]
Vector = npt.NDArray[np.float64]


@dataclasses.dataclass
class Measured:
    """The errors of one group of samples in one dtype."""

    group: str
    dtype: str
    sizes: Vector
    errors: Vector
    conditions: Vector


def tensors(rows: list[Row]) -> list[torch.Tensor]:
    """Return the arguments of rows of one signature and precision as tensors."""
    real = {"float32": torch.float32, "float64": torch.float64}[rows[0].precision]
    kinds = {"r": real, "c": real.to_complex(), "i": torch.int64}
    return [torch.tensor([row.args[i] for row in rows], dtype=kinds[kind]) for i, kind in enumerate(rows[0].signature)]


def measure(card: ElementwiseCard) -> list[Measured]:
    """Return the errors of a function, per group and dtype."""
    parts: dict[tuple[str, str, str], list[Row]] = {}
    for row in read_table(table_path(card, ROOT)).rows:
        parts.setdefault((row.signature, row.precision, row.group), []).append(row)
    found = []
    for (_, _, group), rows in parts.items():
        result = card.function(*tensors(rows))
        outputs = result if isinstance(result, tuple) else (result,)
        dtype = str(outputs[0].dtype).removeprefix("torch.")
        errors = [ulp_error(out.numpy(), [row.values[k] for row in rows], dtype) for k, out in enumerate(outputs)]
        conditions = [[points_condition(row, k, card.outputs) for row in rows] for k in range(card.outputs)]
        sizes = np.array([abs(row.args[-1]) for row in rows], dtype=np.float64)
        found.append(Measured(group, dtype, sizes, np.max(errors, axis=0), np.max(conditions, axis=0)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    load_domain("special")
    print(f"{'function':<16}{'samples':<22}{'dtype':<12}{'points':>7}{'mean':>8}{'largest':>9}{'condition':>11}")
    for name in options.names or sorted(elementwise_cards):
        for row in measure(elementwise_cards[name]):
            print(
                f"{name:<16}{row.group:<22}{row.dtype:<12}{len(row.errors):>7}{np.mean(row.errors):>8.2f}"
                f"{np.max(row.errors):>9.2f}{np.max(row.conditions):>11.3g}"
            )


if __name__ == "__main__":
    main()
