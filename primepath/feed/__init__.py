"""Live updates: a process notices each change of the history, and sends events to its listeners.

- `reading`: the changes since a position in the history, as far as they decide which listeners need an event.
- `waking`: one thread for each process waits for changes: for PostgreSQL's notifications, or by a poll of SQLite.
- `listeners`: the queues of the listeners, in groups that get equal events.
- `hub`: evaluates the groups that a change concerns, and distributes their events.
"""
