"""Tools that test the library, public so that its users can test their own operators: `check_elementwise` and
`check_operator`, an error metric that never skips, designed samples, reference tables."""

from __future__ import annotations

from sci._core.cards import Group, integers, linear, logarithmic, near, polar, rectangle, values

from .elementwise import Accuracy, check_elementwise
from .metric import ulp_error
from .operators import check_operator
from .samples import designed_points, points
from .tables import Table, card_hash, helpers_hash, points_condition, read_table, table_path, write_table

__all__ = [
    "Accuracy",
    "Group",
    "Table",
    "card_hash",
    "check_elementwise",
    "check_operator",
    "designed_points",
    "helpers_hash",
    "integers",
    "linear",
    "logarithmic",
    "near",
    "points",
    "points_condition",
    "polar",
    "read_table",
    "rectangle",
    "table_path",
    "ulp_error",
    "values",
    "write_table",
]
