"""The bundled EDGAR."""
