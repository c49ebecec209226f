"""GraphQL over HTTP: a request read, its sender found, the answer written and delivered."""
