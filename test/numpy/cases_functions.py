"""Elementwise functions that cases.py has no table for, bit operations, and parts of complex numbers."""
from judging import COMPLEX, FLOATS, KINDS, REALS, np, rounded_once


def relu(x):
    return np.where(np.isnan(x), x, np.maximum(x, x.dtype.type(0)))


def add_more_functions(j):
    for name, f, low, high in [('cbrt', np.cbrt, -1e6, 1e6), ('exp2', np.exp2, -100, 100),
                               ('arcsinh', np.arcsinh, -10, 10), ('arccosh', np.arccosh, 1, 10),
                               ('arctanh', np.arctanh, -1, 1), ('deg2rad', np.deg2rad, -720, 720),
                               ('rad2deg', np.rad2deg, -7, 7)]:
        for kind in FLOATS:
            for x in (j.between(kind, 211, low, high), j.magnitudes(kind, 97, -6, 5), j.sample(kind, (97,), 'special'),
                      j.sample(kind, (0,))):
                j.case(name, [x], rounded_once(f), compare='ulps', tolerance=4)
    for kind in FLOATS:
        for values in 'small', 'special', 'special':
            x, y = j.sample(kind, (97,), values), j.sample(kind, (97,), values)
            with np.errstate(all='ignore'):  # a result near 0 is the difference of two that are not
                bound = 4 * np.finfo(kind).eps * np.nan_to_num(np.abs(np.maximum(x, y)) + 1, posinf=0)
            j.case('logaddexp', [x, y], rounded_once(np.logaddexp), compare='bound', bound=bound)
            for name, f in [('copysign', np.copysign), ('nextafter', np.nextafter), ('fmax', np.fmax),
                            ('fmin', np.fmin), ('heaviside', np.heaviside)]:
                how = 'ulps' if name in ('fmax', 'fmin') else 'exact'  # of two zeros either may come
                j.case(name, [x, y], f, compare=how)
            j.case('relu', [x], relu, compare='ulps')
            for name, f in [('signbit', np.signbit), ('sign', np.sign), ('reciprocal', np.reciprocal)]:
                j.case(name, [x], f, compare='ulps')
            for nan in False, True:
                j.case('isclose', [x, np.where(x > 0, x * (1 + 1e-6), y).astype(kind)],
                       lambda x, y: np.isclose(x, y, 1e-5, 1e-8, nan), integers=[nan])
            j.case('clip', [x, np.minimum(y, 0), np.maximum(y, 0)],
                   lambda x, low, high: np.minimum(np.maximum(x, low), high), compare='ulps')
    for kind in 'int32', 'float64':
        x, low, high = (j.sample(kind, shape) for shape in [(5, 3), (3,), (5, 1)])
        j.case('clip 2', [x, low, high], lambda x, low, high: np.minimum(np.maximum(x, low), high))
    for kind in 'int64', 'complex128':
        j.case('sign', [j.sample(kind, (97,), 'full' if kind == 'int64' else 'small')],
               np.sign if kind == 'int64' else lambda x: np.where(x == 0, 0, x / np.maximum(np.abs(x), 1e-300)),
               compare='ulps', tolerance=4, differs=None if kind == 'int64' else 'complex signs')
    for kind in 'uint8', 'int32', 'float32', 'float64':
        for shape in (97,), (0,), (1,):
            for name, f in [('floor_divide', np.floor_divide), ('remainder', np.remainder)]:
                x, y = j.sample(kind, shape, 'full'), j.sample(kind, shape, 'nonzero')
                j.case(name, [x, y], f, compare='exact')
                if kind in FLOATS:
                    j.case(name, [j.sample(kind, shape, 'special'), j.sample(kind, shape, 'special')], f,
                           compare='exact')
                    j.case(name, [j.sample(kind, shape), j.sample(kind, shape, 'infinite')], f, compare='exact')
                elif shape == (97,):
                    y = np.where(np.arange(97) == 13, 0, y).astype(kind)
                    j.case(name, [x, y], None, raises=['domain_error'], differs='integer division by zero')
    for kind in 'bool', 'uint8', 'float64', 'complex64':
        x, y = j.sample(kind, (97,)), j.sample(kind, (97,))
        j.case('logical_xor', [x * (x.real > 0), y * (y.real > 0)], np.logical_xor)
    for kind in 'float64', 'complex128':
        j.case('angle', [j.sample(kind, (97,), 'special')], rounded_once(np.angle), compare='ulps', tolerance=4)
    for values in 'small', 'special':
        x, y, z = (j.sample('int32', (97,), values) for _ in range(3))
        j.case('fma', [x, y, z], lambda x, y, z: x * y + z)


def add_bits(j):
    integers = ['bool', 'uint8', 'int32', 'int64']
    for name, f in [('bitwise_and', np.bitwise_and), ('bitwise_or', np.bitwise_or), ('bitwise_xor', np.bitwise_xor)]:
        for kind in integers:
            for first, second in [((97,), (97,)), ((1,), (13,)), ((0,), (1,)), ((2,), (3,))]:
                j.case(name, [j.sample(kind, first, 'full'), j.sample(kind, second, 'full')], f)
        for a, b in [('bool', 'int32'), ('uint8', 'int64'), ('int64', 'uint8'), ('bool', 'uint8')]:
            j.case(name + ' mixed', [j.sample(a, (97,), 'full'), j.sample(b, (97,), 'full')], f)
    for kind in integers:
        for n in 0, 1, 97:
            j.case('invert', [j.sample(kind, (n,), 'full')], np.invert)
    for name, f in [('left_shift', np.left_shift), ('right_shift', np.right_shift)]:
        for kind in 'uint8', 'int32', 'int64':
            for lowest, highest in [(0, 8), (0, 70), (-70, 70)]:
                by = j.random.randint(max(lowest, 0) if kind == 'uint8' else lowest, highest, 97).astype(kind)
                j.case(name, [j.sample(kind, (97,), 'full'), by], f)
        j.case(name, [j.sample('bool', (97,)), j.sample('bool', (97,))], lambda x, y: f(x, y).astype('uint8'),
               differs='shifts of bool')
