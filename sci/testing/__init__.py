"""Tools that test the library, public so that its users can test theirs: an error metric that never skips, designed
samples, reference tables."""

from __future__ import annotations

from .metric import ulp_error
from .samples import points
from .tables import Table, card_hash, points_condition, read_table, table_path, write_table

__all__ = ["Table", "card_hash", "points", "points_condition", "read_table", "table_path", "ulp_error", "write_table"]
