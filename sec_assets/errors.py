"""The errors of this project, drawn as a tree.

SecAssetsError
├── SettingError        a setting is missing or out of range: the user must change it
├── InputError          bad input of one company or document: becomes a row, never stops the neighbours
│   ├── AbsentError     the thing asked for does not exist at the source (404, not in the mirror)
│   └── MalformedError  a body that is not what it should be (HTML for JSON, truncated, hostile)
├── OutageError         the outside world is unavailable: keeps what is done and fails the run
│   ├── UnreachableError    no connection, time-outs, 5xx to the last try
│   ├── BannedError         the source asked us to pause
│   ├── StorageError        disk full, folder not writable
│   └── StoppedError        the user asked to stop
├── CorruptError        a file of our own store cannot be read back
└── DefectError         our own code crashed over everything it was given

Decision: failures are rows, outages are failures. `InputError` is caught per company or document and recorded;
`OutageError` ends the run with its one sentence.
"""


class SecAssetsError(Exception):
    """Base of every error raised on purpose by this package."""


class SettingError(SecAssetsError):
    """A setting is missing or out of its range; the message names variable, value and allowed range."""


class InputError(SecAssetsError):
    """One company, document or row is bad; its neighbours are not concerned."""


class AbsentError(InputError):
    """The source has no such thing (404, S3 AccessDenied on Archives, not in the mirror)."""


class MalformedError(InputError):
    """A body is not what was asked for: wrong type, truncated, hostile or not parseable."""


class OutageError(SecAssetsError):
    """Work cannot go on for anybody: the run keeps what is done and fails with this sentence."""


class UnreachableError(OutageError):
    """The source could not be reached, or answered with errors to the last try."""


class BannedError(OutageError):
    """The source refuses us for a while because of too many requests."""


class StorageError(OutageError):
    """Our own storage cannot be written: disk full, read-only, no permission."""


class StoppedError(OutageError):
    """The user asked to stop: work ends as by an outage, and is taken up again by the next run."""


class CorruptError(SecAssetsError):
    """A file of the lake or the document store is damaged; the message names it and the way to rebuild it."""


class DefectError(SecAssetsError):
    """Our own code crashed over everything it was given; the message holds the first crash."""
