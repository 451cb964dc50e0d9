"""Locks a process in, for good: no network, no files of others, no other processes, small limits.

What the kernel is asked to forbid besides stands in `calls.py`.

Linux only. As root the process becomes a real unprivileged user; a root inside a user namespace
would still be the real root to process limits and to files. Without root it starts in a user
namespace of its own. See `why_not` for machines where no box can be built.
"""

import contextlib
import ctypes
import errno
import functools
import os
import resource
import signal
import sys
from pathlib import Path

from course_utils.grading.calls import MACHINES, PR_SET_PDEATHSIG, forbid_calls

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 1, 2, 4, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 38, 24
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}

NOBODY = 61_000  # a user id that owns nothing
LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64")
PREFIXES = (sys.base_prefix, sys.prefix)  # of the interpreter, and of its virtual environment
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")

_libc = ctypes.CDLL(None, use_errno=True)


@functools.cache
def why_not() -> str | None:
    """Return why no box can be built here, or None when one can: it is tried, by a child."""
    if sys.platform != "linux":
        return f"it needs Linux, and this is {sys.platform}"
    if os.uname().machine not in MACHINES:
        return f"it does not know the system calls of {os.uname().machine}"
    reading, writing = os.pipe()
    outer = os.fork()
    if outer == 0:
        os.close(reading)
        _try_all(writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode(errors="replace")
    os.waitpid(outer, 0)
    return None if told == "ok" else f"the kernel refuses ({told or 'the attempt was killed'})"


def _try_all(writing: int) -> None:
    """Build a box, tell how it went, and end, without running anything."""
    told = ""
    try:
        told = "a new namespace: "
        enter_namespaces()
        inner = os.fork()
        if inner == 0:
            told = ""
            lock_in(keep=writing, memory=2**30, seconds=5, disk=2**20, number=999)
            os.write(writing, b"ok")
        else:
            os.waitpid(inner, 0)
    except BaseException as error:
        os.write(writing, f"{told}{error}".encode())
    finally:
        os._exit(0)


def look_around() -> None:
    """Find the libraries now, so that no child that is forked has to."""
    _copies_of_the_course()


def enter_namespaces() -> None:
    """Leave the machine's mounts, network, processes and names behind.

    The caller forks next: its child is the first process of the new world, and all die with it.
    Raises OSError when the kernel refuses.
    """
    flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
    user, group = os.geteuid(), os.getegid()
    if user != 0:
        flags |= CLONE_NEWUSER
    _check(_libc.unshare(flags), "unshare")
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def lock_in(keep: int, memory: int, seconds: int, disk: int, number: int) -> None:
    """Shut every door. Call in the first process of the new namespaces.

    keep: the one file descriptor that stays open. memory: bytes beyond what is mapped now.
    seconds: of processor time. disk: bytes that may be written to /tmp. number: tells boxes that
    run side by side apart; each has a user id of its own.
    """
    _only_descriptor(keep)
    pages = [int(n) * resource.getpagesize() for n in Path("/proc/self/statm").read_text().split()]
    _new_root(disk)
    mapped, private = pages[0], pages[5]  # libraries and all; what is written to
    _limits(mapped + memory, private + memory, seconds, disk)
    if os.geteuid() == 0:
        os.setgroups([])
        user = NOBODY + number
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    _drop_capabilities()
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    die_with_parent()  # a change of user forgets it, so only now
    os.chdir("/tmp")
    os.environ.clear()
    os.environ.update({"HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"})
    forbid_calls()


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it ends, however it ends."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def _only_descriptor(keep: int) -> None:
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(3, keep)
    os.closerange(keep + 1, 4096)


def _new_root(disk: int) -> None:
    """Make a root folder in memory with Python's libraries, read-only but for an empty /tmp."""
    _mount(None, "/", None, MS_REC | MS_PRIVATE)
    libraries = _libraries()
    root = _unused_folder(libraries)
    private = MS_NOSUID | MS_NODEV
    _mount("tmpfs", root, "tmpfs", private, "size=1m,mode=0755")
    os.makedirs(f"{root}/tmp")  # before the libraries, which may lie in it
    _mount("tmpfs", f"{root}/tmp", "tmpfs", private, f"size={disk},nr_inodes=4096,mode=1777")
    for folder in libraries:
        inside = root + folder
        os.makedirs(inside, mode=0o755, exist_ok=True)
        _mount(folder, inside, None, MS_BIND | MS_REC)
        _mount(None, inside, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)
    for course in _copies_of_the_course():  # installed among the libraries: cover them
        _mount("tmpfs", root + course, "tmpfs", MS_RDONLY, "size=4k")
    os.makedirs(f"{root}/dev", mode=0o755)
    for device in DEVICES:
        Path(root + device).touch()
        _mount(device, root + device, None, MS_BIND)
    os.makedirs(f"{root}/.old", mode=0o700)
    os.chdir(root)
    machine = os.uname().machine
    _check(_libc.syscall(SYS_PIVOT_ROOT[machine], b".", b".old"), "pivot_root")
    os.chdir("/")
    _check(_libc.umount2(b"/.old", MNT_DETACH), "umount2")
    os.rmdir("/.old")
    _mount(None, "/", None, MS_BIND | MS_REMOUNT | MS_RDONLY | private)


def _unused_folder(libraries: list[str]) -> str:
    """Find a folder to mount the new root on that covers none of the libraries."""
    for folder in ("/mnt", "/media", "/srv", "/home", "/tmp"):
        if os.path.isdir(folder) and not any(path.startswith(folder + "/") for path in libraries):
            return folder
    raise OSError(errno.ENOENT, "no folder is free to build the box on")


@functools.cache
def _libraries() -> list[str]:
    """Return the folders that an interpreter and its packages need, none inside another."""
    wanted = [*LIBRARIES, *(f"{p}/{lib}" for p in PREFIXES for lib in ("lib", "lib64"))]
    wanted += [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    real = sorted({os.path.abspath(path) for path in wanted if os.path.isdir(path)})
    kept: list[str] = []
    for path in real:
        if not any(path.startswith(k + "/") for k in kept):
            kept.append(path)
    return kept


@functools.cache
def _copies_of_the_course() -> list[str]:
    """Return where the course is installed below the libraries, for this Python or another."""
    below = ("course_utils", "*-packages/course_utils", "*/*-packages/course_utils")
    found = {path for lib in _libraries() for where in below for path in Path(lib).glob(where)}
    return sorted(str(path) for path in found if path.is_dir())


def _limits(address_space: int, private: int, seconds: int, disk: int) -> None:
    for what, limit in (
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_DATA, private),  # what libraries give back is not the answer's to use
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 32),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError):  # already lower
            resource.setrlimit(what, (limit, limit))


def _drop_capabilities() -> None:
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) and ctypes.get_errno() == errno.EINVAL:
            break
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    _check(_libc.syscall(SYS_CAPSET[os.uname().machine], header, none), "capset")


def _mount(source, target: str, kind, flags: int, options: str | None = None) -> None:
    arguments = [part.encode() if part is not None else None for part in (source, target, kind)]
    data = options.encode() if options else None
    result = _libc.mount(arguments[0], arguments[1], arguments[2], ctypes.c_ulong(flags), data)
    _check(result, f"mount {target}")


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
