"""References of the spheroidal functions in mpmath's arithmetic: Legendre and Bessel functions, and the equation.

The kernels take each sum at the place where nothing cancels; the references of functions without `cv` take the other
place (or the Legendre functions themselves) with more digits. Those of functions with `cv` continue them as the kernels
do to numbers that are no characteristic value.
"""

from __future__ import annotations

import math
from typing import Any

import torch

_eigenvalues: dict[tuple[Any, ...], Any] = {}
_expansions: dict[tuple[Any, ...], list[Any]] = {}
_starts: dict[tuple[Any, ...], tuple[float, int]] = {}


def _mean(mp: Any, m: int, j: int) -> Any:
    """Return <l| x^2 |l>."""
    return mp.mpf(2 * j * (j + 1) - 2 * m * m - 1) / ((2 * j - 1) * (2 * j + 3))


def _coupling(mp: Any, m: int, j: int) -> Any:
    """Return <l| x^2 |l + 2>^2."""
    top = ((j + 2) ** 2 - m * m) * ((j + 1) ** 2 - m * m)
    return mp.mpf(top) / ((2 * j + 1) * (2 * j + 3) ** 2 * (2 * j + 5))


def _digits(mp: Any, n: int, c: Any) -> int:
    """Return the digits with which to sum, those that cancel for large c included."""
    return int(mp.dps) + 25 + int(abs(c)) + n // 3


def _count(mp: Any, m: int, n: int, c: Any) -> int:
    """Return how many rows the digits need: components fall like (c / 2l)^l."""
    size, j, left = float(abs(c)), n + int(abs(c)) + 2, 1.0
    while left > 0:
        j += 2
        left = mp.dps + 5 - 2 * (j - n - size) / 2 * math.log10(max(2.0, 2 * j / (size + 1e-30)))
    return (j - m) // 2 + 4


def _start(oblate: bool, m: int, n: int, c: float) -> tuple[float, int]:
    """Return the eigenvalue in double precision and the row of its largest component, for c and what is close to it."""
    key = (oblate, m, n, f"{c:.6e}")
    if key not in _starts:
        degrees = torch.arange(m + (n - m) % 2, n + 2 * abs(c) + 60, 2, dtype=torch.float64)
        gamma = -c * c if oblate else c * c
        mean = (2 * degrees * (degrees + 1) - 2 * m * m - 1) / ((2 * degrees - 1) * (2 * degrees + 3))
        j = degrees[:-1]
        top = ((j + 2) ** 2 - m * m) * ((j + 1) ** 2 - m * m)
        side = gamma * (top / ((2 * j + 1) * (2 * j + 3) ** 2 * (2 * j + 5))).sqrt()
        matrix = torch.diag(degrees * (degrees + 1) + gamma * mean) + torch.diag(side, 1) + torch.diag(side, -1)
        values, vectors = torch.linalg.eigh(matrix)
        index = (n - m) // 2
        _starts[key] = values[index].item(), int(vectors[:, index].abs().argmax())
    return _starts[key]


def eigenvalue(mp: Any, oblate: bool, m: Any, n: Any, c: Any) -> Any:
    """Return the characteristic value: Newton's method from that of the matrix in double precision."""
    m, n = int(m), int(n)
    key = (mp.dps, bool(oblate), m, n, c)
    if key in _eigenvalues:
        return _eigenvalues[key]
    start, pivot = _start(bool(oblate), m, n, float(c))
    with mp.workdps(mp.dps + 15):
        gamma = -c * c if oblate else c * c
        count, parity = _count(mp, m, n, c), (n - m) % 2
        degrees = [m + parity + 2 * k for k in range(count)]
        diagonal = [j * (j + 1) + gamma * _mean(mp, m, j) for j in degrees]
        square = [gamma * gamma * _coupling(mp, m, j) for j in degrees]
        found = mp.mpf(start)
        for _ in range(60):
            up, d_up = mp.mpf(0), mp.mpf(0)
            for k in range(pivot):
                q = diagonal[k] - found - up
                up = square[k] / q
                d_up = up / q * (1 + d_up)
            down, d_down = mp.mpf(0), mp.mpf(0)
            for k in range(count - 1, pivot, -1):
                q = diagonal[k] - found - down
                down = square[k - 1] / q
                d_down = down / q * (1 + d_down)
            step = (diagonal[pivot] - found - up - down) / (1 + d_up + d_down)
            found += step
            if abs(step) <= mp.mpf(10) ** (5 - mp.dps) * (abs(found) + abs(gamma)):
                break
    _eigenvalues[key] = found
    return found


