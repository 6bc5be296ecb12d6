"""Standard normal numbers that any machine makes alike, bit for bit: also a page, inside its WebAssembly.

Random bits are Philox-4x32-10's (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a function of a
seed and a counter, without a state. Each 32 bits k become ``Φ⁻¹((k + ½) / 2³²)`` by Wichura 1988, "Algorithm AS 241",
PPND16. Nothing but ``+ − × ÷ √`` of double precision is used, in a fixed order: IEEE 754 leaves no choice in these, as
it does in a library's logarithm, which is therefore taken by a series here.
"""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

ROUNDS = 10
MULTIPLIERS = 0xD2511F53, 0xCD9E8D57
WEYL = 0x9E3779B9, 0xBB67AE85

CENTRAL = 0.425
"""Distance of the share from a half up to which the first pair of polynomials serves."""
OFFSET = 0.180625
FAR = 5.0
"""``√(−log)`` from which the third pair serves."""
SHIFT = 1.6
NEAR_HALF = (
    (
        *(3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125),
        *(45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727),
    ),
    (
        *(1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077),
        *(21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610),
    ),
)
IN_TAIL = (
    (
        *(1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504),
        *(1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4),
    ),
    (
        *(1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550),
        *(0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
    ),
)
FAR_OUT = (
    (
        *(6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230),
        *(0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    ),
    (
        *(1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525),
        *(7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
    ),
)
"""Numerator and denominator by rising power: near a half, in the tails, far out (Wichura 1988)."""
LOG_TERMS = 12
"""Of ``log m = 2 s Σ s²ᵏ / (2k + 1)``, ``s = (m − 1) / (m + 1)``, with m within √½ and √2: error below 1e-18."""
LOG_2 = 0.6931471805599453
ROOT_HALF = 0.7071067811865476


def normals(seed: int, first: int, count: int, size: int) -> Array:
    """Standard normal numbers ``(count, size)``, float32; row i is that of the sound ``first + i`` of this seed.

    Args:
        seed: any whole number; its lowest 64 bits are the key.
        first: number of the first sound, 0 or more, below 2³².
        count: how many sounds.
        size: numbers for each.
    """
    blocks = -(-size // 4)
    counter = np.zeros((4, count, blocks), np.uint64)
    counter[0] = np.arange(blocks, dtype=np.uint64)
    counter[1] = np.arange(first, first + count, dtype=np.uint64)[:, None]
    bits = philox(counter, seed)
    return quantile(np.moveaxis(bits, 0, 2).reshape(count, 4 * blocks)[:, :size]).astype(np.float32)


def philox(counter: Array, seed: int) -> Array:
    """Random bits ``(4, …)`` of counters ``(4, …)``, both uint64 that hold 32 bits each."""
    low, high = np.uint64(0xFFFFFFFF), np.uint64(32)
    key = [seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF]
    first, second, third, fourth = counter
    for _ in range(ROUNDS):
        one, two = np.uint64(MULTIPLIERS[0]) * first, np.uint64(MULTIPLIERS[1]) * third
        first, third = two >> high ^ second ^ np.uint64(key[0]), one >> high ^ fourth ^ np.uint64(key[1])
        second, fourth = two & low, one & low
        key = [(part + step) & 0xFFFFFFFF for part, step in zip(key, WEYL, strict=True)]
    return np.stack([first, second, third, fourth])


def quantile(bits: Array) -> Array:
    """``Φ⁻¹((bits + ½) / 2³²)``, float64, of 32 bits each."""
    share = (bits.astype(np.float64) + 0.5) * 2.0**-32
    from_half = share - 0.5
    near = OFFSET - from_half * from_half
    central = from_half * _ratio(NEAR_HALF, near)
    outer = np.sqrt(-_log(np.minimum(share, 1.0 - share)))
    tail = np.where(outer <= FAR, _ratio(IN_TAIL, outer - SHIFT), _ratio(FAR_OUT, outer - FAR))
    return np.where(np.abs(from_half) <= CENTRAL, central, np.where(from_half < 0, -tail, tail))


def _ratio(polynomials: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    top, bottom = (_polynomial(each, x) for each in polynomials)
    return np.asarray(top / bottom)


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    """By Horner's rule."""
    total = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * x + coefficient
    return total


def _log(x: Array) -> Array:
    mantissa, exponent = np.frexp(x)
    small = mantissa < ROOT_HALF
    mantissa, exponent = np.where(small, 2.0 * mantissa, mantissa), exponent - small
    s = (mantissa - 1.0) / (mantissa + 1.0)
    series = _polynomial(tuple(1.0 / (2 * k + 1) for k in range(LOG_TERMS)), s * s)
    return exponent * LOG_2 + 2.0 * s * series
