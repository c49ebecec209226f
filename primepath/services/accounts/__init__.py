"""Accounts: sign-in, bearer tokens, and the viewer of a Django user."""