def _turn(oblate: bool, m: int, c: Any, value: Any) -> float:
    """Return l (l + 1) where the coefficients begin to fall."""
    turn = float(value)
    if oblate:
        turn += float(c) ** 2
        turn = (turn + math.sqrt(max(turn * turn - 4 * float(c) ** 2 * m * m, 0.0))) / 2
    return max(turn, 0.0)


def _pivot(oblate: bool, m: int, n: int, c: Any, value: Any) -> int:
    """Return the row that a number which is no characteristic value violates: where the components begin to fall."""
    degree = math.sqrt(_turn(oblate, m, c, value) + 0.25) - 0.5
    return max(0, round((degree - m - (n - m) % 2) / 2))


def _coefficients(mp: Any, oblate: bool, m: int, n: int, c: Any, value: Any, count: int) -> list[Any]:
    """Return d_l of the unnormalised Legendre functions, DLMF 30.8.4, that of the pivot being 1."""
    key = (mp.dps, bool(oblate), m, n, c, value, count)
    if key in _expansions:
        return _expansions[key]
    gamma = -c * c if oblate else c * c
    parity, pivot = (n - m) % 2, _pivot(oblate, m, n, c, value)
    up, centre, down = [], [], []
    for k in range(count):
        r = parity + 2 * k
        j = m + r
        up.append(gamma * (2 * m + r + 2) * (2 * m + r + 1) / mp.mpf((2 * j + 3) * (2 * j + 5)))
        centre.append(j * (j + 1) + gamma * _mean(mp, m, j) - value)
        down.append(gamma * r * (r - 1) / mp.mpf((2 * j - 3) * (2 * j - 1)))
    d = [mp.mpf(0)] * count
    first, before = mp.mpf(1), mp.mpf(0)
    low = [first]
    for k in range(pivot):
        first, before = -(centre[k] * first + down[k] * before) / up[k], first
        low.append(first)
    ratio = mp.mpf(0)
    high = [mp.mpf(0)] * count
    for k in range(count - 1, pivot, -1):
        ratio = -down[k] / (centre[k] + up[k] * ratio)
        high[k] = ratio
    for k in range(pivot + 1):
        d[k] = low[k] / low[pivot]
    for k in range(pivot + 1, count):
        d[k] = d[k - 1] * high[k]
    _expansions[key] = d
    return d


def _legendre(mp: Any, m: int, most: int, x: Any) -> list[tuple[Any, Any]]:
    """Return P_l^m without the sign (-1)^m and its derivative at |x| < 1, l = m to `most`."""
    form = 1 - x * x
    before, now = mp.mpf(0), mp.fac2(2 * m - 1) * mp.sqrt(form) ** m
    out = []
    for j in range(m, most + 1):
        out.append((now, ((j + m) * before - j * x * now) / form))
        before, now = now, ((2 * j + 1) * x * now - (j + m) * before) / (j - m + 1)
    return out


def _at_zero(mp: Any, m: int, n: int) -> Any:
    return _legendre(mp, m, n, mp.mpf(0))[n - m][(n - m) % 2]


def angular(mp: Any, oblate: bool, m: Any, n: Any, c: Any, x: Any) -> tuple[Any, Any]:
    """Sum Legendre functions, with the digits that cancel for large c."""
    m, n = int(m), int(n)
    with mp.workdps(_digits(mp, n, c)):
        value, count = eigenvalue(mp, oblate, m, n, c), _count(mp, m, n, c)
        d, parity = _coefficients(mp, oblate, m, n, c, value, count), (n - m) % 2
        most = m + parity + 2 * (count - 1)
        at_x, at_zero = _legendre(mp, m, most, x), _legendre(mp, m, most, mp.mpf(0))
        terms = [parity + 2 * k for k in range(count)]
        scale = at_zero[n - m][parity] / sum(d[k] * at_zero[r][parity] for k, r in enumerate(terms))
        return tuple(scale * sum(d[k] * at_x[r][i] for k, r in enumerate(terms)) for i in (0, 1))  # type: ignore[return-value]


