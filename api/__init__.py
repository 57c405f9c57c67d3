"""How the graph is asked for: HTTP and the command line."""
