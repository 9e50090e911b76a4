"""The matrix product of numpy's BLAS in float32, for a side-by-side benchmark.

usage: sgemm.py ROWS COLUMNS DEPTH

Prints one line that says what it runs on, then answers each line on standard input with the seconds of one product.
"""
import sys
import time

import blas


def main():
    rows, columns, depth = map(int, sys.argv[1:4])
    (numpy,) = blas.require("numpy")
    generator = numpy.random.default_rng(1)
    left = generator.random((rows, depth), dtype=numpy.float32)
    right = generator.random((columns, depth), dtype=numpy.float32)
    product = numpy.zeros((rows, columns), dtype=numpy.float32)
    print(f"numpy {numpy.__version__}, {blas.describe()}", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        numpy.matmul(left, right.T, out=product)
        print(time.perf_counter() - start, flush=True)


main()
