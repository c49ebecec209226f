"""Reads from replicas: real PostgreSQL servers with streaming replication."""
