"""What lies in a folder of this machine or in an object store, handled alike.

A place is a `Path` or an `ObjectUrl`. Files are written by `files`, objects by `object_store`; here is what the lake, its
status table and the document store need of both: replacing, listing, and doing a thing for many places at once.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sec_assets.object_store import SCHEME, ObjectUrl
from sec_assets.storage.files import write_atomically

Place = Path | ObjectUrl
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_AT_ONCE = 16
_SUFFIX = ".parquet"
_HASH, _ROWS = "sha256", "rows"


def place_of(text: Path | str) -> Place:
    """Return the folder that a path or `s3://bucket/prefix` names.

    Raises:
        ValueError: it begins like an address of an object store but is none.
    """
    return ObjectUrl.parse(text) if isinstance(text, str) and text.startswith(SCHEME) else Path(text)


def replace(place: Place, body: bytes, *, rows: int) -> bool:
    """Put `body` there unless just that lies there already; tell whether it was written.

    A reader sees the old content or the new. An object carries hash and rows as notes, so that asking for them is enough.

    Raises:
        StorageError: disk full, not writable, or the object store cannot be reached; the old content is still there.
    """
    if isinstance(place, Path):
        if place.is_file() and place.stat().st_size == len(body) and place.read_bytes() == body:
            return False
        write_atomically(place, body)
        return True
    digest = hashlib.sha256(body).hexdigest()
    try:
        about = place.about()
    except FileNotFoundError:
        about = None
    if about is not None and about.size == len(body) and about.notes.get(_HASH) == digest:
        return False
    place.write(body, {_HASH: digest, _ROWS: str(rows)})
    return True


def put(place: Place, body: bytes) -> None:
    """Put `body` there whatever lies there; raises like `replace`."""
    if isinstance(place, Path):
        write_atomically(place, body)
    else:
        place.write(body)


def noted_rows(place: ObjectUrl) -> tuple[int, int] | None:
    """Return rows and bytes of an object as noted when it was written; None if a program without such notes wrote it."""
    about = place.about()
    rows = about.notes.get(_ROWS, "")
    return (int(rows), about.size) if rows.isdigit() else None


def size_of(place: Place) -> int:
    """Return the bytes of a file or an object; none if it does not exist."""
    try:
        return place.stat().st_size if isinstance(place, Path) else place.about().size
    except FileNotFoundError:
        return 0


def state_of(place: Place) -> str:
    """Return what tells one state of a file or object from another, "-" for one that is not there.

    Of an object its hash, or size and time where it carries none. Files are replaced as a whole, so that each has a number
    of its own.
    """
    try:
        if isinstance(place, Path):
            return _state_of_file(place.stat())
        about = place.about()
    except FileNotFoundError:
        return "-"
    return about.notes.get(_HASH) or f"{about.size}:{about.written_at.isoformat()}"


def listing(folder: Place) -> Iterator[tuple[str, int, str]]:
    """Yield (stem, bytes, state) of the Parquet files directly in a folder, in no order, from as few requests as a list takes.

    States are to be compared with those of an earlier listing, not with `state_of`.
    """
    if isinstance(folder, ObjectUrl):
        found = [(item.url, item.size, item.state) for item in folder.listing()]
        yield from ((url.stem, size, state) for url, size, state in found if url.name.endswith(_SUFFIX))
        return
    for path in folder.glob(f"[!.]*{_SUFFIX}"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # removed since
        yield path.stem, status.st_size, _state_of_file(status)


def files_in(folder: Place) -> Sequence[Place]:
    """Return the Parquet files directly in a folder, in no order; one that was never written to has none."""
    if isinstance(folder, Path):
        return list(folder.glob(f"[!.]*{_SUFFIX}"))
    return [found for found in folder.objects() if found.name.endswith(_SUFFIX)]


def folders_in(folder: Place) -> Sequence[Place]:
    """Return the folders directly in a folder, sorted."""
    if isinstance(folder, Path):
        return sorted(path for path in folder.glob("*") if path.is_dir())
    return folder.folders()


def for_each(root: Place, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Yield `function` of every item in order: one by one on a disk, several at once where each waits for a network."""
    if isinstance(root, Path):
        yield from map(function, items)
        return
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="objects") as pool:
        yield from pool.map(function, items)


def with_each(
    root: Place, function: Callable[[_Item], _Result], items: Iterable[_Item]
) -> Iterator[tuple[_Item, _Result]]:
    """Yield every item with its `function`, as `for_each` does."""
    items = list(items)
    return zip(items, for_each(root, function, items), strict=True)


@contextmanager
def at_hand(places: Sequence[Place], folder: Path | None = None) -> Iterator[list[Path]]:
    """Give files with the content of places, for programs that read files only: themselves, or copies for the block.

    Args:
        places: all of one kind, with names of their own.
        folder: where copies lie meanwhile; the system's folder for temporary files by default.
    """
    remote = [place for place in places if isinstance(place, ObjectUrl)]
    if not remote:
        yield [place for place in places if isinstance(place, Path)]
        return
    with TemporaryDirectory(prefix=".tmp-copies-", dir=folder) as name:
        copies = Path(name)

        def bring(place: ObjectUrl) -> Path:
            copy = copies / place.name
            copy.write_bytes(place.read_bytes())
            return copy

        yield list(for_each(remote[0], bring, remote))


def _state_of_file(status: os.stat_result) -> str:
    return f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"
