"""Change cells. `writing` locks and saves them for all services."""
