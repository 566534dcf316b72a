#!/usr/bin/env python3
"""Peers of pantile-bench that are written in Python (python_peer.cpp starts this).

    peers.py THREADS CASE SIZES...

Prints {"peer": ...} when its data are ready, or {"missing": ...}; then, for every line that it reads, runs the case
once and prints {"seconds": ..., "answer": ...}. The data are those of the suites in C++, element for element.
"""
import json
import os
import sys
import time
import warnings


def noise(first, count):
    """The numbers from 0 to 1 that noise() in harness.hpp gives."""
    out = np.empty(count)
    block = 1 << 20
    for at in range(0, count, block):
        z = np.arange(first + at + 1, first + min(at + block, count) + 1, dtype=np.uint64)
        z *= np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        out[at : at + block] = ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return out


def sort(n):
    a = noise(0, n)
    return lambda: np.sort(a), lambda result: result[n // 3]


def chain(n):
    steps = (np.arange(n) % 6283).astype(np.float64)
    a, b, c, d = (1.0 + scale * steps for scale in (1e-3, 2e-3, 1e-3, 1e-4))
    del steps
    return lambda: a * b + np.sin(c) / (1.0 + d * d), lambda result: result[n // 3]


def add(n, repeats):
    a, b = 1.0 + np.arange(n) % 6283, 1.0 + 2.0 * (np.arange(n) % 6283)

    def run():
        for _ in range(repeats):
            result = a + b
        return result

    return run, lambda result: result[n // 3]


def k_means(n, d, k, iterations):
    from sklearn.cluster import KMeans

    warnings.simplefilter("ignore")
    points = noise(0, n * d).reshape(n, d)
    start = points[:k].copy()

    def run():
        fitted = KMeans(k, init=start, n_init=1, max_iter=iterations, tol=0, algorithm="lloyd").fit(points)
        if fitted.n_iter_ != iterations:
            raise ValueError(f"k-means ended after {fitted.n_iter_} iterations")
        return fitted.cluster_centers_

    return run, lambda centers: float((centers**2).sum())


def logistic(m, n, bits, iterations):
    kind = np.float32 if bits == 32 else np.float64
    X = (noise(0, m * n) - 0.5).astype(kind).reshape(m, n)
    y = (noise(m * n, m) < 0.5).astype(kind)

    def run():
        w = np.zeros(n, kind)
        for _ in range(iterations):
            w -= kind(1e-4) * (X.T @ (1 / (1 + np.exp(-(X @ w))) - y))
        return w

    return run, lambda w: float((w.astype(np.float64) ** 2).sum())


def version(case):
    if case != "k_means":
        return "NumPy " + np.__version__
    import sklearn

    return "scikit-learn " + sklearn.__version__


def say(**what):
    print(json.dumps(what), flush=True)


threads, case, sizes = sys.argv[1], sys.argv[2], [int(word) for word in sys.argv[3:]]
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = threads
try:
    import numpy as np

    run, answer = {"sort": sort, "chain": chain, "add": add, "k_means": k_means, "logistic": logistic}[case](*sizes)
    name = version(case)
except ImportError as error:
    say(missing=str(error))
    sys.exit()
say(peer=name)
for _ in sys.stdin:
    start = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - start
    say(seconds=seconds, answer=float(answer(result)))
    del result
