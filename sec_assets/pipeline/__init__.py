"""What each asset does for its companies, as plain functions: read the lake, call the library, hand back an outcome."""
