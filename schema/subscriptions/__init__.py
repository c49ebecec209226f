"""Subscriptions. Each field is evaluated like a query, once for each event: see `schema.http.live`."""
