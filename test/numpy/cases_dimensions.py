"""Operations in more dimensions than the tables of their subjects have."""
from cases_choice import added, indices_for, places_to_write, replaced
from cases_order import quantile_case, with_ties
from cases_statistics import average_case, exponents, logsumexp_case, norm_case, softmax_case, variance_case
from judging import DISTRIBUTED, LOCAL, SHAPES, np, places_of_target, product_case


def axes_for(j, n):
    """A few axes, now and then one that is not there."""
    return {-1, int(j.random.randint(n)), int(j.random.randint(-n, n)), n if j.random.randint(4) == 0 else 0}


def add_statistics_of_many(j):
    for shape in SHAPES[4]:
        x = exponents(j, 'float64', shape)
        logsumexp_case(j, 'logsumexp 4', x, None)
        for axis in axes_for(j, 4):
            softmax_case(j, 'softmax 4', exponents(j, 'float64', shape), axis)
            softmax_case(j, 'log_softmax 4', exponents(j, 'float64', shape), axis)
            x, w = j.sample('float64', shape), j.sample('float64', shape, 'nonzero')
            variance_case(j, 'var axis 4', x, axis, float(j.random.choice([0, 1])))
            variance_case(j, 'stdev axis 4', x, axis, 0.0)
            if axis < 4:
                average_case(j, 'average axis 4', x, w, axis)
                average_case(j, 'average along 4', x, j.sample('float64', (shape[axis],), 'nonzero'), axis)
            norm_case(j, 'norm order axis 4', x, float(j.random.choice([0, 1, 2, 3, np.inf, -np.inf])), axis)
            y = np.where(j.sample('bool', shape), j.sample('int32', shape), 0).astype('int32')
            j.case('count_nonzero axis 4', [y], lambda y: np.asarray(np.count_nonzero(y, axis)), integers=[axis])
            times = int(j.random.choice([1, 2, 3]))
            j.case('diff 4', [y], lambda y: np.diff(y, times, axis), integers=[times, axis])
        average_case(j, 'average 4', x, w, None)
        axes = [int(a) for a in j.random.permutation(4)[:3]]
        j.case('sum axes 4', [x], lambda x: np.sum(x, tuple(axes)), integers=axes, compare='bound', bound=1e-10)
    for n in 3, 4:
        for shape in j.half(SHAPES[n]):
            variance_case(j, 'var n', j.sample('float64', shape), None, 0.0)
            x = j.sample('float64', shape, 'special')
            j.case('ptp n', [x], np.ptp, compare='exact', on_error='domain_error')
            for axis in axes_for(j, n):
                logsumexp_case(j, 'logsumexp axis n', exponents(j, 'float64', shape), axis)
                j.case('ptp axis n', [x], lambda x: np.ptp(x, axis), integers=[axis], compare='exact',
                       on_error='domain_error')
                j.case('any axis n', [with_ties(j, 'int32', shape)], lambda x: np.any(x, axis), integers=[axis])


def add_order_of_many(j):
    for n in 3, 4:
        for shape in j.half(SHAPES[n]):
            x = with_ties(j, 'float64', shape)
            quantile_case(j, 'quantile n', x, float(j.random.choice([0.25, 0.5, 1])))
            j.case('unique n', [x], np.unique, compare='ulps')
            j.case('unique inverse n', [x], lambda x: np.unique(x, return_inverse=True)[1].reshape(x.shape),
                   differs='inverse keeps its shape')
            j.case('histogram counts n', [x], lambda x: np.histogram(x, 7, (-3, 5))[0], integers=[7], reals=[-3, 5])
            for axis in axes_for(j, n):
                j.case('median axis n', [x], lambda x: np.median(x, axis), integers=[axis], compare='bound',
                       bound=1e-14)
                if n == 4:
                    quantile_case(j, 'quantile axis 4', x, float(j.random.choice([0.25, 0.3, 0.9])), axis)
    for shape in SHAPES[4]:
        x, line = with_ties(j, 'float64', shape), np.sort(with_ties(j, 'float64', (13,)))
        j.case('isin 4', [x, line], np.isin)
        j.case('isin 1 4', [line, x], np.isin)
        j.case('searchsorted 4', [line, x], lambda a, x: np.searchsorted(a, x, 'right'))


