"""What the cases of cases.py are made with: drawing values, asking NumPy, and where Pantile means to differ."""
try:
    import numpy as np
except ImportError:
    np = None

# ---- where Pantile means to differ: name of the difference -> reason

DIFFERENCES = {
    'integer division': 'integer / truncates and stays integer, as in C++; NumPy gives float64',
    'integer division by zero': 'a domain_error on every rank; NumPy warns and gives 0 (or inf)',
    'integer power': 'pow of integers computes in float64; NumPy stays integer and refuses negative exponents',
    'integers as double': 'functions of small integers compute in float64; NumPy has float16 for bool and uint8, '
                          'float32 for hypot of few bits, and keeps integers in round',
    'bool arithmetic': 'square of bools is bool; NumPy squares in int8',
    'int64 sums': 'sums and products of uint8 are int64; NumPy has uint64',
    'numbers are weak': 'a C++ number takes the element type of the array where that can hold its kind, and is a '
                        'domain_error where it cannot hold its value; NumPy 1 looks at the value (NumPy 2 does as '
                        'Pantile)',
    'bool products': 'dot of bools counts in int64; NumPy has any(x and y)',
    'assignment keeps shapes': 'assigning to a whole array wants its shape; NumPy broadcasts into it',
    'negative counts': 'tile and repeat refuse a negative count also where there is nothing to repeat',
    'negative extents': 'are shape_errors, also in tri, which has an empty matrix for them, and in reshape, where NumPy 1 '
                        'takes any negative number for -1',
    'complex signs': 'sign of complex numbers is x / |x|, as in NumPy 2; NumPy 1 has the sign of the real part',
    'shifts of bool': 'are uint8; NumPy has int8',
    'quantiles beside infinities': 'are what the median is: an infinity, NaN only between two of both signs; NumPy '
                                   'multiplies the infinity by 0',
    'quantiles of nothing': 'are NaN, as median, mean and var; NumPy has an IndexError',
    'float histograms': 'histogram works in float64; NumPy rounds the edges of float32 elements to float32',
    'inverse keeps its shape': 'unique_inverse has the shape of its operand, as in NumPy 2; NumPy 1 flattens it',
    'weights by line': 'weights that add up to 0 on one line give NaN or an infinity there; NumPy refuses all',
    'vectors of three': 'cross is for vectors of three elements; NumPy 1 also takes two of them',
    'whole masks': 'masks are as long as the axis; compress of NumPy takes other lengths too',
    'indices without broadcasting': 'take_along_axis wants the extents of its operands equal beside the axis',
    'checked axes': 'an axis must be there also where diff takes no differences',
    'checked indices': 'indices are checked also where there is nothing to take',
    'strict ranks': 'matrix_rank of a matrix without elements is 0; NumPy has an error',
    'only finite matrices': 'eigenvalues of NaN and infinities are a linalg_error, as svd; NumPy has NaN for some',
    'integer matrix powers': 'a negative power of integers is a domain_error; NumPy has float64',
    'wide accumulators': 'float sums, products, means and norms accumulate in float64, then round once',
}

KINDS = ['bool', 'uint8', 'int32', 'int64', 'float32', 'float64', 'complex64', 'complex128']
INTEGERS, REALS, FLOATS, COMPLEX = KINDS[:4], KINDS[:6], KINDS[4:6], KINDS[6:]
SIGNED = ['int32', 'int64']
COMPARE = {'bits': 0, 'exact': 1, 'ulps': 2, 'bound': 3}
DISTRIBUTED, LOCAL, NUMBER = 0, 1, 2
SHAPES = {
    1: [(0,), (1,), (2,), (5,), (7,), (13,), (97,), (211,)],
    2: [(0, 3), (3, 0), (0, 0), (1, 1), (1, 7), (7, 1), (5, 3), (13, 17), (97, 3), (3, 97)],
    3: [(0, 2, 3), (2, 3, 4), (1, 5, 1), (7, 5, 3), (13, 2, 11), (2, 0, 5)],
    4: [(2, 3, 4, 5), (1, 2, 1, 3), (3, 0, 2, 2), (5, 3, 2, 7)],
}


