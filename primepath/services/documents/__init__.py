"""Trusted documents: registered by the operator, and sent by clients as an id.

A document has the id of its manifest. The SHA-256 digest of its text identifies it too, with or without the prefix ``sha256:`` of
GraphQL over HTTP, Appendix A.
"""
