"""Clients in the process of the trial. They share the machine with the servers, so they do little for each response."""
