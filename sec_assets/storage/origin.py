"""Which source a data folder was filled from, so that invented sample figures never meet real ones.

The bundled sample answers under EDGAR's own addresses; its documents in the store of a live deployment would be wrong
numbers. The first use marks the folder; another kind of source is refused. `mirror` and `live` are both EDGAR's data.
"""

from sec_assets.errors import SettingError
from sec_assets.settings import SourceName
from sec_assets.storage.places import Place, put


def claim(data: Place, source: SourceName) -> None:
    """Mark the data folder, or what takes its place in an object store, as the sample's or as EDGAR's.

    Raises:
        SettingError: the folder holds the other kind of data.
        StorageError: the folder cannot be written, or the object store cannot be reached.
    """
    kind = "sample" if source == "sample" else "edgar"
    mark = data / "state" / "origin"
    try:
        found = mark.read_bytes().decode().strip()
    except FileNotFoundError:
        put(mark, kind.encode())
        return
    if found != kind:
        holds = "the bundled sample's figures" if found == "sample" else "EDGAR's data"
        raise SettingError(
            f"SEC_ASSETS_SOURCE={source!r}: the folder {data} holds {holds} and the two must not mix; "
            "set SEC_ASSETS_DATA to another folder"
        )