class Judge:
    """Collects cases."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)
        self.cases = []
        self.differences = {}

    def case(self, operation, operands, answer, integers=(), reals=(), selectors=(), compare='bits', tolerance=0.0,
             bound=None, on_error='shape_error', raises=None, differs=None, places=None, text=''):
        """One case: `answer(*operands)` is NumPy's; an exception of it is one that Pantile must throw too."""
        places = places or self.places(operands)
        expected = None
        if raises is None:
            with np.errstate(all='ignore'):
                try:
                    expected = answer(*[x.copy() for x in operands])
                except np.AxisError:
                    raises = ['index_error']
                except IndexError:
                    raises = ['index_error']
                except ZeroDivisionError:
                    raises = ['domain_error']
                except np.linalg.LinAlgError as e:
                    shapes = 'square' in str(e) or 'dimensions' in str(e)
                    raises = ['shape_error' if shapes else 'linalg_error']
                except ValueError:
                    raises = [on_error]
        if expected is not None:
            expected = np.asarray(expected)
            if str(expected.dtype) not in KINDS:
                raise TypeError('%s: NumPy has %s; name a difference' % (operation, expected.dtype))
        bounds = np.zeros(0)
        if compare == 'bound' and expected is not None:
            bounds = np.broadcast_to(np.asarray(bound, 'float64'), expected.shape).ravel()
        if differs:
            self.differences[differs] = self.differences.get(differs, 0) + 1
            assert differs in DIFFERENCES, differs
        text = text or '%s integers=%s reals=%s selectors=%s' % (operation, list(integers), list(reals),
                                                                 list(selectors))
        self.cases.append((operation, text, COMPARE[compare], tolerance, self.random.randint(40), list(integers),
                           list(reals), list(selectors), list(zip(places, operands)), raises or [], expected, bounds))

    def places(self, operands):
        """Distributed; one case in six has a local operand, now and then all are. Those without dimensions are
        numbers."""
        draw = self.random.randint(24)
        chosen = [DISTRIBUTED] * len(operands)
        if draw == 0:
            chosen = [LOCAL] * len(operands)
        elif draw < 4 and len(operands) > 1:
            chosen[self.random.randint(len(operands))] = LOCAL
        return [NUMBER if x.ndim == 0 else p for x, p in zip(operands, chosen)]

    def half(self, shapes):
        """Every other shape: of all types and functions together, all."""
        return shapes[self.random.randint(2)::2]

    # ---- values

    def sample(self, kind, shape, values='small'):
        """Small and of both signs, with ties; 'full': the whole range of integers; 'special': NaN, infinities,
            signed zeros, tiny and huge numbers among the others; 'infinite': NaN, infinities and signed zeros only;
        'nonzero'; 'bits': any bits at all."""
        r = self.random
        n = int(np.prod(shape))
        if values == 'bits' and kind != 'bool':
            return np.frombuffer(r.bytes(n * np.dtype(kind).itemsize), kind).reshape(shape)
        if kind == 'bool':
            x = r.randint(0, 2, n) if values != 'nonzero' else np.ones(n)
        elif kind == 'uint8':
            x = r.randint(1 if values == 'nonzero' else 0, 256, n)
        elif kind in SIGNED:
            info = np.iinfo(kind)
            x = r.randint(-50, 51, n)
            if values in ('full', 'special'):
                x = r.randint(info.min, info.max, n, kind)
                x[r.randint(0, 4, n) == 0] = info.min
                x[r.randint(0, 5, n) == 0] = info.max
                x[r.randint(0, 5, n) == 0] = -1
            if values == 'nonzero':
                x[x == 0] = 7
        elif kind in FLOATS:
            x = np.where(r.randint(0, 2, n) == 0, r.randint(-9, 10, n) / 4, r.normal(0, 3, n))
            if values == 'nonzero':
                x[x == 0] = 0.5
            if values in ('special', 'infinite'):
                info = np.finfo(kind)
                some = [np.nan, np.inf, -np.inf, 0.0, -0.0, info.tiny, -info.tiny, info.tiny * info.eps, info.max,
                        -info.max, 1.0, -1.0, 0.5][:5 if values == 'infinite' else None]
                chosen = r.randint(0, 2 if values == 'special' else 40, n) == 0
                x = np.where(chosen, np.array(some)[r.randint(0, len(some), n)], x)
        else:
            part = 'float32' if kind == 'complex64' else 'float64'
            x = np.zeros(n, kind)
            x.real = self.sample(part, (n,), values)
            x.imag = self.sample(part, (n,), values)
        return np.asarray(x).astype(kind).reshape(shape)

    def between(self, kind, n, low, high):
        """Uniform in an interval, its ends among them."""
        x = self.random.uniform(low, high, n).astype(kind)
        x[:2] = [low, high]
        return x

    def magnitudes(self, kind, n, lowest=None, highest=None):
        """Of all orders of magnitude and both signs."""
        info = np.finfo(kind)
        low = np.log10(info.tiny) if lowest is None else lowest
        high = np.log10(info.max) if highest is None else highest
        x = 10.0 ** self.random.uniform(low, high - 0.01, n)
        return np.where(self.random.randint(0, 2, n) == 0, x, -x).astype(kind)


