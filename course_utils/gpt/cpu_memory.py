"""Lets a process on a CPU use the memory of one training step again in the next."""

import ctypes
import platform

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # the names and numbers in glibc's malloc.h
A_GIGABYTE = 1 << 30


def keep_freed_memory() -> bool:
    """Ask the C library not to give freed memory back to the system; tell whether it will.

    A training step frees all that it computed. By default much of that goes back to the system,
    which has to clear every page of it before the next step may have it: thousands of pages for
    each step of a small model. What keeping it gains is in benchmarks/LOG.md. The process
    keeps what it needed at its largest, and no more. Only glibc can be asked.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL("libc.so.6")
    return bool(
        libc.mallopt(M_TRIM_THRESHOLD, A_GIGABYTE) and libc.mallopt(M_MMAP_THRESHOLD, A_GIGABYTE)
    )
