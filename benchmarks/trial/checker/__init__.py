"""Compares what the server has acknowledged with what is in the database."""
