"""
Code written for ``scipy.fft``, differentiated: deblurring a photograph
========================================================================

``sci.fft`` is a backend of SciPy's own: code that calls ``scipy.fft`` works on tensors inside ``set_backend``, on a
GPU too, and differentiates. The forward model below is plain SciPy code. A photograph (Grace Hopper, from matplotlib)
is blurred with it and made noisy, and found again by descent: least squares with a price on the gradients of the
image.
"""

import matplotlib.cbook
import matplotlib.pyplot as plt
import numpy as np
import scipy.fft
import torch
from PIL import Image
from tqdm import trange

import sci.fft

with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
    photograph = np.asarray(Image.open(file).convert("L").crop((120, 30, 420, 330)).resize((192, 192)))
image = torch.tensor(photograph / 255.0)


# %%
# A Gaussian blur with mirrored edges: cosine transforms, no boundary artefacts.
def blur(image, response):
    return scipy.fft.idctn(scipy.fft.dctn(image, norm="ortho") * response, norm="ortho")


width = 2.0
down, across = (np.pi * np.arange(n) / n for n in image.shape)
response = np.exp(-0.5 * width**2 * (down[:, None] ** 2 + across**2))

torch.manual_seed(0)
blurred = torch.tensor(blur(image.numpy(), response)) + 0.01 * torch.randn(image.shape, dtype=image.dtype)


# %%
# The same function, given tensors.
def roughness(x):
    dy, dx = x.diff(dim=0)[:, :-1], x.diff(dim=1)[:-1]
    return (dy**2 + dx**2 + 1e-4).sqrt().sum()


x = blurred.clone().requires_grad_()
optimizer = torch.optim.LBFGS([x], max_iter=1, history_size=10, line_search_fn="strong_wolfe")


def loss():
    optimizer.zero_grad()
    value = 0.5 * (blur(x, torch.tensor(response)) - blurred).square().sum() / 0.01**2 + 25 * roughness(x)
    value.backward()
    return value


with scipy.fft.set_backend(sci.fft):
    for _ in trange(60, desc="deblurring", leave=False):
        optimizer.step(loss)

found = x.detach()
for name, picture in (("blurred", blurred), ("found", found)):
    print(f"{name}: {-10 * (picture - image).square().mean().log10():.1f} dB")

figure, axes = plt.subplots(1, 3, figsize=(11, 4), layout="constrained")
for axis, picture, title in zip(axes, (blurred, found, image), ("blurred, noisy", "found", "original"), strict=True):
    axis.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axis.set(title=title, xticks=[], yticks=[])
plt.show()
