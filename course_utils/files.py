"""Write a file wholly or not at all: checkpoints, caches, what a learner has done.

A process that dies in the middle of a write (a closed laptop, a killed run, a full disk) leaves
half a file behind. Here the half lies under another name until it is whole; then one rename puts
it in its place, and whoever reads sees either the old file or the new one.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PARTIAL = ".partial-"  # how the name of what is not whole begins


@contextmanager
def write_atomically(path: str | os.PathLike) -> Iterator[Path]:
    """Give a name to write to; when the block ends without an error, it becomes `path`.

        with write_atomically("runs/a/summary.json") as partial:
            partial.write_text(json.dumps(summary))

    The folder of `path` is made when it is missing. The partial file lies in that folder, because
    a rename is atomic only within one file system, and keeps the ending of `path` at the end of
    its name, because some writers (`np.savez`) add one they miss. When the block raises, the
    partial file is removed, `path` is left as it was and the error goes on to the caller.

    Raises FileNotFoundError when the block ends without having written anything.
    """
    # A link stays a link: what it points to is replaced.
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    # The random part keeps two writers of the same file from writing into each other's half.
    partial = target.with_name(f"{PARTIAL}{uuid.uuid4().hex[:12]}-{target.name}")
    try:
        yield partial
        if not partial.is_file():
            raise FileNotFoundError(
                f"nothing was written to {partial}, so {target} was left as it was: write to the "
                "path that `with write_atomically(path) as partial` gives you"
            )
        flush_to_disk(partial)
        os.replace(partial, target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def remove_partials(folder: str | os.PathLike) -> None:
    """Remove the halves that processes left in a folder when they died while writing there.

    Files and folders alike; what cannot be removed stays. Only for whoever alone writes to the
    folder: the half of a writer that lives would be lost.
    """
    for left in Path(folder).glob(f"{PARTIAL}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            with suppress(OSError):
                left.unlink()


def flush_to_disk(path: Path) -> None:
    """Wait until a file's bytes, or a folder's list of names, are on the disk, not only in memory.

    A rename that outlives the bytes of what it renamed is half a file too.
    """
    if path.is_dir() and os.name == "nt":
        return  # Windows has no such thing for folders
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
