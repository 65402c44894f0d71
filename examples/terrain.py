r"""
Terrain: a Gaussian process whose smoothness is learned
=======================================================

How rough is a landscape? The Matérn covariance answers with one number, the smoothness :math:`\nu`: a surface drawn
from it has :math:`\nu` derivatives, in the sense of Hölder, and a spectrum that falls like :math:`k^{-2\nu-2}`. Usually
:math:`\nu` is *chosen*, as 1/2, 3/2 or 5/2, since learning it needs the derivative of the Bessel function
:math:`K_\nu(x)` in its order. Here it is learned, by L-BFGS, from 400 heights of a real elevation model.

The data are the sample that comes with matplotlib: the terrain around the Jacksboro fault in Tennessee (SRTM, three
arc seconds). We take one height in 25, predict the rest with its uncertainty, compare with bicubic interpolation of the
same heights and with the truth, look at all of them through a cosine transform, and take the hills off their base by a
sparse Laplacian solve. The likelihood and the prediction are computed a second time with SciPy, and must agree.

Run it with ``make demo``, or ``python examples/terrain.py --device cuda``.
"""

# sphinx_gallery_thumbnail_path = "_static/terrain.png"
from __future__ import annotations

import argparse
import math
import pathlib
import sys
import time
from typing import NamedTuple

import matplotlib
import matplotlib.cbook
import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # a checkout works without installation

from sci import fft, interpolate, linalg, sparse, special
from sci.sparse.linalg import cg

STEP = 5  # every fifth row and column of the tile is seen, the others are held out
CORNER = (128, 150)  # of the tile, in the elevation model: ridges along the fault, and the plain beside them


# %%
# The tile
# --------
# Heights in metres on a grid of degrees; a degree of longitude is shorter than one of latitude by the cosine of the
# latitude.


class Tile(NamedTuple):
    """A square of the elevation model and the samples taken of it."""

    everything: np.ndarray  # the whole model, for the map
    height: Tensor  # (n, n), metres
    north: Tensor  # (n,), kilometres from the southern edge, descending as the rows do
    east: Tensor  # (n,), kilometres from the western edge


