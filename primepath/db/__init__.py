"""SQL helpers that Django lacks: fields, constraints, bulk inserts, and statements compiled once."""
