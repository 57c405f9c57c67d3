"""The commands, one module each. Nothing imports them but the command line."""