def add_choosing_of_many(j):
    for shape in SHAPES[4]:
        x = j.sample('int32', shape)
        some = np.where(j.sample('bool', shape), x, 0).astype('int32')
        j.case('nonzero 4', [some], np.argwhere, places=[DISTRIBUTED])
        for axis in axes_for(j, 4):
            extent = shape[axis] if axis < 4 else 3
            picks = tuple(min(extent, 2) if d == axis % 4 else e for d, e in enumerate(shape))
            i = indices_for(j, extent, int(np.prod(picks)), errors=axis < 4).reshape(picks)
            j.case('take_along_axis 4', [j.sample('int64', shape), i], lambda x, i: np.take_along_axis(x, i, axis),
                   integers=[axis])
            j.case('compress 4', [j.sample('bool', (extent,)), x], lambda m, x: np.compress(m, x, axis),
                   integers=[axis], places=[DISTRIBUTED, DISTRIBUTED])
        for _ in range(2):
            place = tuple(int(j.random.randint(-e, e)) if e else 0 for e in shape)
            j.case('element_at 4', [x.astype('float64')], lambda x: x[place], integers=place)
            s = tuple(slice(*[[None, None, -1], [1, None, None], [None, None, 2]][j.random.randint(3)]) for _ in shape)

            def tripled(x):
                x[s] *= 3
                return x

            j.case('update slice 4', [x], tripled, selectors=s, places=places_of_target(j, 1))
        i = indices_for(j, shape[0], 7, errors=False)
        rows = j.sample('int32', (len(i),) + shape[1:])
        j.case('scatter_add 4', [x, i, rows], added, places=places_to_write(j))
        j.case('scatter_rows 4', [x, i, rows], replaced, places=places_to_write(j))
    for n in 3, 4:
        for shape in j.half(SHAPES[n]):
            j.case('assign_where n', [j.sample('int32', shape), j.sample('bool', shape), j.sample('int32', shape)],
                   lambda x, m, v: np.where(m, v, x), places=places_of_target(j, 3))

    def flipped(x):
        x[:, :, ::-1][:, 1:] = x[:, :-1].copy()
        return x

    def transposed(x):
        x.T[:] = x[::-1].copy()
        return x

    for shape in SHAPES[3]:
        j.case('assign flipped to itself', [j.sample('int32', shape)], flipped, places=places_of_target(j, 1))
    for n in 0, 1, 5, 13:
        for place in DISTRIBUTED, LOCAL:
            j.case('update transposed', [j.sample('int32', (n, n))], lambda x: x + x.T, places=[place])
            j.case('assign transposed flipped', [j.sample('int32', (n, n))], transposed, places=[place])


def add_dimensions(j):
    add_statistics_of_many(j)
    add_order_of_many(j)
    add_choosing_of_many(j)
    for first, second in [((2, 3, 4, 5), (2, 3, 5, 2)), ((2, 1, 3, 4), (1, 5, 4, 2)), ((0, 2, 3, 4), (0, 2, 4, 5)),
                          ((2, 3, 4, 0), (2, 3, 0, 5)), ((2, 3, 4, 5), (3, 5, 2)), ((7, 2, 3, 2), (1, 2, 5)),
                          ((4, 5), (2, 3, 5, 2)), ((2, 3, 4, 5), (5,)), ((2, 3, 4, 5), (2, 2, 5, 3))]:
        product_case(j, 'matmul %d%d' % (len(first), len(second)), j.sample('float64', first),
                     j.sample('float64', second), lambda x, y: x @ y)
    for first, second, a, b in [((2, 3, 4, 5), (5, 4, 3, 2), [2, 3], [1, 0]), ((5, 3, 2, 7), (7, 2, 5, 2), [0, -1], [2, 0]),
                                ((3, 0, 2, 2), (2, 3, 0, 2), [0, 1], [1, 2]), ((2, 3, 4, 5), (2, 3, 4, 4), [1, 3], [1, 3])]:
        j.case('tensordot 442', [j.sample('float64', first), j.sample('float64', second)],
               lambda x, y: np.tensordot(x, y, (a, b)), integers=a + b, compare='bound', bound=1e-10)
