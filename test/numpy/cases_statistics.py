"""Running sums, statistics and norms."""
from judging import COMPLEX, FLOATS, INTEGERS, SHAPES, answer_kind, eps_of, magnitude, np, widened


def scan_case(j, operation, f, bound, x, axis, differs=None):
    rounds = bound is not None and x.dtype.kind in 'fc'
    limit = None
    if rounds and -x.ndim <= axis < x.ndim:
        with np.errstate(all='ignore'):
            limit = bound(x, axis)

    def answer(x):
        to = answer_kind(f(x, axis).dtype)
        return f(widened(x), axis).astype(to) if rounds else f(x, axis).astype(to)

    if x.dtype == 'uint8' and bound is not None:
        differs = 'int64 sums'
    elif x.dtype == 'float32' and bound is not None:
        differs = 'wide accumulators'
    j.case(operation, [x], answer, integers=[axis], compare='bound' if rounds else 'ulps', bound=limit,
           differs=differs)


def cumsum_bound(x, axis):
    return (x.shape[axis] * eps_of('float64') + eps_of(x.dtype)) * np.cumsum(magnitude(x), axis)


def cumprod_bound(x, axis):
    return (4 * x.shape[axis] * eps_of('float64') + 2 * eps_of(x.dtype)) * np.cumprod(magnitude(x), axis)


def add_scans(j):
    for name, f, bound, kinds, other in [
            ('cumsum', np.cumsum, cumsum_bound, INTEGERS + FLOATS + ['complex128'], 'float64'),
            ('cumprod', np.cumprod, cumprod_bound, ['uint8', 'int64', 'float32', 'float64'], 'float64'),
            ('cummin', np.minimum.accumulate, None, ['bool', 'uint8', 'int64', 'float32', 'float64'], 'int32'),
            ('cummax', np.maximum.accumulate, None, ['bool', 'uint8', 'int64', 'float32', 'float64'], 'int32')]:
        for kind in kinds:
            for shape in j.half(SHAPES[2]):
                for axis in (0, -1) if j.random.randint(2) else (1, -2):
                    rare = 'full' if kind in INTEGERS else 'special' if bound is None else 'infinite'
                    rare = 'small' if kind in COMPLEX else rare
                    scan_case(j, name, f, bound, j.sample(kind, shape, rare if j.random.randint(2) else 'small'), axis)
            scan_case(j, name, f, bound, j.sample(kind, (5, 3)), int(j.random.choice([2, -3])))
        for n in 1, 3, 4:
            for shape in j.half(SHAPES[n]):
                for axis in range(-1, n + 1):
                    scan_case(j, name + ' n', f, bound, j.sample(other, shape), axis)
    for kind in 'int64', 'float64':
        for shape in j.half(SHAPES[1]):
            x = j.sample(kind, shape)
            j.case('cumsum of vector', [x], np.cumsum, compare='bound', bound=1e-10)
    for kind in 'bool', 'uint8', 'int64', 'float64', 'complex128':
        for n in 1, 2:
            for shape in j.half(SHAPES[n]):
                for axis in {-1, 0, n}:
                    times = int(j.random.choice([0, 1, 1, 2, 3, 20, -1]))
                    x = j.sample(kind, shape, 'full' if kind in INTEGERS else 'small')
                    more = dict(raises=['index_error'], differs='checked axes' if times <= 0 else None) \
                        if axis == n else {}
                    j.case('diff', [x], lambda x: np.diff(x, times, axis), integers=[times, axis], compare='exact',
                           on_error='domain_error', **more)
    for shape in j.half(SHAPES[3]):
        for axis in -1, 0, 1, 3:
            j.case('diff n', [j.sample('int32', shape)], lambda x: np.diff(x, 1, axis), integers=[1, axis])


# ---- statistics

def var_bound(x, axis, ddof):
    """Two passes over blocks, and Chan's combination: the errors of the means come in squared, those of the sums
    of squares are of the size of the mean square; then one rounding to the element type."""
    n = x.size if axis is None else x.shape[axis]
    own = eps_of(x.dtype) or eps_of('float64')
    size = np.sum(magnitude(x) ** 2, axis) / max(n - ddof, 1e-300)
    return 4 * (n + 4) * eps_of('float64') * size + 4 * own * np.var(widened(x), axis, ddof=ddof).astype('float64')


