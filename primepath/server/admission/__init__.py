"""Admission: which request runs next, which one waits, and which one is refused immediately.

A server that accepts everything answers nothing in time. So a request waits only if its turn comes soon; see `Admission`. Turns
go round the callers (`FairQueue`), and reads, writes and password checks have shares of their own (`Lane`). Everything here runs
in the thread of the server's event loop, so nothing needs a lock.
"""
