#!/usr/bin/env python3
"""NumPy as the judge: cases for numpy_judge, with NumPy's answers.

    cases.py --write FILE   all cases, binary (see write_case; cases.hpp reads it)
    cases.py --show N       case N as Python
    cases.py ... --seed S   other values, axes, slices and tilings than the usual ones: for a search

A new operation is one line in a table of the C++ program and one line in a table below or in a cases_*.py: the
subjects are the functions whose names begin with `add_`. judging.py has what all of them are made with. Everything is drawn from a fixed seed; cases are numbered in the order in
which they are drawn. Where Pantile means to differ from NumPy, the reason is a line in DIFFERENCES and the case names
it. Functions with rounding are judged by NumPy's answer in the next wider type (long double for float64), rounded
once, so that NumPy's own errors are not held against anyone.

Without NumPy the exit code is 77.
"""
import os
import struct
import sys
import warnings

sys.dont_write_bytecode = True  # the sources' folder stays as it is

from judging import (COMPLEX, DIFFERENCES, DISTRIBUTED, FLOATS, INTEGERS, KINDS, LOCAL, NUMBER, REALS, SHAPES, SIGNED,
                     Judge, answer_kind, axis_or_all, eps_of, magnitude, np, places_of_target, product_case,
                     rounded_once, sum_bound, widened)
import cases_choice
import cases_create
import cases_dimensions
import cases_functions
import cases_linalg
import cases_order
import cases_statistics


# ---- elementwise

def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def add_functions(j):
    """name, NumPy's function, an interval for values; the answers are NumPy's wherever the values lie."""
    for name, f, low, high in [
            ('sqrt', np.sqrt, 0, 1e6), ('exp', np.exp, -80, 80), ('expm1', np.expm1, -30, 30),
            ('log', np.log, 0, 10), ('log1p', np.log1p, -1, 3), ('log2', np.log2, 0, 100),
            ('log10', np.log10, 0, 1000), ('sin', np.sin, -100, 100), ('cos', np.cos, -100, 100),
            ('tan', np.tan, -10, 10), ('arcsin', np.arcsin, -1, 1), ('arccos', np.arccos, -1, 1),
            ('arctan', np.arctan, -10, 10), ('sinh', np.sinh, -20, 20), ('cosh', np.cosh, -20, 20),
            ('tanh', np.tanh, -5, 5), ('sigmoid', sigmoid, -40, 40)]:
        for kind in FLOATS:
            for x in (j.between(kind, 211, low, high), j.between(kind, 97, low / 50, high / 50),
                      j.magnitudes(kind, 211), j.magnitudes(kind, 97, -6, 5), j.sample(kind, (97,), 'special'),
                      j.sample(kind, (0,)), j.sample(kind, (1,))):
                j.case(name, [x], rounded_once(f), compare='ulps', tolerance=4)
    for name, f in [('floor', np.floor), ('ceil', np.ceil), ('round', np.round), ('trunc', np.trunc)]:
        for kind in FLOATS:
            halves = (j.random.randint(-40, 40, 97) / 2).astype(kind)
            for x in (halves, j.sample(kind, (211,), 'special'), j.sample(kind, (13,)), j.magnitudes(kind, 97)):
                j.case(name, [x], f, compare='exact')
    for name, f, tolerance in [('hypot', np.hypot, 4), ('arctan2', np.arctan2, 4)]:
        for kind in FLOATS:
            for shape in (97,), (211,), (0,):
                for values in 'small', 'special':
                    j.case(name, [j.sample(kind, shape, values), j.sample(kind, shape, values)], rounded_once(f),
                           compare='ulps', tolerance=tolerance)
            j.case(name, [j.magnitudes(kind, 97), j.magnitudes(kind, 1)], rounded_once(f), compare='ulps',
                   tolerance=tolerance)
    for kind in FLOATS:
        for x, y in [(j.between(kind, 97, 0, 10), j.between(kind, 97, -5, 5)),
                     (j.sample(kind, (97,)), j.random.randint(-9, 9, 97).astype(kind)),
                     (j.sample(kind, (211,), 'special'), j.sample(kind, (211,), 'special')),
                     (j.sample(kind, (7,)), j.sample(kind, (1,)))]:
            j.case('power', [x, y], rounded_once(np.power), compare='ulps', tolerance=4)


def add_functions_of_integers(j):
    for name, f in [('sqrt', np.sqrt), ('exp', np.exp), ('sin', np.sin), ('floor', np.floor), ('round', np.rint)]:
        for kind in ['bool', 'int32'] if name == 'sin' else INTEGERS:
            for n in 5, 97:
                differs = 'integers as double' if kind in ('bool', 'uint8') or name == 'round' else None
                j.case('integer ' + name, [j.sample(kind, (n,))], rounded_once(f, 'float64'), compare='ulps',
                       tolerance=4, differs=differs)
    for kind in INTEGERS:
        for n in 7, 97:
            x, y = j.sample(kind, (n,)), j.sample(kind, (n,))
            if kind != 'bool':
                y = (np.sign(y) * (np.abs(y.astype('int64')) % 9)).astype(kind)
            j.case('integer power', [x, y], rounded_once(np.power, 'float64'), compare='ulps', tolerance=4,
                   differs='integer power')
    for kind in 'uint8', 'int32':
        j.case('integer hypot', [j.sample(kind, (97,)), j.sample(kind, (97,))], rounded_once(np.hypot, 'float64'),
               compare='ulps', tolerance=4, differs='integers as double' if kind == 'uint8' else None)
    for kind in KINDS:
        for name, f in [('isnan', np.isnan), ('isinf', np.isinf), ('isfinite', np.isfinite),
                        ('logical_not', np.logical_not)]:
            for n in 0, 13, 97:
                j.case(name, [j.sample(kind, (n,), 'special')], f)
    for to in REALS:
        for kind in REALS:
            for n in 7, 97:
                x = j.sample(kind, (n,))
                if to == 'uint8' and kind != 'bool':
                    x = np.abs(x)  # C++ leaves a negative float to uint8 undefined
                j.case('to ' + to, [x], lambda x: x.astype(to))
            if kind in INTEGERS:  # from integers all is defined
                j.case('to ' + to, [j.sample(kind, (97,), 'full')], lambda x: x.astype(to))
    for to, kinds in [('complex64', ['bool', 'int64', 'float64', 'complex128']),
                      ('complex128', ['bool', 'int64', 'float32', 'complex64'])]:
        for kind in kinds:
            j.case('to ' + to, [j.sample(kind, (13,))], lambda x: x.astype(to), compare='exact')