def variance_case(j, name, x, axis, ddof, keepdims=False):
    f = np.var if name.startswith('var') else np.std
    if axis is not None and not -x.ndim <= axis < x.ndim:
        limit = None
    else:
        with np.errstate(all='ignore'):
            limit = var_bound(x, axis, ddof)
            if f is np.std:  # |sqrt(a) - sqrt(b)| is at most |a - b| / sqrt(b) and at most sqrt(|a - b|)
                deviation = np.std(widened(x), axis, ddof=ddof).astype('float64')
                limit = np.fmin(limit / deviation, np.sqrt(limit)) + 4 * (eps_of(x.dtype) or eps_of('float64')) * \
                    deviation
            if keepdims:
                limit = np.expand_dims(limit, axis)

    def answer(x):
        to = np.asarray(f(x, axis)).dtype
        return np.asarray(f(widened(x), axis, ddof=ddof, keepdims=keepdims)).astype(to)

    differs = 'wide accumulators' if x.dtype in ('float32', 'complex64') else None
    j.case(name, [x], answer, integers=[] if axis is None else [axis], reals=[ddof], compare='bound', bound=limit,
           differs=differs)


def logsumexp(x, axis, keepdims=False):
    if axis is not None and not -x.ndim <= axis < x.ndim:
        raise np.AxisError(axis, x.ndim)
    greatest = np.max(x, axis, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(greatest), greatest, 0)
    total = np.log(np.sum(np.exp(x - shift), axis, keepdims=True)) + shift
    return total if keepdims else np.squeeze(total, axis)


def softmax(x, axis):
    if x.shape[axis] == 0:
        raise ValueError
    powers = np.exp(x - np.max(x, axis, keepdims=True))
    return powers / np.sum(powers, axis, keepdims=True)


def log_softmax(x, axis):
    if x.shape[axis] == 0:
        raise ValueError
    shifted = x - np.max(x, axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis, keepdims=True))


def wide_floats(x):
    return x.astype('float64' if x.dtype == 'float32' else 'longdouble')


def logsumexp_case(j, name, x, axis):
    """The rounding of the exponents, of the sum, of the result."""
    own = eps_of(x.dtype) or eps_of('float64')
    in_range = axis is None or -x.ndim <= axis < x.ndim
    with np.errstate(all='ignore'):
        value = logsumexp(wide_floats(x), axis) if in_range else 0
        limit = (8 * own + 4 * x.size * eps_of('float64')) * (1 + np.nan_to_num(np.abs(value), posinf=0))
    to = 'float32' if x.dtype == 'float32' else 'float64'
    j.case(name, [x], lambda x: logsumexp(wide_floats(x), axis).astype(to), integers=[] if axis is None else [axis],
           compare='bound', bound=limit)


def softmax_case(j, name, x, axis):
    f = softmax if name.startswith('softmax') else log_softmax
    own, to = eps_of(x.dtype) or eps_of('float64'), 'float32' if x.dtype == 'float32' else 'float64'
    in_range = -x.ndim <= axis < x.ndim
    limit = None
    if in_range and x.shape[axis] > 0:
        with np.errstate(all='ignore'):  # exponents are rounded before exp sees them
            distance = np.abs(x - np.max(x, axis, keepdims=True)).astype('float64')
            distance = np.where(np.isfinite(distance), distance, 0)
            limit = 4 * own * (distance + 8) + 4 * x.shape[axis] * eps_of('float64')
            if f is softmax:
                limit = limit * f(wide_floats(x), axis).astype('float64') + 4 * float(np.finfo(to).tiny)
    j.case(name, [x], lambda x: f(wide_floats(x), axis).astype(to), integers=[axis], compare='bound', bound=limit,
           on_error='domain_error', raises=None if in_range else ['index_error'])


def exponents(j, kind, shape):
    x = j.sample(kind, shape, 'infinite' if kind in FLOATS and j.random.randint(2) else 'small')
    if kind in FLOATS and j.random.randint(3) == 0:
        x = x * np.asarray(100, kind)  # exp of it overflows, or is 0
    return x


def add_exponentials(j):
    for kind in 'int32', 'float32', 'float64':
        for n in 1, 2, 3:
            for shape in j.half(SHAPES[n]):
                for axis in [None] + list(range(-1, n + 1)):
                    x = exponents(j, kind, shape)
                    if axis is None or n == 2:
                        logsumexp_case(j, 'logsumexp' if axis is None else 'logsumexp axis', x, axis)
                    if axis is not None:
                        softmax_case(j, 'softmax', x, axis)
                        softmax_case(j, 'log_softmax', x, axis)


