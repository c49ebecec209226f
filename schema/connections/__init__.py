"""Relay connections: lists in pages."""