def log1p_of_complex(x):
    """NumPy's loses the real part of small numbers."""
    a, b = x.real, x.imag
    small = (np.abs(a) < 0.5) & (np.abs(b) < 0.5)
    a0, b0 = np.where(small, a, 0), np.where(small, b, 0)
    result = np.log1p(x)
    result.real = np.where(small, np.log1p(a0 * (2 + a0) + b0 * b0) / 2, result.real)
    return result


def add_functions_of_complex(j):
    for name, f in [
            ('sqrt', np.sqrt), ('exp', np.exp), ('log', np.log), ('log10', np.log10), ('sin', np.sin),
            ('cos', np.cos), ('tan', np.tan), ('arcsin', np.arcsin), ('arccos', np.arccos), ('arctan', np.arctan),
            ('sinh', np.sinh), ('cosh', np.cosh), ('tanh', np.tanh), ('arcsinh', np.arcsinh), ('arccosh', np.arccosh),
            ('arctanh', np.arctanh), ('expm1', np.expm1), ('log1p', log1p_of_complex), ('exp2', np.exp2), ('log2', np.log2)]:
        for kind in COMPLEX:
            for n in 0, 7, 97:
                j.case('complex ' + name, [j.sample(kind, (n,), 'nonzero')], rounded_once(f), compare='ulps',
                       tolerance=4)
            wild = j.magnitudes(kind, 211, -6, 3) + 1j * j.magnitudes(kind, 211, -6, 3)
            for x in j.sample(kind, (211,), 'special'), j.sample(kind, (211,), 'infinite'), wild.astype(kind):
                if name == 'exp2':  # beyond, the last bit of the angle decides
                    x = np.where(np.abs(x.imag) < 1e6, x, x.real.astype(kind))
                j.case('complex ' + name, [x], rounded_once(f), compare='ulps', tolerance=4)
    for kind in COMPLEX:
        for n in 7, 97:
            x, y = j.sample(kind, (n,), 'nonzero'), j.sample(kind, (n,)) / np.array(4, kind)
            # |error| / |x^y| grows with |y log x|.
            with np.errstate(all='ignore'):
                size = np.abs(np.power(x, y)) * (4 + 4 * np.abs(y * np.log(x))) * eps_of(kind)
            j.case('complex power', [x, y], rounded_once(np.power), compare='bound', bound=size)
            j.case('complex power', [np.zeros(4, kind), np.array([0, 1, 2, 0.5], kind)], np.power, compare='ulps')
            j.case('complex abs', [x], rounded_once(np.abs), compare='ulps', tolerance=4)
            j.case('complex abs', [j.sample(kind, (n,), 'special')], rounded_once(np.abs), compare='ulps', tolerance=4)
    for name, f, kinds in [('conj', np.conj, ['int32', 'float64'] + COMPLEX),
                           ('real', np.real, ['bool', 'int32', 'float32'] + COMPLEX),
                           ('imag', np.imag, ['bool', 'int32', 'float32'] + COMPLEX)]:
        for kind in kinds:
            for n in 1, 97:
                j.case(name, [j.sample(kind, (n,), 'special')], f, compare='exact')


