"""Choosing elements by indices and masks, writing to them, and other shapes for the same elements."""
from judging import COMPLEX, DISTRIBUTED, FLOATS, KINDS, LOCAL, SHAPES, eps_of, magnitude, np, \
    places_of_target


def indices_for(j, extent, count, kind='int64', errors=True):
    """With repetitions, some from the end; rarely one that is out of range."""
    if extent == 0:
        return np.zeros(0 if j.random.randint(4) else count, kind)
    i = j.random.randint(0 if kind == 'uint8' else -extent, extent, count).astype(kind)
    if errors and count > 0 and j.random.randint(12) == 0:
        i[j.random.randint(count)] = extent if kind == 'uint8' else j.random.choice([extent, -extent - 1])
    return i


def out_of_range(i, extent):
    return len(i) > 0 and (i.max() >= extent or i.min() < -extent)


def take_case(j, name, x, i, axis):
    more = {}
    if -x.ndim <= axis < x.ndim and out_of_range(i, x.shape[axis]) and x.size == 0:
        more = dict(raises=['index_error'], differs='checked indices')
    j.case(name, [x, i], lambda x, i: np.take(x, i, axis), integers=[axis], **more)


def counts_for(j, n):
    return {0, 1, int(j.random.choice([2, 7, n])), 97}


def add_choosing(j):
    for kind in 'bool', 'int64', 'float64', 'complex128':
        for n in 1, 2:
            for shape in j.half(SHAPES[n]):
                for axis in {0, -1, int(j.random.choice([n - 1, n]))}:
                    for count in counts_for(j, shape[0]):
                        i = indices_for(j, shape[axis] if axis < n else 5, count)
                        take_case(j, 'take', j.sample(kind, shape, 'bits'), i, axis)
    for n in 3, 4:
        for shape in j.half(SHAPES[n]):
            for axis in range(-1, n + 1):
                i = indices_for(j, shape[axis] if axis < n else 5, int(j.random.choice([0, 1, 13])))
                take_case(j, 'take n', j.sample('int32', shape), i, axis)
    for kind in 'int32', 'uint8':
        for shape in j.half(SHAPES[2]):
            x, i = j.sample('float64', shape), indices_for(j, shape[0], 13, kind)
            more = dict(raises=['index_error'], differs='checked indices') \
                if x.size == 0 and out_of_range(i.astype('int64'), shape[0]) else {}
            j.case('gather_rows', [x, i], lambda x, i: x[i], **more)
    for kind in 'int64', 'float64':
        for n in 1, 2, 3:
            for shape in j.half(SHAPES[n]):
                for axis in range(-1, n + 1):
                    extent = shape[axis] if axis < n else 3
                    count = 0 if extent == 0 else int(j.random.choice([0, 1, 2, extent, 31]))
                    picks = tuple(count if d == axis % n else e for d, e in enumerate(shape))
                    i = indices_for(j, extent, int(np.prod(picks)), errors=axis < n).reshape(picks)
                    j.case('take_along_axis', [j.sample(kind, shape), i], lambda x, i: np.take_along_axis(x, i, axis),
                           integers=[axis])
    j.case('take_along_axis', [j.sample('int64', (5, 3)), np.zeros((1, 2), 'int64')], None, integers=[1],
           raises=['shape_error'], differs='indices without broadcasting')
    j.case('take_along_axis', [j.sample('int64', (5, 3)), np.zeros((4, 2), 'int64')],
           lambda x, i: np.take_along_axis(x, i, 1), integers=[1], raises=['shape_error'])

    for kind in KINDS:
        for shape in j.half(SHAPES[1] + SHAPES[2]):
            x, mask = j.sample(kind, shape, 'bits'), j.sample('bool', shape)
            few = (mask.cumsum() % 13 == 1).reshape(shape) & mask
            j.case('select', [x, [mask, few, mask | True, mask & False][j.random.randint(4)]], lambda x, m: x[m],
                   places=together(j))
    for n in 3, 4:
        for shape in j.half(SHAPES[n]):
            j.case('select n', [j.sample('int32', shape), j.sample('bool', shape)], lambda x, m: x[m],
                   places=together(j))
    j.case('select', [j.sample('int32', (5, 3)), j.sample('bool', (5, 1))], None, raises=['shape_error'],
           places=together(j))
    for kind in 'bool', 'int32', 'float64', 'complex64':
        for n in 1, 2, 3:
            for shape in j.half(SHAPES[n]):
                x = np.where(j.sample('bool', shape), j.sample(kind, shape, 'infinite'), 0).astype(kind)
                j.case('nonzero', [x], np.argwhere)
                j.case('flatnonzero', [x], np.flatnonzero)
    for kind in 'int32', 'float64':
        for n in 1, 2, 3:
            for shape in j.half(SHAPES[n]):
                for axis in range(-1, n + 1):
                    mask = j.sample('bool', (shape[axis] if axis < n else 3,))
                    j.case('compress', [mask, j.sample(kind, shape)], lambda m, x: np.compress(m, x, axis),
                           integers=[axis])
    j.case('compress', [j.sample('bool', (4,)), j.sample('int32', (5, 3))], None, integers=[0],
           raises=['shape_error'], differs='whole masks')
    for n in 1, 2, 3:
        for shape in j.half(SHAPES[n]):
            for _ in range(3):
                i = tuple(int(j.random.randint(-e - (j.random.randint(9) == 0), e + (j.random.randint(9) == 0)))
                          if e else 0 for e in shape)
                j.case('element_at', [j.sample('float64', shape)], lambda x: x[i], integers=i)


