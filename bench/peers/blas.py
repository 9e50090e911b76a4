"""Finds out which BLAS a peer runs on. The reference BLAS is refused: beating it would say nothing."""
import ctypes
import importlib
import os
import sys

THREADS = int(os.environ.get("PEER_THREADS", "2"))

# Read by the libraries when they are loaded. Waiting threads sleep, so that they take nothing from the other side.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(THREADS)
os.environ["OMP_WAIT_POLICY"] = "passive"


def require(*modules):
    """Imports modules, or ends the process with a sentence."""
    try:
        loaded = [importlib.import_module(module) for module in modules]
    except ImportError as missing:
        sys.exit(f"skipped: {missing.name} is not installed for {sys.executable} (Debian: python3-{missing.name} libopenblas0-pthread)")
    if not openblas():
        sys.exit("skipped: the BLAS of this Python is not OpenBLAS (Debian: libopenblas0-pthread)")
    return loaded


def openblas():
    """The OpenBLAS that this process has loaded, or None."""
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        paths = {line.split()[-1] for line in maps if "blas" in line}
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        if hasattr(library, "openblas_get_config"):
            return library
    return None


def describe():
    """Version, kernel and threads of that OpenBLAS."""
    library = openblas()
    library.openblas_get_config.restype = library.openblas_get_corename.restype = ctypes.c_char_p
    version = " ".join(library.openblas_get_config().decode().split()[:2])
    return f"{version}, kernel {library.openblas_get_corename().decode()}, {library.openblas_get_num_threads()} threads"
