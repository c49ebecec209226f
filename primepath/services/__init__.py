"""Every write to the school's data.

All services follow the same rules:

- A service saves all of its change together with its history, or nothing.
- ``viewer`` is the person who acts. The service checks what they are allowed to do.
- An id or a cell is None if the caller could not parse it. ``parse_errors`` then contains the reason, and the service
  reports it with the errors it finds itself.
- A service that rejects its input raises `ValidationFailedError`, which lists every problem. Its docstring names the codes.
- The path of an error starts with a parameter of the service, or with a key of its TypedDict parameter.
- A change that changes nothing saves nothing: no new version, no history.
"""
