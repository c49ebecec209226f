"""An operation from its document to its result.

`document` parses and validates a document and keeps it in the `document_cache`. `prepare` chooses an operation and checks
everything that can be checked before it runs. `execute` runs it.
"""
