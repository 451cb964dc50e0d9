"""Locks a process in, for good: no network, no files of others, no other processes, small limits.

Linux only. As root the process becomes a real unprivileged user; a root inside a user namespace
would still be the real root to process limits and to files. Without root it starts in a user
namespace of its own. See `why_not` for machines where no box can be built.
"""

import contextlib
import ctypes
import errno
import os
import resource
import sys
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 1, 2, 4, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP, PR_SET_DUMPABLE = 38, 24, 4
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SYS_CAPSET = {"x86_64": 126, "aarch64": 91}

NOBODY = 61_000  # a user id that owns nothing
LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")

_libc = ctypes.CDLL(None, use_errno=True)


def why_not() -> str | None:
    """Return why no box can be built here, or None when one can."""
    if sys.platform != "linux":
        return f"it needs Linux, and this is {sys.platform}"
    if os.uname().machine not in SYS_PIVOT_ROOT:
        return f"it does not know the system calls of {os.uname().machine}"
    pid = os.fork()
    if pid == 0:
        try:
            enter_namespaces()
            os._exit(0)
        except OSError as error:
            os._exit(min(error.errno or 1, 254))
        finally:
            os._exit(255)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status == 0:
        return None
    return f"the kernel does not allow new namespaces here ({os.strerror(status)})"


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
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _new_root(disk)
    _limits(mapped + memory, seconds, disk)
    if os.geteuid() == 0:
        os.setgroups([])
        user = NOBODY + number
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    _drop_capabilities()
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    os.chdir("/tmp")
    os.environ.clear()
    os.environ.update({"HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"})


def _only_descriptor(keep: int) -> None:
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(3, keep)
    os.closerange(keep + 1, 4096)


def _new_root(disk: int) -> None:
    """Make a root folder in memory with Python's libraries, read-only, and an empty /tmp."""
    _mount(None, "/", None, MS_REC | MS_PRIVATE)
    libraries = _libraries()
    root = _unused_folder(libraries)
    _mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, f"size={disk},nr_inodes=4096,mode=0755")
    for folder in libraries:
        inside = root + folder
        os.makedirs(inside, mode=0o755, exist_ok=True)
        _mount(folder, inside, None, MS_BIND | MS_REC)
        _mount(None, inside, None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)
    # An installed course lies among the libraries: cover it.
    for course in (f"{root}{path}/course_utils" for path in sys.path):
        if os.path.isdir(course):
            _mount("tmpfs", course, "tmpfs", MS_RDONLY, "size=4k")
    os.makedirs(f"{root}/dev", mode=0o755)
    for device in DEVICES:
        Path(root + device).touch()
        _mount(device, root + device, None, MS_BIND)
    os.makedirs(f"{root}/tmp", mode=0o777, exist_ok=True)  # libraries may lie in /tmp
    os.chmod(f"{root}/tmp", 0o1777)
    os.makedirs(f"{root}/.old", mode=0o700)
    os.chdir(root)
    machine = os.uname().machine
    _check(_libc.syscall(SYS_PIVOT_ROOT[machine], b".", b".old"), "pivot_root")
    os.chdir("/")
    _check(_libc.umount2(b"/.old", MNT_DETACH), "umount2")
    os.rmdir("/.old")


def _unused_folder(libraries: list[str]) -> str:
    """Find a folder to mount the new root on that covers none of the libraries."""
    for folder in ("/mnt", "/media", "/srv", "/home", "/tmp"):
        if os.path.isdir(folder) and not any(path.startswith(folder + "/") for path in libraries):
            return folder
    raise OSError(errno.ENOENT, "no folder is free to build the box on")


def _libraries() -> list[str]:
    """Return the folders that an interpreter and its packages need, none inside another."""
    wanted = [*LIBRARIES, sys.base_prefix, sys.prefix]
    wanted += [path for path in sys.path if path.endswith("site-packages")]
    real = sorted({os.path.abspath(path) for path in wanted if os.path.isdir(path)})
    kept: list[str] = []
    for path in real:
        if path != "/usr" and not any(path.startswith(k + "/") for k in kept):
            kept.append(path)
    return kept


def _limits(address_space: int, seconds: int, disk: int) -> None:
    for what, limit in (
        (resource.RLIMIT_AS, address_space),
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