def average_case(j, name, x, w, axis):
    limit, differs = None, None
    own = eps_of(np.result_type(x, w)) or eps_of('float64')
    line = axis is not None and w.ndim == x.ndim
    with np.errstate(all='ignore'):
        try:
            v = np.broadcast_to(np.moveaxis(w.reshape(w.shape + (1,) * (x.ndim - w.ndim)), 0, axis), x.shape) \
                if w.ndim < x.ndim else w
            total, size = np.sum(v, axis), np.sum(magnitude(v), axis)
            # Products and both sums are rounded; where weights cancel, the errors of their sum count for more.
            limit = (4 * own + 2 * (x.size + 4) * eps_of('float64')) * np.sum(magnitude(x) * magnitude(v), axis) / \
                np.abs(total) * (1 + size / np.abs(total))
            if line and np.any(total == 0):
                differs = 'weights by line'
        except (ValueError, IndexError):
            pass

    def answer(x, w):
        to = answer_kind(np.result_type(x, w, 'float64' if np.result_type(x, w).kind in 'bui' else 'bool'))
        if differs:
            return (np.sum(widened(x) * widened(w), axis) / np.sum(widened(w), axis)).astype(to)
        try:
            return np.asarray(np.average(widened(x), axis, widened(w))).astype(to)
        except TypeError:
            raise ValueError

    j.case(name, [x, w], answer, integers=[] if axis is None else [axis], compare='bound', bound=limit,
           differs=differs)


def add_statistics(j):
    for name in 'var', 'stdev':
        for kind in ['bool', 'int64', 'float32', 'float64', 'complex128'] if name == 'var' else ['int64', 'float32']:
            for shape in j.half(SHAPES[2]):
                for ddof in 0, float(j.random.choice([1, 2, 0.5, 300])):
                    values = 'infinite' if kind in FLOATS and j.random.randint(2) else 'small'
                    variance_case(j, name, j.sample(kind, shape, values), None, ddof)
        for kind in 'int64', 'float32', 'float64', 'complex128':
            for n in 2, 3:
                for shape in j.half(SHAPES[n]):
                    for axis in {0, -1, n - 1, int(j.random.choice([n, 1]))}:
                        values = 'infinite' if kind in FLOATS and j.random.randint(2) else 'small'
                        ddof = float(j.random.choice([0, 0, 1, 2, 7]))
                        variance_case(j, name + ' axis', j.sample(kind, shape, values), axis, ddof)
        for shape in j.half(SHAPES[2]):
            variance_case(j, name + ' keepdims', j.sample('float64', shape), int(j.random.randint(2)), 1.0, True)
    x = j.sample('float64', (97, 3)) * 1e-3 + 1e6  # what cancels: the bound is that of two passes
    variance_case(j, 'var', x, None, 1.0)
    variance_case(j, 'var axis', x, 0, 0.0)

    for kind, weights in [('float64', 'float64'), ('float32', 'float32'), ('int64', 'float64'), ('int64', 'int64')]:
        suffix = '' if kind == weights else ' mixed'
        for shape in j.half(SHAPES[2]):
            average_case(j, 'average' + suffix, j.sample(kind, shape), j.sample(weights, shape), None)
            for axis in 0, -1:
                w = j.sample(weights, shape, 'nonzero' if j.random.randint(3) else 'small')
                average_case(j, 'average axis' + suffix, j.sample(kind, shape), w, axis)
                average_case(j, 'average along' + suffix, j.sample(kind, shape), j.sample(weights, (shape[axis],)), axis)
        average_case(j, 'average' + suffix, j.sample(kind, (5, 3)), j.sample(weights, (3, 5)), None)
        average_case(j, 'average along' + suffix, j.sample(kind, (5, 3)), j.sample(weights, (4,)), 1)
        average_case(j, 'average along' + suffix, j.sample(kind, (5, 3)), np.zeros(3, weights), 1)
        average_case(j, 'average' + suffix, j.sample(kind, (5, 3)), np.zeros((5, 3), weights), None)

    for kind in 'uint8', 'int64', 'float32', 'float64':
        for shape in j.half(SHAPES[2]):
            for axis in None, 0, -1:
                x = j.sample(kind, shape, 'full' if kind in INTEGERS else j.random.choice(['small', 'special']))
                j.case('ptp' if axis is None else 'ptp axis', [x], lambda x: np.ptp(x, axis),
                       integers=[] if axis is None else [axis], compare='exact', on_error='domain_error')
    add_exponentials(j)


