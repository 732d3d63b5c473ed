"""Lake, documents, warehouse."""
