"""Event data and other tables: from a released file to statements, lossless, one module a format."""