def truncated(x, y):
    """Integer division as C++ has it."""
    if x.dtype == bool:
        return x & y
    q = (np.abs(x.astype('float64')) // np.abs(y.astype('float64'))).astype('int64')
    return (np.sign(x.astype('int64')) * np.sign(y.astype('int64')) * q).astype(x.dtype)


PAIRS = [((5, 3), (5, 3)), ((13, 17), (1, 17)), ((7, 1), (1, 5)), ((0, 3), (1, 3)), ((97, 3), (97, 3)),
         ((1, 1), (4, 6)), ((3, 0), (3, 1)), ((2, 3), (3, 2)), ((0, 3), (2, 3))]
PAIRS_1 = [((97,), (97,)), ((1,), (13,)), ((0,), (1,)), ((2,), (3,))]


def add_operators(j):
    for kind in KINDS:
        for shape in (1,), (97,):
            x = j.sample(kind, shape, 'full')
            if kind == 'bool':
                j.case('square', [x], lambda x: x, differs='bool arithmetic')
            else:
                j.case('negative', [x], np.negative, compare='exact')
                j.case('square', [x], np.square if kind not in COMPLEX else rounded_once(np.square),
                       compare='exact' if kind not in COMPLEX else 'ulps', tolerance=4)
            if kind in REALS:
                j.case('abs', [x], np.abs)
                j.case('abs', [j.sample(kind, shape, 'special')], np.abs, compare='exact')

    # name, function, element types, values on the left and right, number of dimensions
    for name, f, kinds, n in [
            ('add', np.add, KINDS, 2), ('subtract', np.subtract, KINDS, 2), ('multiply', np.multiply, KINDS, 2),
            ('divide', np.divide, KINDS, 2), ('fmod', np.fmod, REALS, 2), ('equal', np.equal, KINDS, 2),
            ('not_equal', np.not_equal, KINDS, 1), ('less', np.less, REALS, 2), ('less_equal', np.less_equal, REALS, 1),
            ('greater', np.greater, REALS, 1), ('greater_equal', np.greater_equal, REALS, 1),
            ('logical_and', np.logical_and, KINDS, 1), ('logical_or', np.logical_or, KINDS, 1),
            ('maximum', np.maximum, REALS, 2), ('minimum', np.minimum, REALS, 1)]:
        for kind in kinds:
            integer = kind in INTEGERS
            if name == 'subtract' and kind == 'bool':
                continue  # does not compile, as NumPy refuses it
            for first, second in PAIRS if n == 2 else PAIRS_1:  # complex operands are finite: C99 has other infinities
                left, right = 'small', 'small'
                if name in ('divide', 'fmod') and (integer or kind in COMPLEX):
                    right = 'nonzero'
                elif kind not in COMPLEX and j.random.randint(2):
                    left = right = 'special'
                x, y = j.sample(kind, first, left), j.sample(kind, second, right)
                how, tolerance, answer, differs = 'exact', 0, f, None
                if name in ('maximum', 'minimum'):
                    how = 'ulps'  # of two zeros either may come
                if kind in COMPLEX and name in ('multiply', 'divide'):
                    how, tolerance, answer = 'ulps', 4, rounded_once(f)
                if name == 'divide' and integer:
                    answer, differs = truncated, 'integer division'
                if name == 'fmod' and kind == 'bool':
                    answer, differs = (lambda x, y: x & ~y), 'integers as double'
                j.case(name, [x, y], answer, compare=how, tolerance=tolerance, differs=differs)
            if name in ('divide', 'fmod') and integer:
                x, y = j.sample(kind, (13, 17), 'nonzero'), j.sample(kind, (13, 17), 'nonzero')
                y[j.random.randint(13), j.random.randint(17)] = 0
                j.case(name, [x, y], None, raises=['domain_error'], differs='integer division by zero')
            if name in ('divide', 'fmod') and kind in SIGNED:  # the least number by -1 wraps
                x = np.full((2, 3), np.iinfo(kind).min, kind)
                j.case(name, [x, np.full((2, 3), -1, kind)],
                       lambda x, y: x if name == 'divide' else np.zeros_like(x), differs='integer division')

    for name, pairs in [
            ('add 1 1', PAIRS_1), ('add 1 2', [((3,), (5, 3)), ((1,), (5, 3)), ((5,), (5, 3)), ((17,), (13, 17))]),
            ('add 2 1', [((5, 3), (3,)), ((97, 1), (7,)), ((0, 3), (3,)), ((5, 3), (5,))]),
            ('add 3 1', [((2, 3, 4), (4,)), ((7, 5, 3), (1,)), ((2, 3, 1), (5,)), ((2, 3, 4), (3,))]),
            ('add 2 3', [((3, 4), (2, 3, 4)), ((5, 1), (2, 1, 7)), ((1, 1), (7, 5, 3)), ((2, 4), (2, 3, 4))]),
            ('add 3 3', [((2, 3, 4), (2, 3, 4)), ((7, 1, 3), (1, 5, 3)), ((0, 2, 3), (1, 2, 1)),
                         ((2, 3, 4), (3, 3, 4))]),
            ('add 4 2', [((2, 3, 4, 5), (4, 5)), ((2, 3, 1, 5), (4, 1)), ((5, 3, 2, 7), (1, 7)),
                         ((2, 3, 4, 5), (5, 5))]),
            ('add 3 4', [((3, 4, 5), (2, 3, 4, 5)), ((1, 4, 1), (2, 3, 1, 5)), ((3, 1, 1), (2, 3, 4, 5))]),
            ('add 4 4', [((2, 3, 4, 5), (2, 3, 4, 5)), ((5, 1, 2, 1), (1, 3, 1, 7)), ((3, 0, 2, 2), (1, 1, 2, 2))])]:
        for first, second in pairs:
            for _ in range(4):
                j.case(name, [j.sample('float64', first, 'special'), j.sample('float64', second)], np.add,
                       compare='exact')
    for first, second in [((5, 3), (3,)), ((97, 3), (1,)), ((13, 17), (17,)), ((3, 0), (1,)), ((5, 3), (5,))]:
        for _ in range(3):
            x, y = j.sample('float64', first), j.sample('float64', second)
            j.case('fused', [x, y], lambda x, y: (x - y) * y + np.abs(x) * 2.0, compare='bound', bound=1e-13)
    for first, second in [((5, 3), (3, 5)), ((97, 3), (3, 97)), ((13, 17), (17, 13)), ((3, 1), (1, 3)),
                          ((2, 3), (2, 3))]:
        for _ in range(3):
            x, y = j.sample('float64', first), j.sample('float64', second)
            j.case('views fused', [x, y], lambda x, y: x.T - y * y[::-1], compare='bound', bound=1e-13)
    for n in 2, 3:
        for shape in SHAPES[n]:
            j.case('centred', [j.sample('float64', shape)], lambda x: x - x.mean(0, keepdims=True), compare='bound',
                   bound=1e-12)


def weak_kind(kind, number):
    """The element type of an array of `kind` beside a C++ number."""
    order = {'b': 0, 'u': 1, 'i': 1, 'f': 2, 'c': 3}
    own, other = order[np.dtype(kind).kind], order[np.asarray(number).dtype.kind]
    if other <= own:
        return kind
    if other == 3:
        return 'complex64' if kind == 'float32' else 'complex128'
    return 'float64' if other == 2 else 'int64'


def add_mixed(j):
    for a in KINDS:
        for b in KINDS:
            for first, second in PAIRS_1[:3]:
                j.case('mixed add', [j.sample(a, first), j.sample(b, second)], np.add, compare='exact')
    few = ['bool', 'uint8', 'int64', 'float32', 'float64']
    for a in few:
        for b in few:
            j.case('mixed less', [j.sample(a, (97,), 'special'), j.sample(b, (97,), 'special')], np.less)
    mostly = ['uint8', 'int32', 'float32']
    for a in mostly:
        for b in mostly:
            j.case('mixed maximum', [j.sample(a, (97,), 'special'), j.sample(b, (1,), 'special')], np.maximum,
                   compare='ulps')

    for kind in KINDS[1:]:
        for first, second in PAIRS:
            j.case('where', [j.sample('bool', first), j.sample(kind, second)], lambda c, x: np.where(c, x, -x),
                   compare='exact')
    for kind in 'int32', 'float64':
        for values in 'small', 'special':
            j.case('where condition', [j.sample(kind, (97,), values), j.sample('int32', (97,))],
                   lambda c, x: np.where(c, x, -x))
    for shapes in [((3,), (5, 3), (5, 1)), ((1,), (7, 1), (1, 13)), ((17,), (13, 17), (1, 1)), ((4,), (5, 3), (5, 1))]:
        for _ in range(4):
            j.case('where 3', [j.sample('bool', shapes[0]), j.sample('float64', shapes[1], 'special'),
                               j.sample('int32', shapes[2])], np.where, compare='exact')

    def with_number(operation, kinds, numbers, f, compare='exact', tolerance=0, differs=None, wide=False):
        for kind in kinds:
            for number in numbers:
                s = np.asarray(number, {'i': 'int64', 'f': 'float64', 'c': 'complex128', 'b': 'bool'}[
                    np.asarray(number).dtype.kind])
                to = weak_kind(kind, s)
                x = j.sample(kind, (int(j.random.choice([1, 13, 97])),))
                fits = s.dtype.kind != 'i' or np.dtype(to).kind not in 'ui' or \
                    np.iinfo(to).min <= int(s) <= np.iinfo(to).max
                with np.errstate(all='ignore'):
                    numpys = np.asarray(f(x, s[()])).dtype
                why = differs if differs and to in INTEGERS else None
                if not why and (not fits or answer_kind(numpys) != answer_kind(
                        np.asarray(f(x[:1].astype(to), x[:1].astype(to))).dtype)):
                    why = 'numbers are weak'
                if not fits:
                    j.case(operation, [x, s], None, raises=['domain_error'], differs=why)
                else:
                    typed = (rounded_once(f) if wide else f)
                    if operation.startswith('divide') and to in INTEGERS:
                        typed = truncated
                    if operation.startswith('divide') and to in INTEGERS and int(s) == 0:
                        j.case(operation, [x, s], None, raises=['domain_error'], differs='integer division by zero')
                        continue
                    j.case(operation, [x, s], lambda x, s: typed(x.astype(to), np.full(x.shape, s).astype(to)),
                           compare=compare, tolerance=tolerance, differs=why)

    with_number('add integer', KINDS, [0, 3, -7, 300, 2 ** 40], np.add)
    with_number('add real', KINDS, [0.0, 2.5, -1e300, np.inf], np.add)
    with_number('add complex', KINDS, [1 + 2j, -0.5j], np.add)
    with_number('multiply bool', KINDS[1:], [True, False], np.multiply, compare='ulps')
    with_number('divide integer', ['uint8', 'int32', 'float32', 'float64'], [3, 7, 0], np.divide,
                differs='integer division')
    with_number('divide into', ['int32', 'float32'], [2.5, -1.0, 0.0], lambda x, s: np.divide(s, x))
    with_number('less number', REALS, [0.5, -3.0, np.nan, np.inf], np.less)
    with_number('power number', ['int32', 'float32', 'float64'], [2.0, 0.5, -1.0, 0.0], np.power, compare='ulps',
                tolerance=4, wide=True)
    for kind in ['uint8', 'int32', 'float32', 'complex64']:
        for first, second in PAIRS_1:
            to = weak_kind(kind, 2.5)
            j.case('where number', [j.sample('bool', first), j.sample(kind, second)],
                   lambda c, x: np.where(c, x.astype(to), np.asarray(2.5).astype(to)), compare='exact')


# ---- reductions

def product_bound(x, axis):
    n = x.size if axis is None else x.shape[axis]
    return (4 * n * eps_of('float64') + 2 * eps_of(x.dtype)) * np.prod(magnitude(x), axis=axis)


def mean_bound(x, axis):
    n = x.size if axis is None else x.shape[axis]
    return sum_bound(x, axis) / n + 2 * (eps_of(x.dtype) or eps_of('float64')) * np.mean(magnitude(x), axis=axis)


def norm_bound(x, axis):
    n = x.size if axis is None else x.shape[axis]
    own = eps_of(x.dtype) or eps_of('float64')
    return (n * eps_of('float64') + 4 * own) * np.sqrt(np.sum(magnitude(x) ** 2, axis=axis))


def norm(x, axis=None):
    if x.dtype.kind in 'bui':
        x = x.astype('float64')
    return np.sqrt(np.sum(np.abs(x) ** 2, axis=axis))


def add_reductions(j):
    """name, NumPy's function, bound (none: exact), element types over all, over an axis; the operations of other
    dimensions ("name n", "name axis n", "name keepdims") and their element types."""
    for name, f, bound, over_all, over_axis, others in [
            ('sum', np.sum, sum_bound, KINDS, KINDS, {'n': 'float32', 'axis n': 'float64', 'keepdims': 'float64'}),
            ('product', np.prod, product_bound, KINDS, ['uint8', 'int32', 'float32', 'float64'], {}),
            ('min', np.min, None, REALS, REALS, {'keepdims': 'float32'}),
            ('max', np.max, None, REALS, REALS, {'n': 'float64', 'axis n': 'float64'}),
            ('any', np.any, None, KINDS, ['bool', 'int32', 'float64', 'complex64'], {'keepdims': 'bool'}),
            ('all', np.all, None, KINDS, ['bool', 'int32', 'float64', 'complex128'], {}),
            ('argmin', np.argmin, None, REALS, REALS, {'n': 'int32'}),
            ('argmax', np.argmax, None, REALS, REALS, {'axis n': 'int32'}),
            ('mean', np.mean, mean_bound, KINDS, ['bool', 'int32', 'float32', 'float64', 'complex64'],
             {'axis n': 'float64', 'keepdims': 'int32'}),
            ('norm', norm, norm_bound, KINDS, ['int32', 'float32', 'float64', 'complex128'], {})]:

        def one(operation, kind, shape, axis, values='small', **more):
            x = j.sample(kind, shape, values)
            rounds = bound is not None and (kind not in INTEGERS or name in ('mean', 'norm'))
            differs = None
            if rounds and kind in ('float32', 'complex64'):
                differs = 'wide accumulators'
            elif kind == 'uint8' and name in ('sum', 'product'):
                differs = 'int64 sums'
            limit = None
            with np.errstate(all='ignore'):
                try:
                    limit = bound(x, axis) if rounds else None
                except (IndexError, ValueError):
                    pass
            if limit is not None and more.get('keepdims') and axis is not None:
                limit = np.expand_dims(limit, axis)
            j.case(operation, [x], axis_or_all(f, axis, **more), integers=[] if axis is None else [axis],
                   compare='bound' if rounds else 'exact' if name not in ('min', 'max') else 'ulps', bound=limit,
                   on_error='domain_error', differs=differs)

        extremes = name in ('min', 'max', 'argmin', 'argmax', 'any', 'all')
        for kind in over_all:
            rare = 'special' if extremes else 'infinite' if kind in FLOATS else 'small'
            for shape in SHAPES[2]:
                one(name, kind, shape, None, rare if j.random.randint(2) else 'small')
        for kind in over_axis:
            for shape in SHAPES[2]:
                for axis in (0, -1) if j.random.randint(2) else (1, -2):
                    rare = 'special' if extremes else 'infinite' if kind in FLOATS else 'small'
                    one(name + ' axis', kind, shape, axis, rare if j.random.randint(2) else 'small')
            one(name + ' axis', kind, (5, 3), int(j.random.choice([2, -3])))
        for which, kind in others.items():
            for n in (1, 2, 3, 4) if which == 'keepdims' else (1, 3, 4):
                for shape in SHAPES[n]:
                    if which == 'n':
                        one(name + ' n', kind, shape, None)
                        continue
                    more = {'keepdims': True} if which == 'keepdims' else {}
                    for axis in range(-1, n + 1 - (n > 1)):
                        one(name + ' ' + which, kind, shape, axis, **more)
    for first, second in PAIRS[:3] + [((5, 3), (3, 1))]:
        x, y = j.sample('float64', first), j.sample('float64', second[1:])
        j.case('sum fused', [x, y], lambda x, y: np.sum(np.square(x - y)), compare='bound', bound=1e-9)
    for kind in 'int32', 'int64':  # they wrap
        for _ in range(4):
            x = j.sample(kind, (13, 17), 'full')
            j.case('sum', [x], lambda x: np.sum(x))
            j.case('product', [x], lambda x: np.prod(x))
            j.case('mean', [x // 3], lambda x: np.mean(x.astype('longdouble')).astype('float64'), compare='bound',
                   bound=mean_bound(x, None))


# ---- views and movement

def add_views(j):
    for kind in KINDS:
        for shape in SHAPES[2]:
            j.case('transpose', [j.sample(kind, shape, 'bits')], np.transpose)
    for n in 1, 3, 4:
        for shape in SHAPES[n]:
            j.case('transpose n', [j.sample('int32', shape)], np.transpose)
    for n in 1, 2, 3, 4:
        for shape in SHAPES[n]:
            x = j.sample('int32', shape, 'bits')
            for _ in range(3):
                axes = [int(a) - n * j.random.randint(2) for a in j.random.permutation(n)]
                if j.random.randint(8) == 0:
                    axes[0] = n
                elif n > 1 and j.random.randint(8) == 0:
                    axes[0] = axes[1]
                j.case('transpose axes', [x.astype('float64')], lambda x: np.transpose(x, axes), integers=axes,
                       on_error='index_error')
                a, b = (int(d) for d in j.random.randint(-n, n, 2))
                j.case('swapaxes', [x], lambda x: np.swapaxes(x, a, b), integers=[a, b])
                j.case('moveaxis', [x], lambda x: np.moveaxis(x, a, b), integers=[a, b])
            j.case('swapaxes', [x], lambda x: np.swapaxes(x, 0, n), integers=[0, n])
            j.case('moveaxis', [x], lambda x: np.moveaxis(x, -n - 1, 0), integers=[-n - 1, 0])
            if n >= 2:
                for name, at in ('row', -2), ('column', -1):
                    extent = shape[at]
                    for i in {0, -1, extent // 2, extent, -extent - 1}:
                        s = (Ellipsis, i, slice(None)) if at == -2 else (Ellipsis, i)
                        j.case(name, [x], lambda x: x[s], integers=[i])
                one = int(j.random.randint(n))
                thin = shape[:one] + (1,) + shape[one + 1:]
                for axis in one, one - n, (one + 1) % n, n:
                    j.case('squeeze', [j.sample('float64', thin)], lambda x: np.squeeze(x, axis), integers=[axis])
            if n < 4:
                for axis in range(-n - 2, n + 2):
                    j.case('expand_dims', [x.astype('float64')], lambda x: np.expand_dims(x, axis), integers=[axis])
            j.case('flip', [x], np.flip)
            for axis in {0, -1, n - 1, -n, n}:
                j.case('flip axis', [x], lambda x: np.flip(x, axis), integers=[axis])
    for shape, target in [((3,), (3,)), ((1,), (7,)), ((1,), (0,)), ((3,), (4,)), ((0,), (1,)), ((3,), (5, 3)),
                          ((1,), (5, 3)), ((5, 1), (5, 3)), ((1, 1), (13, 17)), ((5, 3), (5, 4)), ((3,), (0, 3)),
                          ((3,), (2, 5, 3)), ((5, 1), (2, 5, 3)), ((2, 1, 3), (2, 5, 3)), ((1, 1, 1), (7, 5, 3)),
                          ((2, 3, 4), (3, 3, 4)), ((4, 1), (2, 3, 4, 5)), ((1, 5), (2, 3, 4, 5)),
                          ((2, 1, 4, 1), (2, 3, 4, 5)), ((2, 3, 4, 5), (2, 3, 4, 6))]:
        for _ in range(2):
            j.case('broadcast_to %d' % len(target), [j.sample('int32', shape)], lambda x: np.broadcast_to(x, target),
                   integers=target)
    for n in 2, 3:
        for shape in SHAPES[n]:
            x = j.sample('float64', shape)
            j.case('transpose of flip', [x], lambda x: np.flip(x, 0).T)
            for axis in range(-n, n):
                j.case('sum of transpose', [x], lambda x: np.sum(x.T, axis), integers=[axis], compare='bound',
                       bound=1e-10)
            if n == 3:
                j.case('transpose of sum', [x], lambda x: np.sum(x, 1).T, compare='bound', bound=1e-10)
            else:
                j.case('flip of expression', [x], lambda x: np.flip(x * x, 1), compare='exact')
                j.case('argmax of flip', [x], lambda x: np.argmax(np.flip(x)), on_error='domain_error')
    for target in (5, 3), (13, 3), (0, 3):
        j.case('max of broadcast', [j.sample('int32', (3,))], lambda x: np.max(np.broadcast_to(x, target), 1),
               integers=target)


def selector(j, n, errors):
    """An index or a slice for a dimension of extent n."""
    r = j.random
    if errors and r.randint(25) == 0:
        return [n, -n - 1, slice(None, None, 0)][r.randint(3)]
    if n > 0 and r.randint(4) == 0:
        return int(r.randint(-n, n))
    usual = [slice(None), slice(1, None), slice(None, -1), slice(None, None, 2), slice(None, None, -1), slice(-3, None),
             slice(5, 1, -2), slice(n + 5, None), slice(-100, 100, 3), slice(2, 2), slice(None, None, -3),
             slice(n + 3, -n - 5, -2), slice(n // 2, None), slice(None, n // 2), slice(0, n, 7), slice(3, None, -1)]
    if r.randint(3) == 0:
        step = int(r.choice([1, 2, 3, -1, -2, -5]))
        return slice(int(r.randint(-n - 2, n + 3)), int(r.randint(-n - 2, n + 3)), step)
    return usual[r.randint(len(usual))]


def selectors_for(j, shape, errors=True):
    """One selector per dimension, at least one of them a range."""
    chosen = [selector(j, n, errors) for n in shape]
    if not any(isinstance(s, slice) for s in chosen):
        chosen[j.random.randint(len(chosen))] = slice(None, None, int(j.random.choice([1, -1, 2])))
    return tuple(chosen)


def add_slices(j):
    for kind in KINDS:
        for shape in SHAPES[1]:
            for _ in range(3):
                s = selectors_for(j, shape)
                j.case('slice 1', [j.sample(kind, shape, 'bits')], lambda x: x[s], selectors=s, on_error='index_error')
    for n in 1, 2, 3, 4:
        for shape in SHAPES[n]:
            for _ in range(8):
                s = selectors_for(j, shape)
                x = j.sample('int32', shape)
                more = dict(selectors=s, on_error='index_error')
                if n >= 2:
                    j.case('slice', [x], lambda x: x[s], **more)
                if n in (2, 3):
                    j.case('slice negated', [x.astype('float64')], lambda x: -(x[s]), compare='exact', **more)
                    j.case('slice sum', [x], lambda x: np.sum(x[s]), **more)
                if n in (1, 2):
                    j.case('slice of slice', [x.astype('float64')], lambda x: np.flip(x[s].T, 0), **more)
                if n == 3:
                    try:
                        more['on_error'] = 'domain_error' if x[s].ndim else ''
                    except ValueError:
                        pass
                    except IndexError:
                        pass
                    j.case('slice max axis', [x.astype('float64')], lambda x: np.max(x[s], 0), **more)


def assigned(x, s, source):
    x[s] = source
    return x


def updated(x, s, number):
    x[s] -= number
    return x


def places_of_target(j, n):
    return [LOCAL if j.random.randint(6) == 0 else DISTRIBUTED] + [DISTRIBUTED if j.random.randint(4) else LOCAL
                                                                 for _ in range(n - 1)]


def add_assignments(j):
    def store(operation, kind, shape, dimensions, repeats):
        for _ in range(repeats):
            s = selectors_for(j, shape)
            x = j.sample(kind, shape)
            try:
                chosen = x[s].shape
            except (IndexError, ValueError):
                chosen = (1,) * sum(isinstance(k, slice) for k in s)
            if len(chosen) < dimensions:
                continue
            source = [n if j.random.randint(5) else 1 for n in chosen[len(chosen) - dimensions:]]
            if j.random.randint(10) == 0:
                source[0] += 2
            y = j.sample(kind, source)
            bad = any(isinstance(k, slice) and k.step == 0 for k in s)
            j.case(operation, [x, y], lambda x, y: assigned(x, s, y), selectors=s,
                   on_error='index_error' if bad else 'shape_error', places=places_of_target(j, 2))

    for kind in KINDS:
        for shape in SHAPES[1]:
            store('assign slice 1', kind, shape, 1, 2)
    for n in 2, 3:
        for shape in SHAPES[n]:
            store('assign slice from 1', 'int32', shape, 1, 6)
            store('assign slice from 2', 'int32', shape, 2, 6)
    for n in 1, 2, 3, 4:
        for shape in SHAPES[n]:
            for _ in range(3):
                s = selectors_for(j, shape)
                j.case('assign slice number', [j.sample('int32', shape), np.asarray(777, 'int64')],
                       lambda x, y: assigned(x, s, y), selectors=s, on_error='index_error',
                       places=places_of_target(j, 1) + [NUMBER])
    j.case('assign slice number', [j.sample('int32', (7,)), np.asarray(2 ** 40, 'int64')], None,
           selectors=(slice(None),), raises=['domain_error'], differs='numbers are weak',
           places=[DISTRIBUTED, NUMBER])
    for name, at in ('assign row', 0), ('assign column', 1):
        for shape in SHAPES[2]:
            for i in {0, -1, shape[at] // 2, shape[at]}:
                s = (i, slice(None)) if at == 0 else (slice(None), i)
                y = j.sample('float64', (shape[1 - at],))
                j.case(name, [j.sample('float64', shape), y], lambda x, y: assigned(x, s, y), integers=[i],
                       places=places_of_target(j, 2))
    for shape in SHAPES[1]:
        x = j.sample('int32', shape)
        n = shape[0]
        j.case('assign reversed', [x], lambda x: x[::-1].copy(), places=places_of_target(j, 1))
        for a, b in [(slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None)),
                     (slice(None), slice(None, None, -1)), (slice(None, n // 2), slice(n - n // 2, None)),
                     (slice(None, None, 2), slice(None, None, 2)), (slice(None), slice(0, 1)),
                     (slice(1, None), slice(None))]:
            j.case('assign part to part', [x], lambda x: assigned(x, a, x[b]), selectors=(a, b),
                   places=places_of_target(j, 1))
    for n in 1, 2, 3:
        for shape in SHAPES[n]:
            for kind, name in ('int32', 'update add'), ('float64', 'update multiply'):
                f = np.add if name == 'update add' else np.multiply
                source = [m if j.random.randint(3) else 1 for m in shape]
                if j.random.randint(8) == 0:
                    source[0] += 2
                x, y = j.sample(kind, shape), j.sample('uint8' if kind == 'int32' else 'float32', source)
                j.case(name, [x, y], lambda x, y: f(x, y, out=x), compare='exact', places=places_of_target(j, 2))
                s = selectors_for(j, shape)
                j.case('update slice', [j.sample('int32', shape)], lambda x: updated(x, s, 3), selectors=s,
                       on_error='index_error', places=places_of_target(j, 1))
    for n in 1, 5, 13, 31:
        j.case('assign transposed', [j.sample('float64', (n, n))], lambda x: x.T + x, compare='exact',
               places=places_of_target(j, 1))
    for shape in SHAPES[2]:
        if shape[1] == 0:
            continue
        j.case('assign centred', [j.sample('float64', shape)], lambda x: x - x.mean(1, keepdims=True),
               compare='bound', bound=1e-12, places=places_of_target(j, 1))
        x = j.sample('int32', shape)
        j.case('assign double to int', [x, j.sample('float64', shape)],
               lambda x, y: assigned(x, slice(None), y + 0.25), places=places_of_target(j, 2))
        j.case('assign divided', [x, j.sample('int32', shape, 'nonzero')], truncated, differs='integer division',
               places=places_of_target(j, 2))
        if x.size:
            zero = j.sample('int32', shape, 'nonzero')
            zero.flat[j.random.randint(x.size)] = 0
            j.case('assign divided', [x, zero], None, raises=['domain_error'], differs='integer division by zero',
                   places=places_of_target(j, 2))
    for n in 1, 2, 3:
        for shape in SHAPES[n]:
            x = j.sample('float64', shape)
            j.case('assign into', [x, j.sample('int32', shape)], lambda x, y: y * 0.5, compare='exact',
                   places=[DISTRIBUTED, DISTRIBUTED])
            other = shape[:-1] + (shape[-1] + 1,)
            j.case('assign into', [x, j.sample('int32', other)], None, raises=['shape_error'],
                   places=[DISTRIBUTED, DISTRIBUTED])
            if shape[-1] > 1:
                j.case('assign into', [x, j.sample('int32', shape[:-1] + (1,))], None, raises=['shape_error'],
                       differs='assignment keeps shapes', places=[DISTRIBUTED, DISTRIBUTED])


def add_movement(j):
    here = [DISTRIBUTED]
    for kind in KINDS:
        for shape in SHAPES[2]:
            x = j.sample(kind, shape, 'bits')
            j.case('retile', [x], lambda x: x, places=here)
            j.case('all_gather', [x], lambda x: x)
    for n in 1, 3, 4:
        for shape in SHAPES[n]:
            j.case('retile n', [j.sample('float64', shape)], lambda x: x, places=here)
            j.case('all_gather n', [j.sample('int32', shape)], lambda x: x)
    for shape in SHAPES[2]:
        j.case('retile expression', [j.sample('int32', shape)], lambda x: x * 2, places=here)

    def resized(shape, axis, n):
        return shape[:axis] + (n,) + shape[axis + 1:]

    for name, n, kinds in [('1', 1, ['int32'] * 2), ('2', 2, ['float64'] * 2), ('3', 3, ['uint8'] * 2),
                           ('4', 4, ['complex64'] * 2), ('mixed', 2, ['int32', 'float32']),
                           ('bool', 1, ['bool', 'uint8']), ('three', 2, ['float64'] * 3)]:
        for shape in SHAPES[n]:
            for axis in range(-n, n + 1):
                xs = [j.sample(k, resized(shape, axis % n, int(j.random.choice([0, 1, 3, 7, shape[axis % n]]))))
                      for k in kinds]
                if n > 1 and j.random.randint(8) == 0:
                    xs[1] = j.sample(kinds[1], tuple(e + 1 for e in xs[1].shape))
                j.case('concatenate ' + name, xs, lambda *xs: np.concatenate(xs, axis), integers=[axis])
    for n, kind, k in [(1, 'int32', 2), (2, 'float64', 3), (3, 'float32', 2)]:
        for shape in SHAPES[n]:
            for axis in range(-n - 1, n + 2):
                xs = [j.sample(kind, shape) for _ in range(k)]
                if -n <= axis < n and j.random.randint(12) == 0:
                    xs[1] = j.sample(kind, shape[:-1] + (shape[-1] + 1,))
                j.case('stack %d' % n, xs, lambda *xs: np.stack(xs, axis), integers=[axis])

    def tiled(x, times, axis):
        if not -x.ndim <= axis < x.ndim:
            raise np.AxisError(axis, x.ndim)
        return np.tile(x, [times if d == axis % x.ndim else 1 for d in range(x.ndim)])

    def padded(x, axis, before, after, value):
        if not -x.ndim <= axis < x.ndim:
            raise np.AxisError(axis, x.ndim)
        widths = [(before, after) if d == axis % x.ndim else (0, 0) for d in range(x.ndim)]
        return np.pad(x, widths, constant_values=value)

    for n in 1, 2, 3, 4:
        for shape in SHAPES[n]:
            x = j.sample('int32', shape)
            for axis in {0, -1, n - 1, n // 2, n}:
                for shift in j.random.choice([0, 1, -1, 2, 5, -7, 100, -1001], 2, replace=False):
                    shift = int(shift)
                    j.case('roll', [x], lambda x: np.roll(x, shift, axis), integers=[axis, shift])
                    if n == 2:
                        j.case('sum of roll', [x], lambda x: np.sum(np.roll(x, shift, axis) - x, 0),
                               integers=[axis, shift])
                j.case('roll flat', [x], lambda x: np.roll(x, shift), integers=[shift])
                for times in (int(j.random.choice([0, 1, -1])), int(j.random.choice([2, 3]))):
                    more = dict(integers=[axis, times], on_error='domain_error')
                    if times < 0 and axis < n and shape[axis] == 0:
                        more.update(raises=['domain_error'], differs='negative counts')
                    j.case('tile', [x], lambda x: tiled(x, times, axis), **more)
                    j.case('repeat', [x], lambda x: np.repeat(x, times, axis), **more)
                before, after = (int(w) for w in j.random.choice([0, 1, 2, 5, -1], 2, p=[.3, .3, .2, .15, .05]))
                j.case('pad', [x.astype('float64')], lambda x: padded(x, axis, before, after, -1.5),
                       integers=[axis, before, after], reals=[-1.5], on_error='domain_error')
    for n in 2, 3:
        for shape in SHAPES[n]:
            x = j.sample('int32', shape)
            times = [int(t) for t in j.random.choice([0, 1, 2, 3], n, p=[.1, .3, .3, .3])]
            j.case('tile all' if n == 2 else 'tile all 3', [x], lambda x: np.tile(x, times), integers=times)
            widths = [int(w) for w in j.random.choice([0, 1, 2, 5], 4)]
            if n == 2:
                j.case('pad all', [x.astype('float64')],
                       lambda x: np.pad(x, (widths[:2], widths[2:]), constant_values=2.5), integers=widths, reals=[2.5])
    for kind in KINDS:
        for shape in SHAPES[1]:
            j.case('roll type', [j.sample(kind, shape, 'bits')], lambda x: np.roll(x, 3, 0), integers=[0, 3])


# ---- products

def add_products(j):
    sizes = [(5, 3, 4), (1, 7, 1), (7, 1, 13), (0, 3, 2), (3, 0, 2), (2, 3, 0), (97, 13, 5), (31, 33, 17), (13, 97, 1)]
    for kind in KINDS:
        for n in 0, 1, 5, 97, 211:
            product_case(j, 'dot 1 1', j.sample(kind, (n,)), j.sample(kind, (n,)), lambda x, y: x @ y)
        product_case(j, 'dot 1 1', j.sample(kind, (5,)), j.sample(kind, (6,)), lambda x, y: x @ y)
        for m, k, n in sizes:
            product_case(j, 'dot 2 2', j.sample(kind, (m, k)), j.sample(kind, (k, n)), lambda x, y: x @ y)
        product_case(j, 'dot 2 2', j.sample(kind, (5, 3)), j.sample(kind, (4, 3)), lambda x, y: x @ y)
    for kind in ['int32', 'float32', 'float64', 'complex128']:
        for m, k, n in sizes + [(5, 3, 3)]:
            product_case(j, 'dot 2 1', j.sample(kind, (m, k)), j.sample(kind, (k,)), lambda x, y: x @ y)
            product_case(j, 'dot 1 2', j.sample(kind, (k,)), j.sample(kind, (k, n)), lambda x, y: x @ y)
        product_case(j, 'dot 2 1', j.sample(kind, (5, 3)), j.sample(kind, (5,)), lambda x, y: x @ y)
        product_case(j, 'dot 1 2', j.sample(kind, (3,)), j.sample(kind, (5, 3)), lambda x, y: x @ y)
        for m, k, n in sizes:
            x = j.sample(kind, (m, k))
            with np.errstate(all='ignore'):
                bound = (m + 4) * 4 * eps_of(kind) * (magnitude(x).T @ magnitude(x))
            j.case('gram', [x], lambda x: (x.T @ x) if kind == 'int32' else (widened(x).T @ widened(x)).astype(kind),
                   compare='bits' if kind == 'int32' else 'bound', bound=bound)
    for kind in 'float64', 'complex64':
        for m, k, n in sizes:
            x = j.sample(kind, (m, k))
            j.case('gram outer', [x], lambda x: (widened(x) @ widened(x).T).astype(kind), compare='bound',
                   bound=(k + 4) * 4 * eps_of(kind) * (magnitude(x) @ magnitude(x).T))
    for kind in ['int32', 'float64', 'complex128']:
        for m, k, n in sizes:
            product_case(j, 'dot transposed left', j.sample(kind, (k, m)), j.sample(kind, (k, n)),
                         lambda x, y: x.T @ y)
            product_case(j, 'dot transposed right', j.sample(kind, (m, k)), j.sample(kind, (n, k)),
                         lambda x, y: x @ y.T)
            product_case(j, 'dot transposed both', j.sample(kind, (k, m)), j.sample(kind, (n, k)),
                         lambda x, y: x.T @ y.T)
    for kind in 'int32', 'float32':
        for m, k, n in sizes:
            product_case(j, 'dot mixed', j.sample(kind, (m, k)), j.sample('float64', (k, n)), lambda x, y: x @ y)
    for m, k, n in sizes:
        product_case(j, 'dot of slices', j.sample('float64', (m, k)), j.sample('float64', (k, n)),
                     lambda x, y: x[::2] @ y[:, ::-1])
        x, y = j.sample('float64', (m, k)), j.sample('float64', (k,))
        j.case('dot of expressions', [x, y], lambda x, y: (x - 1.0) @ (y * y) + 0.5, compare='bound', bound=1e-9)


def add_large(j):
    """A few arrays of which every rank has many rows, so that loops run on threads and in stretches."""
    n = 100003
    x = j.sample('float64', (n,))
    j.case('exp', [x], rounded_once(np.exp), compare='ulps', tolerance=4)
    j.case('sum n', [x.astype('float32')], axis_or_all(np.sum, None), compare='bound',
           bound=sum_bound(x.astype('float32'), None))
    j.case('max n', [x], np.max)
    j.case('slice 1', [x], lambda x: x[::-3], selectors=(slice(None, None, -3),))
    j.case('roll type', [x], lambda x: np.roll(x, 54321, 0), integers=[0, 54321])
    y = j.sample('int32', (307, 331))
    j.case('transpose', [y], np.transpose)
    j.case('retile', [y], lambda x: x, places=[DISTRIBUTED])
    j.case('add', [y, j.sample('int32', (307, 331))], np.add)
    j.case('sum axis', [y], lambda x: np.sum(x, 0), integers=[0])
    j.case('argmax axis', [y], lambda x: np.argmax(x, 1), integers=[1])
    product_case(j, 'dot 2 2', j.sample('float64', (211, 307)), j.sample('float64', (307, 97)), lambda x, y: x @ y)


SUBJECTS = [add_functions, add_functions_of_integers, add_functions_of_complex, add_operators, add_mixed,
            add_reductions, add_views, add_slices, add_assignments, add_movement, add_products, add_large,
            cases_functions.add_more_functions, cases_functions.add_bits, cases_order.add_order,
            cases_order.add_quantiles, cases_order.add_counts, cases_statistics.add_scans,
            cases_statistics.add_statistics, cases_statistics.add_norms, cases_choice.add_choosing,
            cases_choice.add_scattering, cases_choice.add_reshaping, cases_create.add_creation,
            cases_create.add_diagonals, cases_linalg.add_more_products, cases_linalg.add_factorisations,
            cases_linalg.add_systems, cases_dimensions.add_dimensions]


# ---- the file

def many(values, code):
    return struct.pack('<q', len(values)) + struct.pack('<%d%s' % (len(values), code), *values)


def text_bytes(text):
    data = text.encode()
    return struct.pack('<q', len(data)) + data


def array_bytes(x):
    data = np.ascontiguousarray(x).tobytes()
    return struct.pack('<B', KINDS.index(str(x.dtype))) + many(x.shape, 'q') + struct.pack('<q', len(data)) + data


def selector_bytes(s):
    if not isinstance(s, slice):
        return struct.pack('<BBBqqq', 1, 1, 0, s, 0, 1)
    return struct.pack('<BBBqqq', 0, s.start is not None, s.stop is not None, s.start or 0, s.stop or 0,
                       1 if s.step is None else s.step)


def chosen_for_all(cases):
    """The places of one case of each operation: of the first that has a value and some elements, if any has."""
    best = {}
    for place, case in enumerate(cases):
        operation, operands, raises = case[0], case[8], case[9]
        worth = (not raises, min([x.size for _, x in operands if x.ndim] or [0]) >= 12)
        if operation not in best or worth > best[operation][0]:
            best[operation] = (worth, place)
    return {place for _, place in best.values()}


def case_bytes(case, everywhere):
    operation, text, compare, tolerance, third, integers, reals, selectors, operands, raises, expected, bounds = case
    data = struct.pack('<B', everywhere) + text_bytes(operation) + text_bytes(text)
    data += struct.pack('<BdB', compare, tolerance, third)
    data += many(integers, 'q') + many(reals, 'd')
    data += struct.pack('<q', len(selectors)) + b''.join(selector_bytes(s) for s in selectors)
    data += struct.pack('<q', len(operands))
    data += b''.join(struct.pack('<B', place) + array_bytes(x) for place, x in operands)
    data += struct.pack('<q', len(raises)) + b''.join(text_bytes(r) for r in raises)
    if not raises:
        data += array_bytes(expected) + many(bounds, 'd')
    return struct.pack('<q', len(data)) + data


def main(arguments):
    seed = 20240611
    if len(arguments) == 4 and arguments[2] == '--seed':
        seed = int(arguments[3])
        del arguments[2:]
    if len(arguments) != 2 or arguments[0] not in ('--write', '--show'):
        sys.exit(__doc__)
    if arguments[0] == '--write' and os.path.exists(arguments[1]):
        os.remove(arguments[1])
    if np is None:
        print('skipped: %s has no NumPy' % sys.executable)
        sys.exit(77)
    warnings.simplefilter('ignore')  # that NumPy divides by zero is what many cases are about
    judge = Judge(seed)
    for add in SUBJECTS:
        before = len(judge.cases)
        add(judge)
        if arguments[0] == '--write':
            print('%6d cases: %s' % (len(judge.cases) - before, add.__name__[4:].replace('_', ' ')))
    if arguments[0] == '--show':
        operation, text, _, _, _, _, _, _, operands, raises, expected, _ = judge.cases[int(arguments[1])]
        np.set_printoptions(threshold=2000, precision=17, linewidth=118)
        print(text)
        for place, x in operands:
            print('operand (%s): %r' % (['distributed', 'local', 'number'][place], x))
        print('raises %s' % raises if raises else 'expected: %r' % expected)
        return
    with open(arguments[1] + '.part', 'wb') as out:
        out.write(b'PTJUDGE1' + struct.pack('<q', len(judge.cases)))
        everywhere = chosen_for_all(judge.cases)
        for place, case in enumerate(judge.cases):
            out.write(case_bytes(case, place in everywhere))
    os.rename(arguments[1] + '.part', arguments[1])
    print('%6d cases in all, %d of which expect an error; one of each of %d operations on all ranks; NumPy %s' %
          (len(judge.cases), sum(1 for c in judge.cases if c[9]), len(everywhere), np.__version__))
    print('where Pantile means to differ:')
    for name, reason in DIFFERENCES.items():
        print('%6d cases: %s: %s' % (judge.differences.get(name, 0), name, reason))


if __name__ == '__main__':
    main(sys.argv[1:])
