"""The processes of the server, their connections, and the limits of clients."""