def load_tile(samples: int, device: torch.device) -> Tile:
    with matplotlib.cbook.get_sample_data("jacksboro_fault_dem.npz") as dem:
        everything = dem["elevation"].astype(float)
        latitude = math.radians((float(dem["ymin"]) + float(dem["ymax"])) / 2)
        degree = 111.2  # kilometres
        dy, dx = float(dem["dy"]) * degree, float(dem["dx"]) * degree * math.cos(latitude)
    side = min(round(math.sqrt(samples)), (everything.shape[0] - CORNER[0] - 1) // STEP + 1)
    if side < 4:
        raise SystemExit(f"--samples must be at least 16, got {samples}")
    n = STEP * (side - 1) + 1
    height = everything[CORNER[0] : CORNER[0] + n, CORNER[1] : CORNER[1] + n]
    index = torch.arange(n, dtype=torch.float64, device=device)
    return Tile(everything, torch.as_tensor(height, device=device), dy * index.flip(0), dx * index)


# %%
# The model
# ---------
# Heights are a Gaussian process with the covariance
#
# .. math:: k(r) = \sigma^2 \frac{2^{1-\nu}}{\Gamma(\nu)} (\sqrt{2\nu}\, r)^\nu K_\nu(\sqrt{2\nu}\, r)
#
# plus noise. The distance r is measured in an ellipse with two lengths and a direction, since ridges have one. All
# seven parameters are learned, those that are positive through their logarithms.


class Samples(NamedTuple):
    """Heights at points, and the differences between the points: on a lattice there are few different ones."""

    at: Tensor  # (n, 2), kilometres (east, north)
    y: Tensor  # (n,), heights in standard deviations
    differences: Tensor  # (m, 2), the zero first
    which: Tensor  # (n, n), the difference of each pair


def make_samples(at: Tensor, y: Tensor) -> Samples:
    difference = (at[:, None] - at).reshape(-1, 2)
    millimetres = (difference * 1e6).round()
    down = (millimetres[:, 0] < 0) | ((millimetres[:, 0] == 0) & (millimetres[:, 1] < 0))
    sign = torch.where(down, -1.0, 1.0)[:, None]  # a and -a are as far apart
    unique, which = torch.unique(millimetres * sign, dim=0, return_inverse=True)
    differences = torch.empty_like(unique)
    differences[which] = difference * sign
    return Samples(at, y, differences, which.reshape(len(y), len(y)))


class Model(torch.nn.Module):
    def __init__(self, device: torch.device) -> None:
        super().__init__()

        def parameter(value: float) -> torch.nn.Parameter:
            return torch.nn.Parameter(torch.tensor(value, dtype=torch.float64, device=device))

        self.mean = parameter(0.0)  # in standard deviations of the samples, as sigma and noise are
        self.log_sigma = parameter(0.0)
        self.log_length = parameter(math.log(2.0))  # kilometres, the geometric mean of both
        self.log_ratio = parameter(0.3)
        self.direction = parameter(0.8)  # radians, of the longer one, from east to north
        self.log_nu = parameter(math.log(1.5))
        self.log_noise = parameter(math.log(0.05))

    def covariance(self, a: Tensor, b: Tensor) -> Tensor:
        """Return k between points (m, 2) and (n, 2), all different."""
        return (2 * self.log_sigma).exp() * matern(self.distance(a[:, None] - b), self.log_nu.exp())

    def distance(self, difference: Tensor) -> Tensor:
        c, s = torch.cos(self.direction), torch.sin(self.direction)
        along = difference[..., 0] * c + difference[..., 1] * s
        across = difference[..., 1] * c - difference[..., 0] * s
        half = self.log_ratio / 2
        return torch.hypot(along / (self.log_length + half).exp(), across / (self.log_length - half).exp())

    def factor(self, samples: Samples) -> Tensor:
        """Return the Cholesky factor of the covariance of samples, noise included."""
        correlation = matern(self.distance(samples.differences[1:]), self.log_nu.exp())
        correlation = torch.cat((torch.ones_like(correlation[:1]), correlation))[samples.which]
        noise = torch.eye(len(samples.y), dtype=correlation.dtype, device=correlation.device)
        return linalg.cholesky(
            (2 * self.log_sigma).exp() * correlation + (2 * self.log_noise).exp() * noise, lower=True
        )

    def log_likelihood(self, samples: Samples) -> Tensor:
        factor = self.factor(samples)
        residual = samples.y - self.mean
        misfit = residual @ linalg.cho_solve((factor, True), residual)
        log_determinant = 2 * factor.diagonal().log().sum()
        return -(misfit + log_determinant + len(residual) * math.log(2 * math.pi)) / 2

    def predict(self, samples: Samples, to: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and standard deviation of the height at points (m, 2), given samples elsewhere."""
        factor = self.factor(samples)
        across = self.covariance(samples.at, to)
        mean = self.mean + across.mT @ linalg.cho_solve((factor, True), samples.y - self.mean)
        explained = linalg.solve_triangular(factor, across, lower=True).square().sum(0)
        return mean, ((2 * self.log_sigma).exp() - explained).sqrt()


def matern(r: Tensor, nu: Tensor) -> Tensor:
    """Return the Matérn correlation of smoothness nu at distances r > 0."""
    z = torch.sqrt(2 * nu) * r
    return torch.exp((1 - nu) * math.log(2) - special.gammaln(nu) + nu * torch.log(z)) * special.kv(nu, z)


def train(model: Model, samples: Samples, iterations: int) -> None:
    optimizer = torch.optim.LBFGS(
        model.parameters(), max_iter=iterations, line_search_fn="strong_wolfe", tolerance_change=1e-8
    )
    with tqdm(desc="learning", unit=" evaluations", total=int(1.25 * iterations), file=sys.stdout) as bar:

        def closure() -> Tensor:
            optimizer.zero_grad()
            loss = -model.log_likelihood(samples)
            loss.backward()
            bar.set_postfix({"log likelihood": f"{-loss.item():.3f}", "nu": f"{model.log_nu.exp().item():.4f}"})
            bar.update()
            return loss

        optimizer.step(closure)
        bar.total = bar.n


# %%
# The same with SciPy
# -------------------
# Written out a second time, with other people's functions and no derivatives.


def with_scipy(model: Model, at: Tensor, y: Tensor, to: Tensor) -> tuple[float, np.ndarray, np.ndarray]:
    """Return log likelihood, mean and standard deviation."""
    import scipy.linalg
    import scipy.special

    p = {name: value.item() for name, value in model.named_parameters()}
    nu, variance, noise = math.exp(p["log_nu"]), math.exp(2 * p["log_sigma"]), math.exp(2 * p["log_noise"])
    turn = np.array(
        [
            [math.cos(p["direction"]), math.sin(p["direction"])],
            [-math.sin(p["direction"]), math.cos(p["direction"])],
        ]
    )
    lengths = np.exp(p["log_length"] + np.array([0.5, -0.5]) * p["log_ratio"])
    points, targets = (x.cpu().numpy() @ turn.T / lengths for x in (at, to))

    def k(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        r = np.sqrt(((a[:, None] - b) ** 2).sum(-1))
        z = math.sqrt(2 * nu) * np.where(r == 0, 1, r)
        value = 2 ** (1 - nu) / scipy.special.gamma(nu) * z**nu * scipy.special.kv(nu, z)
        return variance * np.where(r == 0, 1, value)

    heights = y.cpu().numpy() - p["mean"]
    factor = scipy.linalg.cholesky(k(points, points) + noise * np.eye(len(points)), lower=True)
    weights = scipy.linalg.cho_solve((factor, True), heights)
    n = len(heights)
    likelihood = -(heights @ weights) / 2 - np.log(np.diag(factor)).sum() - n * math.log(2 * math.pi) / 2
    across = k(points, targets)
    explained = (scipy.linalg.solve_triangular(factor, across, lower=True) ** 2).sum(0)
    return likelihood, p["mean"] + across.T @ weights, np.sqrt(variance - explained)


def disagreement(mine: Tensor, theirs: np.ndarray | float) -> float:
    """Return the largest difference, relative to the largest value."""
    difference = np.abs(mine.detach().cpu().numpy() - theirs).max()
    return float(difference / np.abs(theirs).max())


# %%
# Spectrum and smoothing
# ----------------------


def spectrum(surface: Tensor, tile: Tile) -> tuple[np.ndarray, np.ndarray]:
    """Return wave numbers, in cycles per kilometre, and the mean power of the surface's cosine modes there.

    A cosine transform sees the surface mirrored at its edges, hence without the jump that a Fourier transform sees.
    """
    n = surface.shape[0]
    modes = fft.dct(fft.dct(surface - surface.mean(), axis=0, norm="ortho"), axis=1, norm="ortho")
    index = torch.arange(n, dtype=torch.float64, device=surface.device) / (2 * n)
    dy, dx = (tile.north[0] - tile.north[1]), (tile.east[1] - tile.east[0])
    wave = torch.hypot(index[:, None] / dy, index / dx)
    edges = torch.logspace(math.log10(1 / (2 * n * dx.item())), math.log10(0.5 / dy.item()), 22, dtype=torch.float64)
    ring = torch.bucketize(wave.cpu(), edges).reshape(-1)
    count = torch.bincount(ring, minlength=23)[1:-1].clamp(min=1)
    power = torch.bincount(ring, modes.square().cpu().reshape(-1), minlength=23)[1:-1] / count
    full = power > 0
    return torch.sqrt(edges[1:] * edges[:-1])[full].numpy(), (power * dx.item() * dy.item())[full].numpy()


def smooth(surface: Tensor, tile: Tile, scale: float) -> Tensor:
    """Return the surface u that minimises ``|u - surface|^2 + scale^2 |grad u|^2``, scale in kilometres.

    Its equation is ``(I + scale^2 L) u = surface`` with the Laplacian L of the grid, a sparse matrix.
    """
    n = surface.shape[0]
    number = torch.arange(n * n, device=surface.device).reshape(n, n)
    dy, dx = tile.north[0] - tile.north[1], tile.east[1] - tile.east[0]
    pairs = (number[1:], number[:-1], dy), (number[:, 1:], number[:, :-1], dx)
    row, column, weight = [number.reshape(-1)], [number.reshape(-1)], [torch.ones_like(surface).reshape(-1)]
    for a, b, distance in pairs:
        a, b = a.reshape(-1), b.reshape(-1)
        w = ((scale / distance) ** 2).expand(a.shape)
        row += [a, b, a, b]
        column += [a, b, b, a]
        weight += [w, w, -w, -w]  # entries at the same place add up
    coordinates = (torch.cat(row), torch.cat(column))
    matrix = sparse.coo_array((torch.cat(weight), coordinates), shape=(n * n, n * n)).tocsr()
    solution, info = cg(matrix, surface.reshape(-1), rtol=1e-10)
    if int(info):
        raise RuntimeError(f"conjugate gradients did not converge: {int(info)}")
    return solution.reshape(n, n)


# %%
# The figure
# ----------


class Results(NamedTuple):
    """What there is to show."""

    predicted: Tensor
    deviation: Tensor
    cubic: Tensor
    base: Tensor
    held_out: Tensor


def draw(model: Model, tile: Tile, results: Results, out: pathlib.Path) -> None:
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.colors import LightSource, LinearSegmentedColormap

    plt.rcParams.update({"font.size": 10, "axes.titlesize": 11.5, "axes.titleweight": "bold", "axes.titlepad": 7})
    relief = LinearSegmentedColormap.from_list(
        "relief", ["#39604f", "#5f8a5c", "#a9b573", "#e6d8a0", "#cfa26a", "#9c6b4a", "#7c5546", "#f4f0ea"]
    )
    light = LightSource(azdeg=315, altdeg=42)
    truth = tile.height.cpu().numpy()
    n = truth.shape[0]
    dy, dx = float(tile.north[0] - tile.north[1]) * 1e3, float(tile.east[1] - tile.east[0]) * 1e3
    extent = (-dx / 2e3, float(tile.east[-1]) + dx / 2e3, -dy / 2e3, float(tile.north[0]) + dy / 2e3)
    low, high = float(truth.min()), float(truth.max())
    picture = {"extent": extent, "interpolation": "bilinear", "aspect": "equal"}

    def shaded(heights: np.ndarray) -> np.ndarray:
        return light.shade(
            heights, relief, vmin=low, vmax=high, blend_mode="soft", vert_exag=2.5, dx=dx, dy=dy, fraction=1.1
        )

    figure, axes = plt.subplots(2, 3, figsize=(15.5, 10.2), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.07)
    (real, predicted, section), (errors, spectra, relief_panel) = axes

    nu = model.log_nu.exp().item()
    real.imshow(shaded(truth), **picture)
    seen_north, seen_east = np.meshgrid(tile.north.cpu()[::STEP], tile.east.cpu()[::STEP], indexing="ij")
    real.plot(seen_east.ravel(), seen_north.ravel(), ".", color="black", markersize=2.2, alpha=0.75)
    real.set_title(f"Elevation, and the {seen_east.size} heights that are seen")
    whole = real.inset_axes((0.03, 0.03, 0.3, 0.3))
    step = {"dx": dx, "dy": dy, "vert_exag": 2.5, "blend_mode": "soft"}
    whole.imshow(light.shade(tile.everything, relief, **step), aspect=dy / dx)
    whole.add_patch(plt.Rectangle((CORNER[1], CORNER[0]), n, n, fill=False, color="white", linewidth=1.6))
    whole.set(xticks=[], yticks=[])
    predicted.imshow(shaded(results.predicted.cpu().numpy()), **picture)
    predicted.set_title(f"Predicted, with learned smoothness ν = {nu:.3f}")
    scale = plt.cm.ScalarMappable(plt.Normalize(low, high), relief)
    figure.colorbar(scale, ax=predicted, label="height (m)", shrink=0.86, pad=0.02)
    colours = {"Gaussian process": "#b5482c", "bicubic": "#2d6a8e", "elevation": "#222222"}

    # A section between two rows of samples, where least is known, through the highest ground.
    rows = range(STEP // 2, n, STEP)
    row = max(rows, key=lambda r: truth[r].max())
    along = tile.east.cpu().numpy()
    mean, spread = (x[row].cpu().numpy() for x in (results.predicted, results.deviation))
    for width, shade in ((1.96, 0.2), (1.0, 0.3)):
        band = (mean - width * spread, mean + width * spread)
        section.fill_between(along, *band, color=colours["Gaussian process"], alpha=shade, linewidth=0)
    section.plot(along, mean, color=colours["Gaussian process"], linewidth=1.6, label="prediction, 68 % and 95 %")
    section.plot(along, results.cubic[row].cpu(), color=colours["bicubic"], linewidth=1.2, label="bicubic")
    section.plot(along, truth[row], color=colours["elevation"], linewidth=1.4, label="elevation")
    section.set(xlim=(along[0], along[-1]), ylim=(low - 40, high + 200), xlabel="east (km)", ylabel="height (m)")
    section.set_title("Section between two rows of seen heights")
    section.legend(loc="lower left", frameon=False)
    predicted.axhline(float(tile.north[row]), color="white", linewidth=1, linestyle=(0, (4, 3)))
    zoom = section.inset_axes((0.68, 0.66, 0.27, 0.3))
    part = slice(row - 2 * STEP - STEP // 2, row + 2 * STEP - STEP // 2 + 1)
    image = zoom.imshow(results.deviation[part, : 4 * STEP + 1].cpu(), cmap="magma", vmin=0, aspect=dy / dx)
    zoom.set(xticks=[], yticks=[])
    bar = zoom.inset_axes((0, -0.11, 1, 0.06))
    figure.colorbar(image, cax=bar, orientation="horizontal", label="deviation (m)")

    for name, surface in (("Gaussian process", results.predicted), ("bicubic", results.cubic)):
        error = (surface - tile.height)[results.held_out].abs().sort().values.cpu().numpy()
        share = np.arange(1, error.size + 1) / error.size
        rms = math.sqrt(float((error**2).mean()))
        errors.plot(error, 100 * share, color=colours[name], linewidth=2, label=f"{name}: rms {rms:.1f} m")
    sorted_deviation = results.deviation[results.held_out].cpu().numpy()
    level = np.linspace(0, 80, 200)
    expected = [math.erf(v / math.sqrt(2)) for v in (level[:, None] / sorted_deviation[::7]).ravel()]
    expected = np.array(expected).reshape(level.size, -1).mean(1)
    errors.plot(level, 100 * expected, "--", color="0.45", linewidth=1.3, label="as the deviations promise")
    errors.set(xlim=(0, 80), ylim=(0, 101), xlabel="absolute error (m)", ylabel="share of held-out heights (%)")
    errors.set_title("Held-out errors")
    errors.legend(loc="lower right", frameon=False)

    surfaces = ("elevation", tile.height), ("Gaussian process", results.predicted), ("bicubic", results.cubic)
    for name, surface in surfaces:
        wave, power = spectrum(surface, tile)
        spectra.loglog(wave, power, color=colours[name], linewidth=2.4 if name == "elevation" else 1.7, label=name)
        if name == "elevation":
            anchor = len(wave) // 2
            slope = power[anchor] * (wave / wave[anchor]) ** (-2 * nu - 2)
            spectra.loglog(wave, slope, ":", color="0.4", label=f"slope −2ν − 2 = {-2 * nu - 2:.2f}")
            bottom = power.min() / 5
    nyquist = 0.5e3 / (STEP * max(dx, dy))
    spectra.axvline(nyquist, color="0.75", linewidth=1)
    spectra.annotate(
        "half the rate\nof the samples", (nyquist, bottom), (-5, 8), textcoords="offset points", ha="right", color="0.5"
    )
    spectra.set(xlabel="wave number (cycles per km)", ylabel="spectral density (m² km²)", ylim=(bottom, None))
    spectra.set_title("Roughness spectrum")
    spectra.legend(loc="upper right", frameon=False)

    base = results.base.cpu().numpy()
    hills = truth - base
    most = float(np.quantile(np.abs(hills), 0.995))
    image = relief_panel.imshow(hills, cmap="RdBu_r", vmin=-most, vmax=most, **picture)
    shade = light.hillshade(truth, vert_exag=2.5, dx=dx, dy=dy)
    relief_panel.imshow(shade, cmap="gray", alpha=0.28, **picture)
    lines = relief_panel.contour(
        tile.east.cpu(), tile.north.cpu(), base, levels=np.arange(200, 1100, 50), colors="black", linewidths=0.7
    )
    relief_panel.clabel(lines, fmt="%d m", fontsize=8)
    relief_panel.set_title("Hills over the smoothed base (contours)")
    figure.colorbar(image, ax=relief_panel, label="height over base (m)", shrink=0.86, pad=0.02)

    for panel in (real, predicted, relief_panel):
        panel.set(xlabel="east (km)", ylabel="north (km)")
    for panel in (section, errors, spectra):
        panel.grid(True, which="major", color="0.9", linewidth=0.8)
        panel.spines[["top", "right"]].set_visible(False)
        panel.set_box_aspect((extent[3] - extent[2]) / (extent[1] - extent[0]) * 0.93)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110)
    plt.close(figure)


# %%
# All of it
# ---------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument(
        "--samples", type=int, default=400, help="number of heights to learn from (rounded to a square)"
    )
    parser.add_argument("--iterations", type=int, default=40, help="of L-BFGS, at most")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("terrain.png"), help="where the figure goes")
    options = parser.parse_args()
    device = torch.device(options.device)
    start = time.perf_counter()

    tile = load_tile(options.samples, device)
    seen = torch.zeros_like(tile.height, dtype=torch.bool)
    seen[::STEP, ::STEP] = True
    everywhere = torch.stack(torch.broadcast_tensors(tile.east, tile.north[:, None]), -1)
    at, to = everywhere[seen], everywhere[~seen]
    centre, spread = tile.height[seen].mean(), tile.height[seen].std()
    samples = make_samples(at, (tile.height[seen] - centre) / spread)
    n = tile.height.shape[0]
    print(
        f"tile of {n} x {n} heights, {tile.east[-1]:.1f} x {tile.north[0]:.1f} km; {len(at)} seen, {len(to)} held out"
    )

    model = Model(device)
    train(model, samples, options.iterations)
    with torch.no_grad():
        likelihood = model.log_likelihood(samples)
        mean, deviation = model.predict(samples, to)
    length = model.log_length.exp().item()
    ratio = math.exp(model.log_ratio.item() / 2)
    across, along = sorted((length / ratio, length * ratio))
    turned = model.direction.item() + (0 if ratio >= 1 else math.pi / 2)
    print("learned:")
    print(f"  smoothness nu        {model.log_nu.exp().item():10.4f}")
    print(f"  standard deviation   {(model.log_sigma.exp() * spread).item():10.2f} m")
    print(
        f"  lengths              {along:10.3f} and {across:.3f} km, the longer one {math.degrees(turned) % 180:.0f} "
        "degrees north of east"
    )
    print(f"  noise                {(model.log_noise.exp() * spread).item():10.3f} m")
    print(f"  mean                 {(model.mean * spread + centre).item():10.2f} m")
    print(f"  log likelihood       {likelihood.item():10.3f}")

    # Bicubic interpolation of the same samples; rows run from north to south.
    interpolator = interpolate.RegularGridInterpolator(
        (tile.north[::STEP], tile.east[::STEP]), tile.height[::STEP, ::STEP].contiguous(), method="cubic"
    )
    cubic = interpolator(everywhere.flip(-1))
    predicted, uncertain = tile.height.clone(), torch.zeros_like(tile.height)
    predicted[~seen] = mean * spread + centre
    uncertain[~seen] = deviation * spread

    print("held-out errors:        rms        median     largest")
    for name, surface in (("Gaussian process", predicted), ("bicubic", cubic)):
        error = (surface - tile.height)[~seen].abs()
        rms = error.square().mean().sqrt()
        print(f"  {name:18} {rms.item():8.2f} m {error.median().item():9.2f} m {error.max().item():9.2f} m")
    inside = ((predicted - tile.height).abs() <= 1.96 * uncertain)[~seen].double().mean()
    print(f"  {100 * inside.item():.1f} % of the held-out heights lie in the 95 % interval of their prediction")

    base = smooth(tile.height, tile, scale=0.6)
    print(f"hills over the smoothed base: rms {(tile.height - base).square().mean().sqrt().item():.1f} m")

    theirs = with_scipy(model, at, samples.y, to)
    print("agreement with SciPy (relative):")
    worst = 0.0
    for name, a, b in zip(("log likelihood", "prediction", "deviation"), (likelihood, mean, deviation), theirs):
        agreement = disagreement(a, b)
        worst = max(worst, agreement)
        print(f"  {name:18} {agreement:9.1e}")
    if not worst <= 1e-8:
        raise SystemExit("sci and SciPy disagree by more than 1e-8")

    draw(model, tile, Results(predicted, uncertain, cubic, base, ~seen), options.out)
    print(f"{options.out} written; {time.perf_counter() - start:.0f} s in all")


if __name__ == "__main__":
    main()
