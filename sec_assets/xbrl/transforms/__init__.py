"""Transformations of inline XBRL: from what is printed to the value that is meant."""
