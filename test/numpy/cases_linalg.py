"""Products beyond dot, factorisations and linear systems. The answers for float32 are NumPy's for float64. Errors of
factorisations are bounded by the usual n * eps * (condition number) * (size of the result), with a generous factor:
NumPy's LAPACK has such errors itself."""
from judging import SHAPES, eps_of, magnitude, np, product_case, sum_bound, widened

FLOATS = ['float32', 'float64', 'complex64', 'complex128']


def exactly(j, name, operands, f, **more):
    """f is one product per element: exact for integers, 4 ulp for complex numbers."""
    complex_ = any(x.dtype.kind == 'c' for x in operands)
    j.case(name, operands, f, compare='ulps' if complex_ else 'exact', tolerance=4, **more)


def add_more_products(j):
    for kind in 'bool', 'int32', 'float64', 'complex128':
        for n, m in [(5, 3), (1, 7), (0, 3), (3, 0), (97, 13), (13, 97)]:
            exactly(j, 'outer', [j.sample(kind, (n,)), j.sample(kind, (m,))], np.outer)
    for kind in 'int32', 'float64':
        for first, second in [((2, 3), (3, 2)), ((1, 1), (5, 3)), ((5, 3), (1, 1)), ((0, 2), (2, 2)), ((2, 2), (3, 0)),
                              ((13, 2), (3, 5)), ((7, 1), (1, 7))]:
            exactly(j, 'kron', [j.sample(kind, first), j.sample(kind, second)], np.kron)
        for first, second in [((3,), (3,)), ((5, 3), (5, 3)), ((97, 3), (97, 3)), ((0, 3), (0, 3)), ((1, 3), (1, 3)),
                              ((2,), (3,)), ((5, 3), (4, 3)), ((5, 4), (5, 4)), ((5, 3), (1, 3)), ((1, 3), (7, 3)),
                              ((5, 3), (3,))]:
            three = first[-1] == 3 and second[-1] == 3
            j.case('cross %d %d' % (len(first), len(second)), [j.sample(kind, first), j.sample(kind, second)], np.cross,
                   compare='bound', bound=1e-12, raises=None if three else ['shape_error'],
                   differs=None if three else 'vectors of three')
    for kind in 'int32', 'float64', 'complex128':
        for first, second in [((5, 3), (5, 3)), ((0, 3), (0, 3)), ((3, 0), (3, 0)), ((97, 3), (97, 3)), ((13, 1), (13, 17)),
                              ((1, 17), (13, 17)), ((5, 3), (4, 3))]:
            for axis in -1, 0, 2:
                x, y = j.sample(kind, first), j.sample(kind, second)

                def vecdot(x, y):
                    return np.sum(np.conj(widened(x) if kind != 'int32' else x) * y, axis)
                with np.errstate(all='ignore'):
                    try:
                        bound = 4 * sum_bound(magnitude(x) * magnitude(y), axis)
                    except (ValueError, IndexError):
                        bound = None
                j.case('vecdot 2', [x, y], lambda x, y: vecdot(x, y).astype('int64' if kind == 'int32' else kind),
                       integers=[axis], compare='bound', bound=bound)
        for n in 0, 1, 97:
            x, y = j.sample(kind, (n,)), j.sample(kind, (n,))
            j.case('vecdot 1', [x, y], lambda x, y: np.asarray(np.sum(np.conj(x) * y)), compare='bound', bound=1e-10)
    for kind in 'bool', 'uint8', 'int64', 'float32', 'complex128':
        for shape in j.half(SHAPES[2]):
            for k in 0, 1, -2, 100:
                x = j.sample(kind, shape, 'full' if kind == 'int64' else 'small')
                bound = sum_bound(np.diagonal(x, k), None) if kind in FLOATS else 0
                j.case('matrix_trace', [x],
                       lambda x: np.asarray(np.trace(widened(x) if kind in FLOATS else x, k)).astype(
                           kind if kind in FLOATS else 'int64'), integers=[k], compare='bound', bound=bound,
                       differs={'uint8': 'int64 sums', 'float32': 'wide accumulators'}.get(kind))
    for kind in 'int64', 'float64':
        for shape_a, shape_b, a, b in [
                ((5, 3), (3, 4), [1], [0]), ((5, 3), (5, 4), [0], [0]), ((5, 3), (4, 3), [-1], [-1]),
                ((2, 3, 4), (4, 5), [2], [0]), ((2, 3, 4), (5, 3), [1], [1]), ((7, 5, 3), (3, 5, 2), [1, 2], [1, 0]),
                ((7, 5, 3), (5, 7, 2), [0, 1], [1, 0]), ((2, 3, 4), (2, 3, 4), [0, 1, 2], [0, 1, 2]),
                ((2, 3, 4), (3, 4, 2), [0, 1, 2], [2, 0, 1]), ((0, 3, 4), (4, 2), [2], [0]), ((2, 0, 4), (0, 3), [1], [0]),
                ((97, 3, 2), (2, 13, 3), [2, 1], [0, 2]), ((5, 3), (4, 3), [1], [0]), ((5, 3), (4, 3), [2], [0]),
                ((3, 3, 2), (3, 3, 2), [0, 0], [0, 1])]:
            x, y = j.sample(kind, shape_a), j.sample(kind, shape_b)
            repeated = len(set(a)) < len(a)
            j.case('tensordot %d%d%d' % (x.ndim, y.ndim, len(a)), [x, y],
                   lambda x, y: np.asarray(np.tensordot(x, y, (a, b))), integers=a + b, compare='bound', bound=1e-10,
                   raises=['index_error'] if repeated else None)
        for first, second in [((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (1, 4, 5)), ((1, 3, 4), (7, 4, 5)), ((7, 5, 3), (3, 2)),
                              ((5, 3), (7, 3, 2)), ((2, 3, 4), (4,)), ((3,), (7, 3, 2)), ((0, 3, 4), (0, 4, 5)),
                              ((2, 3, 0), (2, 0, 5)), ((13, 2, 11), (13, 11, 1)), ((2, 3, 4), (3, 4, 5)),
                              ((2, 3, 4), (2, 3, 4)), ((97, 2, 3), (97, 3, 2))]:
            product_case(j, 'matmul %d%d' % (len(first), len(second)), j.sample(kind, first), j.sample(kind, second),
                         lambda x, y: x @ y)
    for n in 0, 1, 3, 13:
        for power in 0, 1, 2, 5, 8:
            j.case('matrix_power', [j.sample('int64', (n, n))], lambda x: np.linalg.matrix_power(x, power),
                   integers=[power])
        for kind in 'float64', 'complex128':
            for power in 0, 1, 3, 7, -1, -3:
                x = conditioned(j, kind, n)
                base = np.linalg.inv(x) if power < 0 else x
                bound = 64 * (n + 4) * eps_of(kind) * abs(power) * cond(x) * \
                    np.linalg.matrix_power(np.abs(base), abs(power))
                j.case('matrix_power', [x], lambda x: np.linalg.matrix_power(x, power), integers=[power],
                       compare='bound', bound=bound)
    j.case('matrix_power', [j.sample('int64', (3, 3))], None, integers=[-1], raises=['domain_error'],
           differs='integer matrix powers')
    for kind, power in ('float64', -2), ('int64', 2):
        j.case('matrix_power', [j.sample(kind, (5, 3))], lambda x: np.linalg.matrix_power(x, power), integers=[power])
    j.case('matrix_power', [np.zeros((3, 3))], lambda x: np.linalg.matrix_power(x, -2), integers=[-2])


# ---- matrices

def conditioned(j, kind, n, m=None):
    """Random, with singular values that are not small: its columns are nearly orthogonal."""
    m = m or n
    x = j.random.normal(0, 1, (n, m))
    if kind in ('complex64', 'complex128'):
        x = x + 1j * j.random.normal(0, 1, (n, m))
    x[np.arange(min(n, m)), np.arange(min(n, m))] += 3 * np.sqrt(max(n, m))
    return (x * 50).astype(kind) if kind.startswith('int') else x.astype(kind)


def definite(j, kind, n):
    x = conditioned(j, kind, n)
    x = x.astype('float64') / 50 if kind.startswith('int') else x
    product = x @ np.conj(x.T)
    return np.rint(product).astype(kind) if kind.startswith('int') else product.astype(kind)


def wide(x):
    return x.astype('complex128' if x.dtype.kind == 'c' else 'float64')


def floating(kind):
    return 'float64' if kind in ('int64', 'int32', 'bool', 'uint8') else kind


def real_kind(kind):
    return {'complex64': 'float32', 'complex128': 'float64'}.get(floating(kind), floating(kind))


def cond(x):
    with np.errstate(all='ignore'):
        return float(np.linalg.cond(wide(x))) if x.size else 1.0


def largest(x):
    return float(np.max(np.abs(x), initial=0))


def matrix_case(j, name, operands, f, to, factor=None, **more):
    """f of the operands in double precision; the bound is 64 n eps times `factor`, by default the condition number,
    times the largest element of the result."""
    x = operands[0]
    with np.errstate(all='ignore'):
        try:
            result = np.asarray(f(*[wide(y) for y in operands]))
            bound = 64 * (max(x.shape) + 4) * eps_of(to) * (cond(x) if factor is None else factor) * \
                max(largest(result[np.isfinite(result)]), float(np.finfo(to).tiny))
        except np.linalg.LinAlgError:
            bound = None
        except ValueError:
            bound = None
    j.case(name, operands, lambda *xs: np.asarray(f(*[wide(y) for y in xs])).astype(to), compare='bound', bound=bound,
           **more)


ORDERS = [0, 1, 2, 5, 13, 31]
RECTANGLES = [(5, 3), (3, 5), (1, 7), (7, 1), (13, 13), (0, 3), (3, 0), (97, 3), (3, 31)]


def lower(x):
    """The Hermitian matrix with this lower triangle; the imaginary parts of the diagonal do not count."""
    below = np.tril(x, -1)
    return below + np.conj(below.T) + np.diag(np.diag(x).real)


def add_factorisations(j):
    for kind in ['int64'] + FLOATS:
        to, real = floating(kind), real_kind(kind)
        for n in ORDERS:
            x = definite(j, kind, n)
            matrix_case(j, 'cholesky', [x], np.linalg.cholesky, to)
            # Only the lower triangle is read.
            x = (x + np.triu(np.ones((n, n)), 1)).astype(kind)
            matrix_case(j, 'cholesky', [x], lambda x: np.linalg.cholesky(lower(x)), to, cond(lower(x)))
            x = conditioned(j, kind, n)
            matrix_case(j, 'eigvalsh', [x], lambda x: np.linalg.eigvalsh(lower(x)), real, 1.0)
            matrix_case(j, 'eigh product', [x], lower, to, float(n + 1))
        for shape in RECTANGLES:
            x = conditioned(j, kind, *shape) if 0 not in shape else np.zeros(shape, kind)
            matrix_case(j, 'svdvals', [x], lambda x: np.linalg.svd(x, compute_uv=False), real, 1.0)
            matrix_case(j, 'svd product', [x], lambda x: x, to, float(max(shape) + 1))
            matrix_case(j, 'lu product', [x], lambda x: x, to, float(max(shape) + 1))
            matrix_case(j, 'qr product', [x], lambda x: x, to, float(max(shape) + 1))
            # Of R only the signs (phases) of rows are free; the first min(m, n) columns have full rank.
            matrix_case(j, 'qr r', [x], lambda x: np.abs(np.linalg.qr(x)[1]), real)
            matrix_case(j, 'qr q', [x], lambda x: np.eye(min(shape)), to, 1.0)
    for name, f in [('cholesky', np.linalg.cholesky), ('eigvalsh', np.linalg.eigvalsh)]:
        matrix_case(j, name, [j.sample('float64', (5, 3))], f, 'float64')
    matrix_case(j, 'cholesky', [-np.eye(5)], np.linalg.cholesky, 'float64')
    matrix_case(j, 'cholesky', [np.zeros((3, 3))], np.linalg.cholesky, 'float64')
    for value in np.nan, np.inf:
        x = conditioned(j, 'float64', 5)
        x[2, 2] = value
        j.case('svdvals', [x], None, raises=['linalg_error'],
               differs=None if np.isnan(value) else 'only finite matrices')
        j.case('eigvalsh', [x], None, raises=['linalg_error'], differs='only finite matrices')


def add_systems(j):
    for kind in ['int64'] + FLOATS:
        to, real = floating(kind), real_kind(kind)
        for n in ORDERS:
            x = conditioned(j, kind, n)
            matrix_case(j, 'inverse', [x], np.linalg.inv, to)
            matrix_case(j, 'det', [x], np.linalg.det, to)
            sign, log = np.linalg.slogdet(wide(x))
            matrix_case(j, 'slogdet sign', [x], lambda x: np.linalg.slogdet(x)[0], to)
            matrix_case(j, 'slogdet log', [x], lambda x: np.linalg.slogdet(x)[1], real, cond(x) / max(abs(log), 1e-3) + 4)
            for a in x, definite(j, kind, n):
                matrix_case(j, 'solve vector', [a, conditioned(j, kind, n, 1)[:, 0] if n else np.zeros(0, kind)],
                            np.linalg.solve, to)
                matrix_case(j, 'solve matrix', [a, conditioned(j, kind, n, 3) if n else np.zeros((0, 3), kind)],
                            np.linalg.solve, to)
                matrix_case(j, 'dot of inverse', [a, conditioned(j, kind, n, 3) if n else np.zeros((0, 3), kind)],
                            np.linalg.solve, to)
        for shape in RECTANGLES:
            x = conditioned(j, kind, *shape) if 0 not in shape else np.zeros(shape, kind)
            matrix_case(j, 'pinv', [x], np.linalg.pinv, to)
            for b in (conditioned(j, kind, shape[0], 1)[:, 0], conditioned(j, kind, shape[0], 2)) if shape[0] else \
                    (np.zeros(0, kind), np.zeros((0, 2), kind)):
                suffix = ' %d' % b.ndim
                # Residuals that are not small make the normal equations' condition number count.
                matrix_case(j, 'lstsq x' + suffix, [x, b], lambda x, b: np.linalg.lstsq(x, b, None)[0], to,
                            cond(x) ** 2 * (1 + largest(b)))
                matrix_case(j, 'lstsq residuals' + suffix, [x, b], lambda x, b: np.linalg.lstsq(x, b, None)[1], real,
                            cond(x) ** 2 * (1 + largest(b)) ** 2)
            if x.size:
                j.case('matrix_rank', [x], lambda x: np.asarray(np.linalg.matrix_rank(x)))
                c = cond(x)
                matrix_case(j, 'cond', [x], np.linalg.cond, real, c * c)
            else:
                j.case('matrix_rank', [x], lambda x: np.asarray(0), differs='strict ranks')
                j.case('cond', [x], lambda x: np.asarray(np.linalg.cond(wide(x))), raises=['linalg_error'])
    for shape, rank in [((5, 3), 1), ((13, 17), 4), ((31, 31), 2), ((7, 7), 0), ((97, 3), 2)]:
        x = j.random.randint(-9, 10, (shape[0], rank)) @ j.random.randint(-9, 10, (rank, shape[1]))
        for kind in 'int64', 'float64':
            j.case('matrix_rank', [x.astype(kind)], lambda x: np.asarray(np.linalg.matrix_rank(x)))
        b = j.sample('float64', (shape[0],))
        j.case('lstsq rank', [x.astype('float64'), b], lambda x, b: np.asarray(np.linalg.lstsq(x, b, None)[2], 'int64'))
        j.case('lstsq residuals 1', [x.astype('float64'), b], lambda x, b: np.linalg.lstsq(x, b, None)[1])
        j.case('det', [np.ones((5, 5))], np.linalg.det, compare='bound', bound=1e-12)
    for x in np.zeros((3, 3)), np.diag([1.0, 0, 2]):
        for name, f in [('inverse', np.linalg.inv), ('det', np.linalg.det), ('cond', np.linalg.cond),
                        ('slogdet sign', lambda x: np.linalg.slogdet(x)[0]),
                        ('slogdet log', lambda x: np.linalg.slogdet(x)[1])]:
            j.case(name, [x], lambda x: np.asarray(f(x)), compare='exact')
        j.case('solve vector', [x, np.ones(3)], np.linalg.solve)
    for name, f in [('inverse', np.linalg.inv), ('det', np.linalg.det),
                    ('slogdet sign', lambda x: np.linalg.slogdet(x)[0])]:
        j.case(name, [j.sample('float64', (5, 3))], f)
    j.case('solve vector', [np.eye(5), np.ones(3)], np.linalg.solve)
    j.case('solve matrix', [np.eye(5), np.ones((3, 2))], np.linalg.solve)
    j.case('lstsq x 1', [j.sample('float64', (5, 3)), np.ones(3)], lambda x, b: np.linalg.lstsq(x, b, None)[0])
