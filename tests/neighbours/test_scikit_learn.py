"""A scikit-learn pipeline on tensors, with steps of `sci`, through array API dispatch."""

from __future__ import annotations

import pytest

from tests.processes import run_python

pytest.importorskip("sklearn")

# SciPy looks at SCIPY_ARRAY_API when it is imported, hence a process of its own.
SCRIPT = """
import numpy as np, sklearn, torch
from sklearn.datasets import load_diabetes
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sci import special
import scipy.special

def pipeline(ndtr, concatenate):
    both = FunctionTransformer(lambda x: concatenate([x, ndtr(x)], 1))
    return make_pipeline(StandardScaler(), both, PCA(8, svd_solver="full"), Ridge(1.0, solver="svd"))

x, y = load_diabetes(return_X_y=True)
reference = pipeline(scipy.special.ndtr, np.concatenate).fit(x, y).predict(x)
with sklearn.config_context(array_api_dispatch=True):
    prediction = pipeline(special.ndtr, torch.cat).fit(torch.tensor(x), torch.tensor(y)).predict(torch.tensor(x))
assert isinstance(prediction, torch.Tensor)
np.testing.assert_allclose(prediction.numpy(), reference, rtol=1e-10)
"""


def test_a_pipeline_on_tensors_predicts_as_on_arrays() -> None:
    done = run_python(SCRIPT, SCIPY_ARRAY_API="1")
    assert done.returncode == 0, done.stderr
