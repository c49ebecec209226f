"""Health, metrics, the log and traces of the server."""
