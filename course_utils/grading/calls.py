"""Forbids a process the system calls that no answer needs, for good (seccomp, Linux).

Namespaces and limits hold for one process at a time; what is forbidden here would go round them:
children that multiply the memory that may be used, memory that belongs to no process, new
namespaces with rights of their own, sockets that no network namespace holds, and the corners of the
kernel where faults are found. Threads are allowed: NumPy and torch start them.
"""

import ctypes
import errno
import os
from collections.abc import Iterator

PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_PDEATHSIG = 22, 2, 1
CLONE_THREAD = 0x00010000
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, EQUAL, AT_LEAST, HAS_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_AT, MACHINE_AT, FIRST_ARGUMENT_AT = 0, 4, 16  # in struct seccomp_data, little endian
OTHER_ABI = 0x40000000  # x86's "x32" calls have numbers from here on

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # as the kernel writes them for a filter
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
PRCTL = {"x86_64": 157, "aarch64": 167}
# name -> its number on x86_64 and on aarch64, None where it does not exist
FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    # other processes and programs
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    # memory and queues that count for no process
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # namespaces, mounts, other roots
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "mknod": (133, None),
    "mknodat": (259, 33),
    # the world outside: a pair of connected sockets (socketpair) stays inside
    "socket": (41, 198),
    # the kernel itself
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "quotactl": (179, 60),
    "acct": (163, 89),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "iopl": (172, None),
    "ioperm": (173, None),
}

Step = tuple[int, int, int, int]  # code, steps to skip if true, if false, constant


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("constant", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Instruction)))


def forbid_calls() -> None:
    """Forbid them to this process. Needs no_new_privs or root. Raises OSError when refused."""
    steps = list(_steps(os.uname().machine))
    program = _Program(len(steps), (_Instruction * len(steps))(*(_Instruction(*s) for s in steps)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "seccomp: " + os.strerror(ctypes.get_errno()))


def _steps(machine: str) -> Iterator[Step]:
    """Yield a program in the kernel's filter language (classic BPF)."""
    no, unknown = ERROR | errno.EPERM, ERROR | errno.ENOSYS
    yield LOAD, 0, 0, MACHINE_AT
    yield EQUAL, 1, 0, MACHINES[machine]
    yield RETURN, 0, 0, KILL  # a 32-bit call, whose numbers mean something else
    yield LOAD, 0, 0, NUMBER_AT
    yield AT_LEAST, 0, 1, OTHER_ABI
    yield RETURN, 0, 0, unknown
    place = list(MACHINES).index(machine)
    for numbers in FORBIDDEN.values():
        if numbers[place] is not None:
            yield EQUAL, 0, 1, numbers[place]
            yield RETURN, 0, 0, no
    # The C library then starts its threads by `clone`, whose flags can be read.
    yield EQUAL, 0, 1, CLONE3
    yield RETURN, 0, 0, unknown
    yield EQUAL, 0, 4, CLONE[machine]
    yield LOAD, 0, 0, FIRST_ARGUMENT_AT
    yield HAS_BIT, 1, 0, CLONE_THREAD
    yield RETURN, 0, 0, no
    yield RETURN, 0, 0, ALLOW
    # Its end with its parent's end is not for it to undo.
    yield EQUAL, 0, 4, PRCTL[machine]
    yield LOAD, 0, 0, FIRST_ARGUMENT_AT
    yield EQUAL, 0, 1, PR_SET_PDEATHSIG
    yield RETURN, 0, 0, no
    yield RETURN, 0, 0, ALLOW
    yield RETURN, 0, 0, ALLOW
