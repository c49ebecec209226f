"""The school's own data."""
