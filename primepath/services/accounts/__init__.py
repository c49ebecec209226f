"""Accounts: signing in, bearer tokens, and the viewer that an account stands for."""
