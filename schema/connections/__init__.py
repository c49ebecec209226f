"""Relay connections: paginated lists."""
