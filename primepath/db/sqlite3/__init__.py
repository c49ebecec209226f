"""Django's backend for SQLite, with a queue of the writers of this process."""
