"""GraphQL over HTTP. `view` leads each request through the other modules."""
