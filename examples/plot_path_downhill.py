"""
A path downhill
===============

How to walk from a ridge to the valley without needless climbing? The terrain is a real elevation model, interpolated
by ``RegularGridInterpolator``; the path is a ``CubicSpline`` through a few points. Both are differentiable: gradients
of the effort flow through the terrain's slopes and the spline's coefficients to the points, which an optimizer moves.
"""

import matplotlib.cbook
import matplotlib.colors
import matplotlib.pyplot as plt
import torch

from sci.interpolate import CubicSpline, RegularGridInterpolator

data = matplotlib.cbook.get_sample_data("jacksboro_fault_dem.npz")
height = torch.as_tensor(data["elevation"][::4, ::4].astype(float))  # metres; a grid of about 370 m
rows, columns = height.shape
spacing = 0.37  # kilometres
y, x = spacing * torch.arange(rows, dtype=torch.float64), spacing * torch.arange(columns, dtype=torch.float64)
terrain = RegularGridInterpolator((y, x), height, method="cubic", bounds_error=False, fill_value=None)

# %%
# The path runs from the highest point of the upper left to the lowest of the lower right, at first straight. Effort is
# its length, plus what each metre of ascent costs. Its points lie evenly in the spline's parameter.
upper, lower = height[: rows // 2, : columns // 3], height[rows // 2 :, 2 * columns // 3 :]
top = torch.stack(torch.unravel_index(upper.argmax(), upper.shape)).double() * spacing
offset = torch.tensor([rows // 2, 2 * columns // 3], dtype=torch.float64)
bottom = (torch.stack(torch.unravel_index(lower.argmin(), lower.shape)).double() + offset) * spacing
share = torch.linspace(0, 1, 16, dtype=torch.float64)
straight = top + share[:, None] * (bottom - top)
steps = torch.linspace(0, 1, 400, dtype=torch.float64)


def walk(points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the places (400, 2) along the path, their heights, and the effort."""
    places = CubicSpline(share, torch.cat((top[None], points, bottom[None])), bc_type="natural")(steps)
    heights = terrain(places)
    length = places.diff(dim=0).norm(dim=1)
    climb = heights.diff()
    # A softened max(climb, 0), in metres; 100 m of ascent count as a kilometre of way.
    ascent = (climb + (climb * climb + 0.01).sqrt()) / 2
    return places, heights, length.sum() + 400 * length.var() + 0.01 * ascent.sum()


points = straight[1:-1].clone().requires_grad_()
optimizer = torch.optim.Adam([points], lr=0.08)
for _ in range(250):
    optimizer.zero_grad()
    effort = walk(points)[2]
    effort.backward()
    optimizer.step()

# %%
# The path found follows the valleys and crosses the ridges at their saddles.
figure, (chart, profile) = plt.subplots(2, height_ratios=(3, 1), figsize=(7, 8), layout="constrained")
extent = (0, spacing * (columns - 1), spacing * (rows - 1), 0)
shade = matplotlib.colors.LightSource(azdeg=315).shade(
    height.numpy(), plt.get_cmap("gist_earth"), blend_mode="soft", vert_exag=0.02, dx=1, dy=1
)
chart.imshow(shade, extent=extent, interpolation="bilinear")
for name, at, color in (("straight", straight[1:-1], "white"), ("optimized", points, "crimson")):
    with torch.no_grad():
        places, heights, effort = walk(at)
    way = torch.cat((torch.zeros(1), places.diff(dim=0).norm(dim=1).cumsum(0)))
    ascent = heights.diff().clamp(min=0).sum()
    label = f"{name}: {way[-1]:.1f} km, {ascent:.0f} m of ascent"
    chart.plot(places[:, 1], places[:, 0], color=color, linewidth=2, label=label)
    profile.plot(way, heights, color="0.5" if color == "white" else color, label=name)
    print(label)
chart.plot(*top.flip(0), "^", color="black")
chart.plot(*bottom.flip(0), "v", color="black")
chart.legend(loc="lower left", facecolor="0.7")
chart.set(xlabel="km", ylabel="km", title="From the ridge to the valley")
profile.set(xlabel="way, km", ylabel="height, m")
profile.legend()
plt.show()
