"""The event that the server of this process is stopping."""

from __future__ import annotations

import asyncio

# `primepath.server.processes.uvicorn_server` sets it on the event loop, before it waits for the requests that run. Code that sends
# an endless response awaits it and ends. Code in a thread reads it with `is_set`. With plain uvicorn it is never set.
draining = asyncio.Event()
