"""The layer between the ASGI server and the views. Nothing here depends on GraphQL."""
