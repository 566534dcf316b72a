"""Arrays that are formulas of their indices, and diagonals. The first operand of a formula lies where its array is
to lie; only its shape counts."""
from judging import KINDS, SHAPES, eps_of, np


def formula_case(j, name, f, kind, dimensions, on_error='shape_error', **more):
    """`f()`, which may raise, for arrays of so many dimensions."""
    with np.errstate(all='ignore'):
        try:
            shape = np.shape(f())
        except (ValueError, ZeroDivisionError, IndexError):
            shape = (0,) * dimensions
    j.case(name, [np.zeros(shape, kind)], lambda x: np.asarray(f()).astype(kind), on_error=on_error, **more)


def add_creation(j):
    for kind in 'uint8', 'int64', 'float64':
        for start, stop, step in [(0, 5, 1), (3, 200, 7), (5, 5, 1), (5, 0, 1), (0, 0, -1), (97, 0, -5), (7, 1, -2),
                                  (0, 97, 3), (0, 1, 0)]:
            formula_case(j, 'arange', lambda: np.arange(start, stop, step, kind), kind, 1, 'domain_error',
                         integers=[start, stop, step])
    for start, stop, step in [(-7, 97, 5), (10, -10, -3), (2 ** 62, 2 ** 62 + 9, 2), (-2 ** 63, -2 ** 63 + 7, 3)]:
        formula_case(j, 'arange', lambda: np.arange(start, stop, step), 'int64', 1, integers=[start, stop, step])
    for start, stop, step in [(250, 300, 10), (-1, 5, 1)]:
        formula_case(j, 'arange', lambda: None, 'uint8', 1, raises=['domain_error'], integers=[start, stop, step])
    for kind in 'float32', 'float64', 'complex128':
        for start, stop, step in [(0, 1, 0.125), (0.5, 97, 0.7), (1, 0, -0.1), (0, -1, 0.1), (2.5, 2.5, 1), (-1e9, 1e9, 3e7)]:
            n = len(np.arange(start, stop, step))
            # One multiplication and one addition; NumPy adds up its step from rounded numbers.
            exact = start + np.arange(n).astype('longdouble') * np.longdouble(step)
            formula_case(j, 'arange of reals', lambda: exact, kind, 1, reals=[start, stop, step], compare='bound',
                         bound=2 * eps_of(kind) * (abs(start) + np.abs(exact).astype('float64')))
        for step, stop in [(0, 1), (1, np.inf), (1, np.nan), (np.nan, 1)]:
            formula_case(j, 'arange of reals', lambda: None, kind, 1, raises=['domain_error'], reals=[0.0, stop, step])
        for start, stop in [(0, 1), (-3.5, 97), (5, -5), (2, 2), (0, 1e300 if kind != 'float32' else 1e30)]:
            for n in 0, 1, 2, 13, 97, -1:
                for endpoint in True, False:
                    formula_case(j, 'linspace', lambda: np.linspace(start, stop, n, endpoint), kind, 1,
                                 integers=[n, endpoint], reals=[start, stop], compare='ulps', tolerance=1)
    for rows, columns, k in [(5, 3, 0), (3, 5, 1), (13, 13, -2), (1, 7, 6), (7, 1, -7), (0, 3, 0), (3, 0, 1), (97, 3, -50),
                             (5, 3, 100), (5, 3, -100), (-1, 3, 0), (3, -1, 0)]:
        for name, f in ('eye', np.eye), ('tri', np.tri):
            for kind in 'float64', 'bool':
                negative = rows < 0 or columns < 0
                formula_case(j, name, lambda: f(rows, columns, k), kind, 2, integers=[rows, columns, k],
                             raises=['shape_error'] if negative and name == 'tri' else None,
                             differs='negative extents' if negative and name == 'tri' else None)
    for n in 1, 2, 3:
        for shape in j.half(SHAPES[n]):
            for axis in range(n):
                formula_case(j, 'indices %d' % n, lambda: np.indices(shape)[axis], 'int64', n,
                             integers=[axis] + list(shape))
    for kind in 'int32', 'float64':
        for n, m in [(5, 3), (1, 7), (0, 3), (97, 2), (3, 0)]:
            for order in 'xy', 'ij':
                for which in 0, 1:
                    j.case('meshgrid', [j.sample(kind, (n,)), j.sample(kind, (m,))],
                           lambda x, y: np.meshgrid(x, y, indexing=order)[which], integers=[order == 'ij', which])
                for which in 0, 1, 2:
                    xs = [j.sample(kind, (e,)) for e in (n, m, 4)]
                    j.case('meshgrid 3', xs, lambda *xs: np.meshgrid(*xs, indexing=order)[which],
                           integers=[order == 'ij', which])
                for which in range(4):
                    xs = [j.sample(kind, (e,)) for e in (n, 2, m)]
                    j.case('meshgrid 1 and 4', xs,
                           lambda x, y, w: np.meshgrid(x, y, np.meshgrid(x)[0], w, indexing=order)[which],
                           integers=[order == 'ij', which])


def add_diagonals(j):
    for n in 2, 3, 4:
        for shape in j.half(SHAPES[n]):
            for k in {0, 1, -1, shape[-1], -shape[-2] - 3, 5}:
                for name, f in ('tril', np.tril), ('triu', np.triu):
                    j.case(name, [j.sample('float64', shape, 'special')], lambda x: f(x, k), integers=[k],
                           compare='exact')
    for kind in KINDS:
        for shape in j.half(SHAPES[2]):
            for k in {0, int(j.random.randint(-4, 5)), shape[1], -shape[0] - 2}:
                # numpy.diagonal of a matrix without that diagonal has no elements.
                j.case('diagonal', [j.sample(kind, shape, 'bits')], lambda x: np.diagonal(x, k), integers=[k])
    for kind in 'bool', 'int32', 'float64', 'complex64':
        for n, in j.half(SHAPES[1][:-1]):
            for k in {0, 1, -3, int(j.random.randint(-20, 20))}:
                j.case('diag', [j.sample(kind, (n,))], lambda x: np.diag(x, k), integers=[k], compare='exact')
    for n in 0, 1, 13, 31:
        x, y = j.sample('float64', (n,)), j.sample('float64', (n, n))
        j.case('diag in an expression', [x, y], lambda x, y: np.diag(x) * 2 + y, compare='exact')
