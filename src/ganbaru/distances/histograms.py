"""Distributions over cells: weighted histograms, on the line or of points, and densities on a grid."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.distances.exact import exact
from ganbaru.distances.quadrature import mean_power
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

_BLOCK = 4_000_000


class Histogram:
    """Weights of cells, which are shared out so that they come to 1; counts will do.

    With edges the mass of a cell lies evenly between them; with positions it lies there as a point. With neither the
    cells have no place: they can be told apart, but not how far apart they are.

    Attributes:
        masses: ``(…)`` as given, or ``(k,)`` where there are places.
        edges: ``(k + 1,)``, or None.
        positions: ``(k, d)``, or None.
    """

    def __init__(self, weights: Any, *, edges: Any = None, positions: Any = None) -> None:
        """Of weights, and edges or positions.

        Args:
            weights: ``(k,)``, or any shape without places; nowhere below 0.
            edges: ``(k + 1,)``, ascending, on the line.
            positions: ``(k,)`` on the line, or ``(k, d)``.

        Raises:
            UserError: the shapes do not fit, a number is not finite, or there is no weight.
        """
        if edges is not None and positions is not None:
            raise UserError("a histogram takes edges or positions, not both")
        self.masses = _shared_out(weights)
        self.edges = None if edges is None else _ascending("edges", edges)
        self.positions = None if positions is None else _points(positions)
        places = self.edges[1:] if self.edges is not None else self.positions
        if places is not None and self.masses.shape != (len(places),):
            raise UserError(
                f"weights of shape {self.masses.shape} do not fit {len(places)} cells",
                hint="k weights take k + 1 edges, or k positions",
            )

    def __repr__(self) -> str:
        placed = "" if self.edges is None and self.positions is None else f" in {self.dimensions} dimensions"
        return f"Histogram({self.masses.size} cells{placed})"

    @property
    def dimensions(self) -> int:
        """Of the places.

        Raises:
            UserError: there are none.
        """
        if self.positions is not None:
            return int(self.positions.shape[1])
        if self.edges is None:
            raise UserError(
                "these cells have no places to be far apart", hint="Histogram(weights, positions=…) or edges=…"
            )
        return 1

    def atoms(self) -> tuple[Array, Array]:
        """Masses ``(k,)`` and positions ``(k, d)``; the middles of cells with edges."""
        if self.edges is None:
            return self.masses, self.positions if self.dimensions and self.positions is not None else np.empty((0, 0))
        return self.masses, (self.edges[1:] / 2 + self.edges[:-1] / 2)[:, None]


class Grid:
    """A density in any number of dimensions by its values on a grid, which are scaled so that it comes to 1.

    A value stands for all its cell, which reaches half-way to the next; for distances its mass lies in the middle.

    Attributes:
        masses: of the cells, in the shape of the values.
        axes: the coordinates along each dimension.
    """

    def __init__(
        self, values: Any, spacing: float | Sequence[float] = 1.0, *, axes: Sequence[Any] | None = None
    ) -> None:
        """Of values and where they are.

        Args:
            values: one axis a dimension; in proportion to the density, nowhere below 0.
            spacing: between neighbours: one for all dimensions, or ``(d,)``.
            axes: the coordinates themselves, ascending, one array a dimension, instead.

        Raises:
            UserError: the shapes do not fit, a number is not finite, or there is no mass.
        """
        density = _shared_out(values)
        self.axes = _axes(density.shape, spacing, axes)
        for number, axis in enumerate(self.axes):
            widths = np.gradient(axis / np.abs(np.diff(axis)).max()) if len(axis) > 1 else np.ones(1)
            density = density * widths.reshape([-1 if number == each else 1 for each in range(density.ndim)])
        self.masses = density / density.sum()

    def __repr__(self) -> str:
        return f"Grid({'×'.join(map(str, self.masses.shape))})"

    @property
    def dimensions(self) -> int:
        return self.masses.ndim

    def atoms(self) -> tuple[Array, Array]:
        """Masses ``(k,)`` and positions ``(k, d)``."""
        places = np.stack(np.meshgrid(*self.axes, indexing="ij"), axis=-1)
        return self.masses.ravel(), places.reshape(-1, self.dimensions)


Cells = Histogram | Grid


def aligned(a: Cells, b: Cells) -> tuple[Array, Array]:
    """Masses of both over cells that both have, ``(K,)`` and ``(K,)``.

    Cells between edges are cut at the other's edges; points are the same where their positions are.

    Raises:
        UserError: there are no such cells.
    """
    if isinstance(a, Grid) and isinstance(b, Grid):
        if _same_axes(a, b):
            return a.masses.ravel(), b.masses.ravel()
        raise UserError(f"{a!r} and {b!r} are not over the same points", hint="evaluate both on one grid")
    if isinstance(a, Histogram) and isinstance(b, Histogram):
        if a.edges is not None and b.edges is not None:
            edges = np.union1d(a.edges, b.edges)
            return _cut(a, edges), _cut(b, edges)
        if a.positions is not None and b.positions is not None:
            return _merged(a.atoms(), b.atoms())
        if a.edges is b.edges is a.positions is b.positions is None and a.masses.shape == b.masses.shape:
            return a.masses.ravel(), b.masses.ravel()
    raise UserError(f"{a!r} and {b!r} are not over the same cells", hint="give both the same edges or kind of places")


def wasserstein(a: Cells, b: Cells, order: float = 1) -> Estimate:
    """``W_p`` of any order: on the line from the quantile functions, elsewhere by exact transport.

    Raises:
        UserError: the cells have no places, or of different dimensions.
    """
    _check(a, b)
    if a.dimensions > 1:
        from ganbaru.distances.transport import transport

        (ours, x), (theirs, y) = a.atoms(), b.atoms()
        found = transport(x, y, p=order, a_weights=ours, b_weights=theirs)
        return exact(found.distance, f"W{order:g} of histograms, {found.method}")
    if not 1 <= order < np.inf:
        raise UserError(f"W_p is a distance for p from 1 on, not for {order}")
    (levels, low, high), (others, other_low, other_high) = _quantiles(a), _quantiles(b)
    cuts = np.unique(np.concatenate([[0.0], levels, others]))
    start, end = (_at(cuts, levels, low, high) - _at(cuts, others, other_low, other_high)).T
    unit = max(float(np.abs(start).max()), float(np.abs(end).max())) or 1.0
    costs = mean_power((start + end) / (2 * unit), (end - start) / (2 * unit), order)
    return exact(float(costs @ np.diff(cuts)) ** (1 / order) * unit, f"W{order:g} of histograms, closed form")


def energy(a: Cells, b: Cells) -> Estimate:
    """``2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖`` (Székely & Rizzo 2013); on the line ``2 ∫ (F − G)² dx``.

    Raises:
        UserError: the cells have no places, or of different dimensions.
    """
    _check(a, b)
    value = _energy_of_points(a.atoms(), b.atoms()) if a.dimensions > 1 else _energy_on_the_line(a, b)
    return exact(value, "energy distance of histograms, closed form")


def _energy_on_the_line(a: Cells, b: Cells) -> float:
    """F and G are straight between the places of both, with steps at those of points."""
    places = np.unique(np.concatenate([_places(each) for each in (a, b)]))
    start, end = (_cumulated(a, places) - _cumulated(b, places)).T
    return float(2 * mean_power((start + end) / 2, (end - start) / 2, 2) @ np.diff(places))


def _energy_of_points(a: tuple[Array, Array], b: tuple[Array, Array]) -> float:
    masses = np.concatenate([a[0], -b[0]])
    points = np.concatenate([a[1], b[1]])
    return -mean_distance(points, points, masses, masses)


def mean_distance(x: Array, y: Array, x_weights: Array, y_weights: Array) -> float:
    """``Σ w_i v_j ‖x_i − y_j‖`` for ``(n, d)`` and ``(m, d)``, in blocks of rows."""
    from scipy.spatial.distance import cdist

    rows = max(1, _BLOCK // len(y))
    parts = range(0, len(x), rows)
    return float(sum(x_weights[i : i + rows] @ (cdist(x[i : i + rows], y) @ y_weights) for i in parts))


def _quantiles(a: Cells) -> tuple[Array, Array, Array]:
    """Levels up to which each cell reaches, and its quantiles from ``low`` to ``high``: three times ``(k,)``."""
    if isinstance(a, Histogram) and a.edges is not None:
        masses, low, high = a.masses, a.edges[:-1], a.edges[1:]
    else:
        masses, positions = a.atoms()
        order = np.argsort(positions[:, 0])
        masses, low = masses[order], positions[order, 0]
        high = low
    held = masses > 0
    levels = np.cumsum(masses[held])
    levels[-1] = 1.0
    return levels, low[held], high[held]


def _at(cuts: Array, levels: Array, low: Array, high: Array) -> Array:
    """Quantiles at both ends of each piece between cuts, ``(k, 2)``; a piece lies within one cell."""
    cell = np.searchsorted(levels, cuts[1:], side="left")
    before = np.concatenate([[0.0], levels[:-1]])[cell]
    share = (np.stack([cuts[:-1], cuts[1:]], axis=1) - before[:, None]) / (levels[cell] - before)[:, None]
    return low[cell, None] * (1 - share) + high[cell, None] * share


def _places(a: Cells) -> Array:
    return a.edges if isinstance(a, Histogram) and a.edges is not None else a.atoms()[1][:, 0]


def _cumulated(a: Cells, places: Array) -> Array:
    """Mass below each stretch between places, at its start and its end, ``(k, 2)``."""
    if isinstance(a, Histogram) and a.edges is not None:
        below = np.interp(places, a.edges, np.concatenate([[0.0], np.cumsum(a.masses)]))
        return np.stack([below[:-1], below[1:]], axis=1)
    masses, positions = a.atoms()
    order = np.argsort(positions[:, 0])
    reached = np.searchsorted(positions[order, 0], places[:-1], side="right")
    return np.repeat(np.concatenate([[0.0], np.cumsum(masses[order])])[reached][:, None], 2, axis=1)


def _cut(a: Histogram, edges: Array) -> Array:
    """Its masses over finer cells."""
    middles = edges[1:] / 2 + edges[:-1] / 2
    own = a.edges if a.edges is not None else np.empty(0)
    cell = np.searchsorted(own, middles) - 1
    inside = (cell >= 0) & (cell < len(a.masses))
    cell = cell.clip(0, len(a.masses) - 1)
    return np.where(inside, a.masses[cell] * (np.diff(edges) / np.diff(own)[cell]), 0.0)


def _merged(a: tuple[Array, Array], b: tuple[Array, Array]) -> tuple[Array, Array]:
    """Masses of each over all positions of both."""
    if a[1].shape[1] != b[1].shape[1]:
        raise UserError(f"positions of {a[1].shape[1]} and {b[1].shape[1]} dimensions cannot be compared")
    _, which = np.unique(np.concatenate([a[1], b[1]]), axis=0, return_inverse=True)
    which = which.ravel()
    size, split = which.max() + 1, len(a[0])
    return np.bincount(which[:split], a[0], size), np.bincount(which[split:], b[0], size)


def _same_axes(a: Grid, b: Grid) -> bool:
    return a.masses.shape == b.masses.shape and all(
        np.allclose(x, y, rtol=0, atol=1e-9 * np.abs(x).max()) for x, y in zip(a.axes, b.axes, strict=True)
    )


def _axes(shape: tuple[int, ...], spacing: Any, axes: Sequence[Any] | None) -> list[Array]:
    if axes is not None:
        found = [_ascending("axes", axis) for axis in axes]
        if tuple(map(len, found)) != shape:
            raise UserError(f"values of shape {shape} do not fit axes of {[len(axis) for axis in found]} points")
        return found
    steps = np.asarray(spacing, dtype=np.float64)
    if steps.shape not in ((), (len(shape),)) or not np.isfinite(steps).all() or not (steps > 0).all():
        raise UserError(
            f"spacing {spacing} does not fit {len(shape)} dimensions", hint="give one number above 0, or (d,)"
        )
    return [np.arange(size) * step for size, step in zip(shape, np.broadcast_to(steps, (len(shape),)), strict=True)]


def _shared_out(weights: Any) -> Array:
    masses = _numbers("weights", weights)
    if masses.ndim == 0 or (masses < 0).any() or not masses.max() > 0:
        raise UserError("weights must be nowhere below 0, and somewhere above")
    masses = masses / masses.max()
    return masses / masses.sum()


def _ascending(name: str, values: Any) -> Array:
    numbers = _numbers(name, values)
    if numbers.ndim != 1 or not (np.diff(numbers) > 0).all():
        raise UserError(f"{name} must ascend, (k,)")
    return numbers


def _points(positions: Any) -> Array:
    numbers = _numbers("positions", positions)
    if numbers.ndim not in (1, 2) or not numbers.shape[-1]:
        raise UserError(f"positions of shape {numbers.shape} are none", hint="give (k,) or (k, d)")
    return numbers[:, None] if numbers.ndim == 1 else numbers


def _numbers(name: str, values: Any) -> Array:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError(f"{name} are no numbers") from None
    if not numbers.size or not np.isfinite(numbers).all():
        raise UserError(f"{name} must be finite, and at least one")
    return numbers


def _check(a: Cells, b: Cells) -> None:
    if a.dimensions != b.dimensions:
        raise UserError(f"{a!r} and {b!r} are of {a.dimensions} and {b.dimensions} dimensions")
