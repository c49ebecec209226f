"""What lies between the ASGI server and the views. Nothing here knows about GraphQL."""