# ---- counts and norms

def norm_case(j, name, x, order, axis=None, keepdims=False):
    own = eps_of(x.dtype) or eps_of('float64')
    wide = widened(x)
    wide = wide.astype('float64') if x.dtype.kind in 'bui' else wide
    if axis is None and x.ndim == 2 and order in (2, -2):  # LAPACK has no wider types
        wide = x.astype('complex128' if x.dtype.kind == 'c' else 'float64')
    to = {'complex64': 'float32', 'complex128': 'float64', 'float32': 'float32'}.get(str(x.dtype), 'float64')

    def answer(x):
        return np.asarray(np.linalg.norm(wide, order, axis, keepdims)).astype(to)

    with np.errstate(all='ignore'):
        try:  # powers within 4 ulp each, whose errors a root of order p divides by p; 1 / p itself is rounded
            limit = 64 * own * (1 + 1 / abs(order) if order not in ('fro', 0) else 1) * answer(x) + \
                4 * x.size * eps_of('float64') * answer(x)
        except (ValueError, IndexError):
            limit = None
    j.case(name, [x], answer, integers=[] if axis is None else [axis],
           reals=[1 if order == 'fro' else 0, 2.0 if order == 'fro' else order], compare='bound', bound=limit,
           on_error='domain_error', differs='wide accumulators' if to == 'float32' else None)


def add_norms(j):
    orders = [0, 1, 2, 3, 0.5, -1, -2, np.inf, -np.inf]
    for kind in 'int32', 'float32', 'float64', 'complex128':
        for shape in j.half(SHAPES[1]):
            for order in orders:
                values = 'infinite' if kind in FLOATS and order in (0, 1, np.inf, -np.inf) and j.random.randint(2) \
                    else 'small'
                norm_case(j, 'norm order', j.sample(kind, shape, values), float(order))
        for shape in j.half(SHAPES[2]):
            for order in 1, -1, 2, -2, np.inf, -np.inf, 'fro':
                norm_case(j, 'norm matrix', j.sample(kind, shape), order)
    for order in np.nan, 'fro':
        j.case('norm order', [j.sample('float64', (7,))], None, raises=['domain_error'],
               reals=[1 if order == 'fro' else 0, 2.0 if order == 'fro' else order])
    for order in 0, 3:
        norm_case(j, 'norm matrix', j.sample('float64', (5, 3)), order)
    for kind in 'int32', 'float32', 'float64':
        for n in 2, 3:
            for shape in j.half(SHAPES[n]):
                for axis in range(-1, n + 1):
                    order = float(orders[j.random.randint(len(orders))])
                    norm_case(j, 'norm order axis', j.sample(kind, shape), order, axis)
                norm_case(j, 'norm order keepdims', j.sample(kind, shape), float(j.random.choice(orders)), 0, True)

    for kind in 'bool', 'int32', 'float64', 'complex64':
        for n in 1, 2, 3:
            for shape in j.half(SHAPES[n]):
                x = j.sample(kind, shape, 'infinite' if kind == 'float64' else 'small')
                x = np.where(j.sample('bool', shape), x, 0).astype(kind)
                j.case('count_nonzero', [x], np.count_nonzero)
                for axis in range(-1, n + 1):
                    j.case('count_nonzero axis', [x], lambda x: np.asarray(np.count_nonzero(x, axis)),
                           integers=[axis])
                j.case('count_nonzero keepdims', [x], lambda x: np.count_nonzero(x, 0, keepdims=True), integers=[0])
    for n in 2, 3:
        for shape in j.half(SHAPES[n]):
            x = j.sample('float64', shape)
            for name, f in ('sum', np.sum), ('max', np.max), ('var', np.var), ('all', np.all):
                for axes in [(0, -1), (-1, 0), (1, 0)] + [(0, 0), (0, n)] * (shape == (5, 3)):
                    # A repeated axis is a ValueError of NumPy's.
                    error = 'index_error' if len({a % n for a in axes if a < n}) < 2 else 'domain_error'
                    j.case(name + ' axes', [x], lambda x: f(x, axes), integers=axes, compare='bound', bound=1e-10,
                           on_error=error)
