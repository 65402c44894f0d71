"""
A derivative that does not cancel
=================================

The derivative of the scaled complementary error function is, in every textbook,
:math:`2 x\\,\\mathrm{erfcx}(x) - 2/\\sqrt{\\pi}`. For large :math:`x` the two terms agree in ever more digits: in
float32 nothing is left at :math:`x = 10^4`. ``sci`` computes it by a kernel of its own.
"""

import math

import matplotlib.pyplot as plt
import torch

from sci import special

x = torch.logspace(-1, 6, 400, dtype=torch.float64)
# For large x the derivative is -1/(sqrt(pi) x^2) (1 - 3/(2 x^2) + 15/(4 x^4) - ...); float64 serves as the truth.
truth = special.erfcx(x.requires_grad_())
(truth,) = torch.autograd.grad(truth.sum(), x)

# %%
# The same in float32: by ``torch.special``, by the formula, and by ``sci``.
x32 = x.detach().float().requires_grad_()
(by_torch,) = torch.autograd.grad(torch.special.erfcx(x32).sum(), x32)
(by_sci,) = torch.autograd.grad(special.erfcx(x32).sum(), x32)
by_formula = (2 * x32 * special.erfcx(x32) - 2 / math.sqrt(math.pi)).detach()

# %%
figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
for name, value in (("torch.special", by_torch), ("2 x erfcx(x) - 2/√π", by_formula), ("sci.special", by_sci)):
    error = ((value.double() - truth) / truth).abs().clamp(1e-9, 1e2)
    axes.loglog(x.detach(), error, label=name)
axes.axhline(torch.finfo(torch.float32).eps, color="0.6", linestyle=":", label="float32 epsilon")
axes.set(xlabel="x", ylabel="relative error of d erfcx / dx", title="float32")
axes.legend()
plt.show()
