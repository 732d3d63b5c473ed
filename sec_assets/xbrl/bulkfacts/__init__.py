"""Companyfacts files by the thousand: from text to Arrow tables in the shape of the lake, without an object per field.

`outline` takes a file apart, `words` reads eight bytes at a time, `locate` finds the fields of all facts at once, `tables` makes
the Arrow table of a company. Only files laid out exactly as SEC does are read here; whatever else there may be is left to
`xbrl.companyfacts`, which reads any layout, says what is wrong with a file, and is what this package is tested against.
"""
