"""The formats that are read, one module each."""
