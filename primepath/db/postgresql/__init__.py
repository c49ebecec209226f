"""Django's database backend for PostgreSQL, with connections for a server that can be away, frozen or replaced.

`base`: the backend. `pool`: the connections of a process, which threads use in `turns`. `session`: one connection.
`transactions`: BEGIN and the timeouts, in one message with the first statement.
"""
