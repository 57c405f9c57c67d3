"""What a process gives up to run strangers' queries: the network, much memory, its place, life without its parent."""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

# Number of the system call socket(), and the kernel's number of the architecture, from linux/audit.h.
_SOCKET_CALLS = {"x86_64": (41, 0xC000003E), "aarch64": (198, 0xC00000B7)}
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13  # with EACCES
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.POINTER(_Instruction)))


def give_up_network() -> bool:
    """The kernel refuses this thread, and those that it starts, every new socket. False where it cannot be told to.

    The second wall: the first is that queries with SERVICE are refused. What is open already stays open.
    """
    if not sys.platform.startswith("linux") or platform.machine() not in _SOCKET_CALLS:
        return False
    number, architecture = _SOCKET_CALLS[platform.machine()]
    instructions = (
        _Instruction(_LOAD, 0, 0, 4),  # the architecture
        _Instruction(_JUMP_IF_EQUAL, 0, 2, architecture),
        _Instruction(_LOAD, 0, 0, 0),  # the number of the call
        _Instruction(_JUMP_IF_EQUAL, 1, 0, number),
        _Instruction(_RETURN, 0, 0, _ALLOW),
        _Instruction(_RETURN, 0, 0, _REFUSE),
    )
    program = _Program(len(instructions), (_Instruction * len(instructions))(*instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program)) == 0)


def limit_memory(size: int) -> None:
    """At most `size` bytes more of memory of its own than are used now, and no core dumps.

    Address space is no measure: allocators and the engine reserve a great deal of it and use little.
    """
    used = data_size()
    with contextlib.suppress(ValueError, OSError):  # not every system knows the limit, or lets it be set
        resource.setrlimit(resource.RLIMIT_DATA, (used + size, used + size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def data_size() -> int:
    """Bytes that `limit_memory` counts, 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[5]) * resource.getpagesize() if statm.exists() else 0


def end_with_parent() -> None:
    """Ends this process when its standard input closes: the parent is gone. Ctrl-C is left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def wait() -> None:
        os.read(0, 1)  # not by way of sys.stdin, whose lock an orderly end of the program would wait for
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


_LONG, _BEHIND = 0.5, 10
"""Seconds after which a job comes after whatever else the machine has to do, and by how much (as for `nice`)."""
_LINUX = sys.platform.startswith("linux")  # elsewhere a thread has no priority of its own


def step_back_after_alarm(thread: threading.Thread) -> None:
    """To be called by the main thread: while a long job runs in the other, short ones elsewhere go first."""

    def step_back(_signal: int, _frame: object) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread.native_id or 0, os.getpriority(os.PRIO_PROCESS, 0) + _BEHIND)

    if _LINUX:
        signal.signal(signal.SIGALRM, step_back)


@contextlib.contextmanager
def alarm() -> Iterator[None]:
    """Around a job: rings when it takes long."""
    if not _LINUX:
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})  # for the main thread to hear
    signal.setitimer(signal.ITIMER_REAL, _LONG)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


def wait_until_gone(thread: threading.Thread) -> None:
    """Waits until a thread that was joined has left its stack, which takes a moment more: two stacks are too much."""
    task = Path(f"/proc/self/task/{thread.native_id}")
    while task.exists():
        time.sleep(0.001)


def has_stepped_back() -> bool:
    """Whether this thread has, which it cannot undo."""
    return _LINUX and os.getpriority(os.PRIO_PROCESS, 0) > os.getpriority(os.PRIO_PROCESS, os.getpid())
