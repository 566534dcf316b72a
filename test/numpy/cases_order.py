"""What needs an order of the elements: sorting, sets, quantiles, counts."""
from judging import FLOATS, SHAPES, SIGNED, eps_of, np

KINDS = ['bool', 'uint8', 'int64', 'float32', 'float64']


def values_for(kind):
    """With NaN, infinities and zeros of both signs, or with the extremes of the type; and with many ties."""
    return ['small', 'full' if kind in SIGNED else 'special']


def with_ties(j, kind, shape):
    return (j.sample(kind, shape) // 10 if kind in SIGNED + ['uint8'] else j.sample(kind, shape)).astype(kind)


def descending(x):
    """The places of all elements from the greatest down, NaN counting as greatest, ties in order."""
    return np.argsort(-np.unique(x, return_inverse=True)[1].astype('int64'), kind='stable')


def topk(x, k):
    if not 0 <= k <= len(x):
        raise ValueError
    return descending(x)[:k]


def add_order(j):
    for kind in KINDS:
        for n in 1, 2:
            for shape in j.half(SHAPES[n]):
                for axis in (-1, 0) if n == 1 else (-1, int(j.random.choice([0, -2, 1]))):
                    for x in (j.sample(kind, shape, values_for(kind)[j.random.randint(2)]), with_ties(j, kind, shape)):
                        # Ours puts -0 before +0; NumPy leaves them as they stand.
                        j.case('sort', [x], lambda x: np.sort(x, axis), integers=[axis], compare='ulps')
                        j.case('argsort', [x], lambda x: np.argsort(x, axis, kind='stable'), integers=[axis])
        for shape in j.half(SHAPES[1] + SHAPES[2]):
            for x in (j.sample(kind, shape, values_for(kind)[1]), with_ties(j, kind, shape)):
                j.case('unique', [x], np.unique, compare='ulps')
    for n in 3, 4:
        for shape in j.half(SHAPES[n]):
            for axis in range(-1, n + 1):
                x = with_ties(j, 'int32', shape)
                j.case('sort n', [x], lambda x: np.sort(x, axis), integers=[axis])
                j.case('argsort n', [x], lambda x: np.argsort(x, axis, kind='stable'), integers=[axis])
    for axis in 2, -3:
        j.case('sort', [j.sample('float64', (5, 3))], lambda x: np.sort(x, axis), integers=[axis])
        j.case('argsort', [j.sample('float64', (5, 3))], lambda x: np.argsort(x, axis), integers=[axis])

    for kind in 'int64', 'float32', 'float64':
        for n, in j.half(SHAPES[1]):
            for k in {0, 1, n // 2, n, n + 1, -1}:
                x = j.sample(kind, (n,), values_for(kind)[1]) if j.random.randint(2) else with_ties(j, kind, (n,))
                j.case('topk values', [x], lambda x: x[topk(x, k)], integers=[k], compare='ulps',
                       on_error='domain_error')
                j.case('topk indices', [x], lambda x: topk(x, k), integers=[k], on_error='domain_error')
    for kind in 'int64', 'float64':
        for shape in j.half(SHAPES[1] + SHAPES[2]):
            for x in (j.sample(kind, shape, values_for(kind)[1]), with_ties(j, kind, shape)):
                j.case('unique counts', [x], lambda x: np.unique(x, return_counts=True)[1])
                j.case('unique inverse', [x], lambda x: np.unique(x, return_inverse=True)[1].reshape(x.shape),
                       differs='inverse keeps its shape' if x.ndim > 1 else None)
                tests = j.sample(kind, (int(j.random.choice([0, 1, 7, 97])),), values_for(kind)[j.random.randint(2)])
                if x.size and len(tests) > 1:
                    tests[1] = x.flat[0]
                j.case('isin %d' % x.ndim, [x, tests], np.isin)
    j.case('isin mixed', [j.sample('int64', (97,)), j.sample('float64', (97,))], np.isin)

    for side in 'left', 'right':
        for n, in j.half(SHAPES[1]):
            for m, in j.half(SHAPES[1]):
                for kind in 'int64', 'float64':
                    values = values_for(kind)[j.random.randint(2)]
                    x, y = np.sort(j.sample(kind, (n,), values)), j.sample(kind, (m,), values)
                    j.case('searchsorted ' + side, [x, y], lambda x, y: np.searchsorted(x, y, side))
            for shape in (5, 3), (0, 3), (97, 3):
                x, y = np.sort(j.sample('int64', (n,))), j.sample('float64', shape, 'special')
                j.case('searchsorted mixed ' + side, [x, y], lambda x, y: np.searchsorted(x, y, side))


# ---- quantiles

def neighbours(x, q, axis):
    """The sorted elements around a quantile and how far it is from the first to the second; NaN for a line with
    one."""
    x = np.sort(x.astype('longdouble'), axis=axis)
    x, axis = (x.ravel(), 0) if axis is None else (x, axis)
    n = x.shape[axis]
    if n == 0:
        nothing = np.full(np.delete(x.shape, axis), np.nan)
        return nothing, nothing, 0
    place = q * (n - 1)
    below = min(int(place), n - 1)
    last = np.take(x, n - 1, axis)
    nan = np.where(np.isnan(last), last, 0)
    return np.take(x, below, axis) + nan, np.take(x, min(below + 1, n - 1), axis) + nan, place - below


def quantile(x, q, axis=None):
    if not 0 <= q <= 1:
        raise ValueError
    if axis is not None and not -x.ndim <= axis < x.ndim:
        raise np.AxisError(axis, x.ndim)
    a, b, share = neighbours(x.ravel() if axis is None else x, q, axis)
    exact = (a == b) | (share == 0)
    result = np.where(exact, a, a * (1 - share) + b * share)
    return np.asarray(result).astype('float32' if x.dtype == 'float32' else 'float64')


def quantile_case(j, name, x, q, axis=None, scale=1, f=None):
    kind = str(x.dtype)
    f = f or (lambda x: np.quantile(x.astype('float64'), q, axis).astype('float32' if kind == 'float32' else 'float64'))
    with np.errstate(all='ignore'):
        bound, differs = 0, None
        if 0 <= q <= 1 and (axis is None or -x.ndim <= axis < x.ndim):
            # One subtraction, multiplication and addition of the neighbours, rounded to the element type.
            a, b, _ = neighbours(x.ravel() if axis is None else x, q, axis)
            bound = 8 * (eps_of(x.dtype) or eps_of('float64')) * np.nan_to_num(np.maximum(np.abs(a), np.abs(b)),
                                                                              posinf=0)
            if name.startswith(('quantile', 'percentile')):
                if x.size == 0 and (np.size(a) or x.shape[axis] == 0):
                    differs = 'quantiles of nothing'
                elif x.dtype.kind == 'f' and not np.all(np.isfinite(x)):
                    differs = 'quantiles beside infinities'
            if differs or name.startswith('median') or (x.dtype.kind == 'f' and np.max(np.abs(x), initial=0) > 1e30):
                f = lambda x: quantile(x, q, axis)
    j.case(name, [x], f, integers=[] if axis is None else [axis], reals=[q * scale], compare='bound', bound=bound,
           on_error='domain_error', differs=differs)


def add_quantiles(j):
    for kind in KINDS:
        for shape in j.half(SHAPES[1] + SHAPES[2]):
            for values in values_for(kind) + ['infinite']:
                x = j.sample(kind, shape, values)
                for q in j.random.choice([0, 0.5, 1, 0.25, 0.1, 0.99, 1 / 3], 2, replace=False):
                    quantile_case(j, 'quantile', x, float(q))
    for kind in 'int64', 'float32', 'float64':
        for n in 1, 2, 3:
            for shape in j.half(SHAPES[n]):
                for axis in range(-1, n + (n < 3)):
                    x = j.sample(kind, shape, j.random.choice(['small', 'infinite', values_for(kind)[1]]))
                    quantile_case(j, 'quantile axis', x, float(j.random.choice([0, 0.5, 1, 0.25, 0.9, 0.3])), axis)
    # NumPy's own median, where it has no rounding that ours has not: of the mean of two neighbours.
    for kind in 'int64', 'float64':
        for shape in j.half(SHAPES[1] + SHAPES[2]):
            for values in 'small', 'infinite':
                x = j.sample(kind, shape, values)
                j.case('median', [x], lambda x: np.median(x.astype('float64')), compare='bound', bound=1e-14)
                for axis in {0, -1, x.ndim - 1}:
                    j.case('median axis', [x], lambda x: np.median(x.astype('float64'), axis), integers=[axis],
                           compare='bound', bound=1e-14)
    x = j.sample('float64', (13, 17))
    for q in -0.01, 1.01, np.nan:
        for name, axis in ('quantile', None), ('quantile axis', 1), ('percentile', None):
            quantile_case(j, name, x, q, axis, 100 if name == 'percentile' else 1)
    for q in 0, 0.125, 0.5, 0.75, 1:
        quantile_case(j, 'percentile', x, q, None, 100)
        quantile_case(j, 'percentile axis', x, q, 0, 100)
    j.case('quantiles', [x], lambda x: np.quantile(x, [0, 0.25, 0.5, 0.9, 1]), reals=[0, 0.25, 0.5, 0.9, 1],
           compare='bound', bound=1e-13)
    j.case('quantiles', [x], lambda x: np.quantile(x, [0.5, 2]), reals=[0.5, 2], on_error='domain_error')


# ---- counts

def add_counts(j):
    for kind in KINDS:
        for shape in j.half(SHAPES[1] + SHAPES[2]):
            for values in values_for(kind):
                x = j.sample(kind, shape, values)
                for bins, low, high in [(10, -5, 5), (7, 0, 1), (1, 2, 2), (97, -9, 9), (3, 0, 255)]:
                    if j.random.randint(3):
                        continue
                    differs = 'float histograms' if kind == 'float32' else None
                    y = x if kind != 'float32' else x.astype('float64')
                    j.case('histogram counts', [x], lambda x: np.histogram(y, bins, (low, high))[0], integers=[bins],
                           reals=[low, high], on_error='domain_error', differs=differs)
                    j.case('histogram edges', [x], lambda x: np.histogram(y, bins, (low, high))[1], integers=[bins],
                           reals=[low, high], compare='ulps', on_error='domain_error', differs=differs)
                bins = int(j.random.choice([1, 2, 10, 31]))
                if kind in FLOATS + ['uint8'] and values == 'small':
                    j.case('histogram', [x], lambda x: np.histogram(x.astype('float64'), bins)[0], integers=[bins],
                           differs='float histograms' if kind == 'float32' else None)
    x = j.sample('float64', (97,), 'infinite')
    x[3] = np.nan
    j.case('histogram', [x], lambda x: np.histogram(x, 5)[0], integers=[5], on_error='domain_error')
    x[np.isnan(x)] = -np.inf
    j.case('histogram', [x], lambda x: np.histogram(x, 5)[0], integers=[5], on_error='domain_error')
    for bins, low, high in [(0, 0, 1), (-3, 0, 1), (5, 2, 1), (5, 0, np.inf), (5, np.nan, 1)]:
        j.case('histogram counts', [j.sample('float64', (13,))], lambda x: np.histogram(x, bins, (low, high))[0],
               integers=[bins], reals=[low, high], on_error='domain_error')
    for kind in 'uint8', 'int32', 'int64':
        for shape in j.half(SHAPES[1]):
            for least in {0, 5, 300}:
                x = np.abs(j.sample(kind, shape))
                j.case('bincount', [x], lambda x: np.bincount(x, minlength=least), integers=[least])
    j.case('bincount', [j.sample('int64', (97,))], np.bincount, integers=[0], on_error='domain_error')
    j.case('bincount', [np.abs(j.sample('int64', (97,)))], lambda x: np.bincount(x, minlength=-1), integers=[-1],
           on_error='domain_error')
