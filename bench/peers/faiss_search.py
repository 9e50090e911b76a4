"""Exact search with faiss, for a side-by-side benchmark.

usage: faiss_search.py METRIC QUERIES CANDIDATES DIMENSION NEIGHBOURS

METRIC is l2 or ip. Prints one line that says what it runs on, then answers each line on standard input with the seconds of one search.
"""
import sys
import time

import blas


def main():
    metric = sys.argv[1]
    queries, candidates, dimension, neighbours = map(int, sys.argv[2:6])
    numpy, faiss = blas.require("numpy", "faiss")
    faiss.omp_set_num_threads(blas.THREADS)
    generator = numpy.random.default_rng(1)
    private = generator.random((queries, dimension), dtype=numpy.float32)
    index = faiss.IndexFlatL2(dimension) if metric == "l2" else faiss.IndexFlatIP(dimension)
    index.add(generator.random((candidates, dimension), dtype=numpy.float32))
    print(f"faiss {faiss.__version__}, {faiss.omp_get_max_threads()} threads, {blas.describe()}", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        index.search(private, neighbours)
        print(time.perf_counter() - start, flush=True)


main()
