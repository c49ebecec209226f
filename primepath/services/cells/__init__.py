"""Change cells. `writing` locks and saves them for all services.

With ``dry_run``, a service checks the same and returns the cells as they would be. It saves and records nothing, and does
not wait for other writers.
"""
