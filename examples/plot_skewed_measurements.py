r"""
Skewed measurements, straightened inside a scikit-learn pipeline
================================================================

Thirty measurements of cell nuclei tell benign from malignant tumours (scikit-learn's breast cancer data). Most are
skewed, and a linear classifier would rather have them symmetric. Box and Cox (1964) transform each by a power

.. math:: y(\lambda) = \frac{x^\lambda - 1}{\lambda}, \qquad
   \ell(\lambda) = -\frac n2 \log \operatorname{var} y(\lambda) + (\lambda - 1) \sum \log x

and take the :math:`\lambda` of the greatest likelihood. The transformer below finds all thirty at once with Newton's
method and derivatives of ``boxcox`` in :math:`\lambda`, which also exist where :math:`\lambda` is 0. It stands between
scikit-learn's own steps, which work on the same tensors by array API dispatch: nothing is converted, and with
``device="cuda"`` nothing would leave the GPU.
"""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # before SciPy is imported: scikit-learn asks for it

import matplotlib.pyplot as plt
import sklearn
import torch
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import load_breast_cancer
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sci import special

device = "cpu"
data = load_breast_cancer()
x = torch.tensor(data.data, device=device)
x = x + 1e-3 * x.mean(0)  # a few concavities are 0
y = torch.tensor(2.0 * data.target - 1, dtype=torch.float64, device=device)


# %%
# A transformer is a class with ``fit`` and ``transform``; inside, everything is torch. One likelihood serves all
# columns: their powers are independent, so a Hessian-vector product with ones has the thirty curvatures.
class BoxCox(TransformerMixin, BaseEstimator):
    def fit(self, x, y=None):
        def likelihood(power):
            return (-0.5 * len(x) * special.boxcox(x, power).var(0).log() + (power - 1) * x.log().sum(0)).sum()

        self.power_ = torch.ones(x.shape[1], dtype=x.dtype, device=x.device)
        for _ in range(20):
            slope, curvature = torch.func.jvp(
                torch.func.grad(likelihood), (self.power_,), (torch.ones_like(self.power_),)
            )
            step = (-slope / curvature).clamp(-0.5, 0.5)
            self.power_ = self.power_ + torch.where(curvature < 0, step, 0.1 * slope.sign())
        return self

    def transform(self, x):
        return special.boxcox(x, self.power_)


# %%
# With and without it, tenfold: a ridge regression on the labels, as a linear classifier. Tensors go in and come out.
sklearn.set_config(array_api_dispatch=True)
order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
folds = order.chunk(10)


def scores(*steps):
    """Return the score of each tumour from a model that has not seen it."""
    found = torch.empty_like(y)
    for fold in folds:
        seen = torch.ones(len(x), dtype=torch.bool)
        seen[fold] = False
        model = make_pipeline(*steps, StandardScaler(), PCA(12, svd_solver="full"), Ridge(1.0, solver="svd"))
        found[fold] = model.fit(x[seen], y[seen]).predict(x[fold])
    return found


plain, straight = scores(), scores(BoxCox())
for name, score in (("as measured", plain), ("by Box and Cox", straight)):
    wrong = (score.sign() != y).sum().item()
    print(f"{name}: {wrong} of {len(y)} wrong, error of the scores {(score - y).square().mean().sqrt():.3f}")
sklearn.set_config(array_api_dispatch=False)

# %%
# A measurement before and after, and what the models make of all.
power = BoxCox().fit(x).power_
worst = int((x.log().std(0) * (power - 1).abs()).argmax())
kinds = (y < 0, y > 0)
figure, axes = plt.subplots(1, 4, figsize=(13, 3.2), layout="constrained")
columns = (x[:, worst], special.boxcox(x, power)[:, worst], plain, straight)
titles = (data.feature_names[worst], f"to the power {power[worst]:.2f}", "scores, as measured", "scores, straightened")
for axis, values, title in zip(axes, columns, titles, strict=True):
    edges = torch.linspace(values.min(), values.max(), 40).tolist()
    for kind, label in zip(kinds, ("malignant", "benign"), strict=True):
        axis.hist(values[kind].cpu().numpy(), edges, alpha=0.6, label=label)
    axis.set(title=title, yticks=[])
axes[0].legend()
plt.show()