def together(j):
    """Local elements take local masks."""
    return [[DISTRIBUTED, DISTRIBUTED], [DISTRIBUTED, LOCAL], [LOCAL, LOCAL]][min(2, j.random.randint(6) // 2)]


# ---- writing

def added(x, i, v):
    np.add.at(x, i, v)
    return x


def replaced(x, i, v):
    x[i] = v
    return x


def places_to_write(j):
    """A local target takes local indices and values."""
    if j.random.randint(6) == 0:
        return [LOCAL] * 3
    return [DISTRIBUTED] + [DISTRIBUTED if j.random.randint(3) else LOCAL for _ in range(2)]


def add_scattering(j):
    for kind in 'bool', 'uint8', 'int64', 'float32', 'float64', 'complex128':
        for n in 1, 2:
            for shape in j.half(SHAPES[n]):
                for count in {0, 1, 7, int(j.random.choice([13, 97, 211]))}:
                    i = indices_for(j, shape[0], count)
                    rows = (len(i),) + shape[1:]
                    x, v = j.sample(kind, shape), j.sample(kind, rows if n == 1 or j.random.randint(4) else rows[:1] + (1,))
                    bound = None
                    if kind in FLOATS + COMPLEX and not out_of_range(i, shape[0]):
                        # One rounding for each value that falls on a row.
                        once = 4 * eps_of(kind) * (1 + np.max(np.bincount(i % max(shape[0], 1), minlength=1)))
                        bound = once * added(magnitude(x), i, magnitude(v))
                    more = {}
                    if out_of_range(i, shape[0]) and 0 in rows:
                        more = dict(raises=['index_error'], differs='checked indices')
                    j.case('scatter_add', [x, i, v], added, places=places_to_write(j), bound=bound,
                           compare='bits' if bound is None else 'bound', **more)
                    if kind in ('int64', 'float64'):
                        j.case('scatter_rows', [x, i, v], replaced, places=places_to_write(j), **more)
    for shape in j.half(SHAPES[3]):
        i = indices_for(j, shape[0], 13, errors=False)
        x = j.sample('int32', shape)
        for v in j.sample('int32', (len(i),) + shape[1:]), j.sample('int32', shape[1:]):
            j.case('scatter_add %d' % v.ndim, [x, i, v], added, places=places_to_write(j))
            j.case('scatter_rows %d' % v.ndim, [x, i, v], replaced, places=places_to_write(j))
    j.case('scatter_add', [j.sample('int64', (5, 3)), np.array([0, 1]), j.sample('int64', (3, 3))], added,
           places=[DISTRIBUTED] * 3)
    j.case('scatter_rows', [j.sample('int64', (5, 3)), np.array([0, 1]), j.sample('int64', (2, 2))], replaced,
           places=[DISTRIBUTED] * 3)
    for kind in 'int32', 'float64', 'complex64':
        for shape in j.half(SHAPES[2]):
            for values in (shape, (1, shape[1]), (shape[0], 1)):
                j.case('assign_where', [j.sample(kind, shape), j.sample('bool', shape), j.sample(kind, values)],
                       lambda x, m, v: np.where(m, v, x), places=places_of_target(j, 3))


# ---- shapes

def add_reshaping(j):
    for n in 1, 2, 3, 4:
        for shape in j.half(SHAPES[n]):
            x = j.sample('float64', shape)
            count = int(np.prod(shape))
            for m in 1, 2, 3, 4:
                for _ in range(2):
                    target = factors(j, count, m)
                    if j.random.randint(3) == 0:
                        target[j.random.randint(m)] = -1
                    if j.random.randint(8) == 0:
                        target[j.random.randint(m)] = int(j.random.choice([-1, 0, 7]))
                    j.case('reshape %d' % m, [x], lambda x: x.reshape(target), integers=target)
    for target in [(-2, 3), (5, -3)]:
        j.case('reshape 2', [j.sample('float64', (5, 3))], None, integers=target, raises=['shape_error'],
               differs='negative extents')
    for kind in KINDS:
        for shape in j.half(SHAPES[2]):
            j.case('flatten', [j.sample(kind, shape, 'bits')], np.ravel)
    for shape in j.half(SHAPES[2]):
        j.case('flatten transposed', [j.sample('int32', shape)], lambda x: x.T.ravel())
        j.case('flatten expression', [j.sample('int32', shape)], lambda x: (x[::2] * 2).ravel())


def factors(j, count, m):
    """m extents whose product is count."""
    rest, extents = count, []
    for _ in range(m - 1):
        divisors = [d for d in range(1, rest + 1) if rest % d == 0] or [0, 1, 3]
        extents.append(int(j.random.choice(divisors)))
        rest = rest // extents[-1] if extents[-1] else 0
    return extents + [rest] if count else [int(e) for e in j.random.permutation(extents + [0])]
