"""SQL helpers that Django does not have: fields, constraints, bulk inserts, statements compiled once."""