# ---- NumPy's answers in wider types

def widened(x):
    kind = str(x.dtype)
    wide = {'float32': 'float64', 'complex64': 'complex128', 'complex128': 'clongdouble'}.get(kind, 'longdouble')
    return x.astype(wide)


def answer_kind(kind):
    """The element type in which Pantile has what NumPy has in this one."""
    return {'float16': 'float64', 'uint64': 'int64'}.get(str(kind), str(kind))


def rounded_once(f, kind=None):
    """f computed in the next wider type and rounded to its own result type (or `kind`)."""
    def answer(*operands):
        to = kind or answer_kind(np.asarray(f(*operands)).dtype)
        return np.asarray(f(*[widened(x) for x in operands])).astype(to)
    return answer


def eps_of(kind):
    return float(np.finfo(kind).eps) if np.dtype(kind).kind in 'fc' else 0.0


def magnitude(x):
    return np.abs(x.astype('complex128' if x.dtype.kind == 'c' else 'float64'))


def sum_bound(x, axis):
    n = x.size if axis is None else x.shape[axis]
    return (n * eps_of('float64') + eps_of(x.dtype)) * np.sum(magnitude(x), axis=axis)


def axis_or_all(f, axis, **more):
    """f over an axis (None: all), its answers in Pantile's element types; functions with rounding in the wide one."""
    def answer(x):
        plain = np.asarray(f(x, axis=axis, **more))
        to = answer_kind(plain.dtype)
        if plain.dtype.kind in 'fc' and f not in (np.min, np.max):
            return np.asarray(f(widened(x), axis=axis, **more)).astype(to)
        return plain.astype(to)
    return answer


def places_of_target(j, n):
    return [LOCAL if j.random.randint(6) == 0 else DISTRIBUTED] + [DISTRIBUTED if j.random.randint(4) else LOCAL
                                                                 for _ in range(n - 1)]


def product_case(j, operation, x, y, f, kind=None):
    """f(x, y) is written with @ alone: its bound is f of the absolute values."""
    both = np.result_type(x, y)
    if both.kind in 'fc':
        inner = max(x.shape + y.shape + (1,))
        with np.errstate(all='ignore'):
            try:
                bound = (inner + 4) * (4 if both.kind == 'c' else 1) * eps_of(both) * f(magnitude(x), magnitude(y))
            except ValueError:
                bound = 0
        j.case(operation, [x, y], lambda x, y: np.asarray(f(widened(x), widened(y))).astype(both), compare='bound',
               bound=bound)
    elif both == bool:
        j.case(operation, [x, y], lambda x, y: f(x.astype('int64'), y.astype('int64')), differs='bool products')
    else:
        j.case(operation, [x, y], f)