def slopes(mp: Any, f: Any, x: Any, order: int) -> tuple[Any, ...]:
    """Differentiate all results of f by central differences whose error does not show."""
    digits = mp.dps
    with mp.workdps(3 * digits + 20):
        h = abs(x) * mp.mpf(10) ** (-digits // 2 - 5)
        low, high = f(x - h), f(x + h)
        if order == 1:
            return tuple((b - a) / (2 * h) for a, b in zip(low, high, strict=True))
        return tuple((a - 2 * b + c) / h**2 for a, b, c in zip(low, f(x), high, strict=True))


# ---- the equation ----------------------------------------------------------------------------------------------------


def _taylor(mp: Any, t: int, mu: int, q: Any, gamma: Any, x: Any, w: Any, dw: Any, h: Any) -> tuple[Any, Any]:
    """Go from x to x + h along (1 - t x^2) w'' - 2 (mu + 1) t x w' + (q - gamma x^2) w = 0 by one Taylor series."""
    a, form = [mp.mpf(0), mp.mpf(0), w, dw], 1 - t * x * x
    value, slope, power, k = w + dw * h, dw, h, 0
    while True:
        new = (
            2 * t * x * (k + 1) * (k + 1 + mu) * a[3]
            + (t * k * (k + 2 * mu + 1) - q + gamma * x * x) * a[2]
            + 2 * gamma * x * a[1]
            + gamma * a[0]
        ) / (form * (k + 1) * (k + 2))
        slope += (k + 2) * new * power
        power *= h
        value += new * power
        if k > 10 and abs(new * power) + abs(a[3] * power / h) <= mp.eps * abs(value) * abs(h) / (k + 2):
            return value, slope
        a, k = [*a[1:], new], k + 1


def angular_continued(mp: Any, oblate: bool, m: Any, n: Any, c: Any, value: Any, x: Any) -> tuple[Any, Any]:
    """Join the solution of this parity and the one that is regular at 1, as the kernel does."""
    m, n = int(m), int(n)
    gamma, parity, mirrored = (-c * c if oblate else c * c), (n - m) % 2, x < 0
    x, sign = abs(x), -1 if mirrored and parity else 1
    with mp.workdps(_digits(mp, n, c)):
        if gamma < 0 and value + gamma < 0:
            y = min((1 + value / gamma) / 2, mp.mpf(95) / 100)
        else:
            half, rest = (value + gamma) / 2, value - m * m
            root = mp.sqrt(max(half * half - gamma * rest, mp.mpf(0)))
            y = mp.mpf(64) / 100 * max(min(rest / (half + root), mp.mpf(1)), mp.mpf(0))
        phase = max((value - gamma * y) * (1 - y) - m * m, mp.mpf(1))
        join, phase = mp.nint(256 * mp.sqrt(y)) / 256, mp.mpf(2) ** mp.nint(mp.log(phase, 2))
        y = join * join
        q, zero = value - m * (m + 1), _at_zero(mp, m, n)
        start = (mp.mpf(0), zero) if parity else (zero, mp.mpf(0))

        def outwards(at: Any) -> tuple[Any, Any]:
            return _taylor(mp, 1, m, q, gamma, mp.mpf(0), *start, at) if at != 0 else start

        def inwards(at: Any) -> tuple[Any, Any]:
            a, t, k = [mp.mpf(0), mp.mpf(0), mp.mpf(1)], 1 - at, 0
            w, dw, power = mp.mpf(1), mp.mpf(0), mp.mpf(1)
            while True:
                new = (k * (k - 1) + 2 * (m + 1) * k - q + gamma) * a[2] - 2 * gamma * a[1] + gamma * a[0]
                new /= 2 * (k + 1) * (k + m + 1)
                dw -= (k + 1) * new * power
                power *= t
                w += new * power
                if k > 10 and abs(new * power) + abs(a[2] * power) <= mp.eps * abs(w):
                    return w, dw
                a, k = [*a[1:], new], k + 1

        if x <= join:
            w, dw = outwards(x)
        else:
            v, u, weight = outwards(join), inwards(join), (1 - y) ** 2 / phase
            scale = (v[0] * u[0] + v[1] * u[1] * weight) / (u[0] ** 2 + u[1] ** 2 * weight)
            w, dw = (scale * z for z in inwards(x))
        front = mp.sqrt(1 - x * x) ** m
        slope = front * (dw - m * x / (1 - x * x) * w)
        return sign * front * w, -slope if mirrored and not parity else slope


# ---- radial functions ------------------------------------------------------------------------------------------------


def _bessel(mp: Any, second: bool, most: int, z: Any) -> list[Any]:
    """Return j_l or y_l, l = 0 to most + 1, and at the end that of l = -1."""
    if second:
        values = [mp.sin(z) / z, -mp.cos(z) / z]
        for j in range(most + 1):
            values.append((2 * j + 1) * values[-1] / z - values[-2])
        return [*values[1:], values[0]]
    start = most + int(abs(z)) + 3 * mp.dps + 20
    after, now, kept = mp.mpf(0), mp.mpf(1), []
    for j in range(start, 0, -1):
        after, now = now, (2 * j + 1) * now / z - after
        if j - 1 <= most + 1:
            kept.append(now)
    kept.reverse()
    scale = mp.sin(z) / z / kept[0] if abs(mp.sin(z)) > 0.5 else (mp.sin(z) / z - mp.cos(z)) / z / kept[1]
    return [*(scale * f for f in kept), mp.cos(z) / z]


def _waves(mp: Any, mode: tuple[bool, int, int], c: Any, d: list[Any], x: Any, second: bool, pole: bool) -> Any:
    """Sum spherical waves at eta = 1 (`pole`) or eta = 0: the function and its derivative."""
    oblate, m, n = mode
    parity, count = (n - m) % 2, len(d)
    degrees = [m + parity + 2 * k for k in range(count)]
    sign = 1 if oblate else -1
    if pole:
        z, dz = x, mp.mpf(1)
        front = mp.sqrt(1 + sign / x**2) ** m
        d_front = front * -sign * m / (x**3 * (1 + sign / x**2))
        weights = [mp.mpf(1)]
        for j in degrees[:-1]:
            weights.append(weights[-1] * (j + m + 1) * (j + m + 2) / ((j - m + 1) * (j - m + 2)))
    else:
        # Also for oblate functions: x^2 + 1 in the place of x^2 - 1.
        z = mp.sqrt(x * x + sign)
        dz = x / z
        front, d_front = (x / z, sign / z**3) if parity else (mp.mpf(1), mp.mpf(0))
        table = _legendre(mp, m, degrees[-1], mp.mpf(0))
        weights = [table[j - m][parity] for j in degrees]
    f = _bessel(mp, second, degrees[-1], c * z)
    total = sum(a * w for a, w in zip(d, weights, strict=True))
    value = slope = mp.mpf(0)
    for a, w, j in zip(d, weights, degrees, strict=True):
        term = a * w / total * (-1 if (j - n) // 2 % 2 else 1)
        value += term * f[j]
        slope += term * (f[j - 1] - (j + 1) * f[j] / (c * z))
    return front * value, d_front * value + front * c * dz * slope


def _inwards(mp: Any, oblate: bool, m: int, c: Any, value: Any, outer: Any, pair: Any, x: Any) -> Any:
    """Follow the equation from `outer` to x by Taylor series whose ratio is at most about 1/2."""
    t = -1 if oblate else 1
    q, gamma = value - m * (m + 1), c * c
    if oblate:
        q, gamma = -q, -gamma
    at, form = outer, abs(1 - t * outer * outer)
    scale = mp.sqrt(form) ** m
    w, dw = pair[0] / scale, (pair[1] - m * outer / form * pair[0]) / scale  # R = |form|^(m/2) w
    while at != x:
        most = mp.sqrt(1 + at * at) / 2 if oblate else (at - 1) / 2
        h = max(x - at, -most)
        w, dw = _taylor(mp, t, m, q, gamma, at, w, dw, h)
        at = x if h == x - at else at + h
    form = abs(1 - t * x * x)
    scale = mp.sqrt(form) ** m
    return scale * w, scale * (dw + m * x / form * w)


def _from_zero(mp: Any, m: int, n: int, c: Any, value: Any, d: list[Any], x: Any) -> tuple[Any, Any]:
    """Follow the equation of the first oblate kind from 0, where one term of its sum is left."""
    parity = (n - m) % 2
    least, weight, total = m + parity, mp.mpf(1), mp.mpf(0)
    for k, a in enumerate(d):
        total += a * weight
        j = least + 2 * k
        weight *= mp.mpf((j + m + 1) * (j + m + 2)) / ((j - m + 1) * (j - m + 2))
    front = (-1 if (least - n) // 2 % 2 else 1) * d[0] / total * c**least / mp.fac2(2 * least + 1)
    at, w, dw = mp.mpf(0), (mp.mpf(0) if parity else front), (front if parity else mp.mpf(0))
    while at != x:
        h = min(x - at, mp.sqrt(1 + at * at) / 2)
        w, dw = _taylor(mp, -1, m, m * (m + 1) - value, -c * c, at, w, dw, h)
        at = x if h == x - at else at + h
    form = 1 + x * x
    scale = mp.sqrt(form) ** m
    return scale * w, scale * (dw + m * x / form * w)


def _rows(mp: Any, second: bool, ratio: float, m: int, n: int, c: Any) -> int:
    """Return how many rows the sum needs, whose terms of the second kind fall like a power of `ratio`."""
    more = int((mp.dps + n) * 3.4 / (2 * math.log2(ratio))) if second else 0
    return _count(mp, m, n, c) + more


def radial(mp: Any, oblate: bool, second: bool, m: Any, n: Any, c: Any, x: Any) -> tuple[Any, Any]:
    """Sum spherical waves where the kernel does not, at eta = 1 (prolate) and 0 (oblate); close by the equation."""
    m, n = int(m), int(n)
    with mp.workdps(_digits(mp, n, c)):
        value = eigenvalue(mp, oblate, m, n, c)
        outer = mp.mpf(1 if oblate else 2)
        inner = second and x < outer
        # The first kind beside 1: the other sum.
        pole = not oblate and (second or x > 1.2)
        at = outer if inner else x
        count = _rows(mp, second, float(mp.sqrt(at * at + 1) if oblate else at), m, n, c)
        d = _coefficients(mp, oblate, m, n, c, value, count)
        pair = _waves(mp, (oblate, m, n), c, d, at, second, pole)
        return _inwards(mp, oblate, m, c, value, outer, pair, x) if inner else pair  # type: ignore[no-any-return]


def radial_continued(
    mp: Any, oblate: bool, second: bool, m: Any, n: Any, c: Any, value: Any, x: Any
) -> tuple[Any, Any]:
    """Sum spherical waves as the kernel does, whose coefficients satisfy all equations but that of the pivot."""
    m, n = int(m), int(n)
    with mp.workdps(_digits(mp, n, c)):
        turn = _turn(oblate, m, c, value) ** 0.5 / float(c)
        if oblate:
            outer = mp.mpf(max(1.75, min(((n + 2 * m) / 4.5) ** 0.5, 1.1 * turn + m / 15)))
        else:
            outer = mp.sqrt(1 + mp.mpf(max(3.0, min(n / 5.4, (1.05 * turn) ** 2))))
        inner = second and x < outer
        at = outer if inner else x
        count = _rows(mp, second, float(at if oblate else mp.sqrt(at * at - 1)), m, n, c)
        d = _coefficients(mp, oblate, m, n, c, value, count)
        if oblate and not second and m > 0 and x < outer:
            return _from_zero(mp, m, n, c, value, d, x)
        pair = _waves(mp, (oblate, m, n), c, d, at, second, oblate)
        return _inwards(mp, oblate, m, c, value, outer, pair, x) if inner else pair  # type: ignore[no-any-return]


# ---- samples of functions with cv ------------------------------------------------------------------------------------

# m, n, c and the characteristic value.
PROLATE = (
    (0, 2, 0.3, 6.047224724911814),
    (1, 1, 1.5, 2.4281910114985523),
    (1, 4, 2.5, 23.045748504984978),
    (2, 3, 4.0, 16.8129585075665),
    (1, 3, 7.0, 32.536013986505445),
    (0, 5, 12.0, 113.0541137496097),
    (3, 9, 0.05, 90.00112745194845),
    (2, 20, 15.0, 535.0293800654174),
)
OBLATE = (
    (0, 2, 0.3, 5.952939704723636),
    (1, 1, 1.5, 1.525416314009064),
    (1, 4, 2.5, 17.045530081905156),
    (2, 3, 4.0, 6.0460766102335715),
    (1, 3, 7.0, -4.130096263581628),
    (0, 5, 12.0, -38.93867946954976),
    (3, 9, 0.05, 89.9988725499877),
    (2, 20, 15.0, 312.13657528825814),
)
