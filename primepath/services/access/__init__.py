"""Who has access to which class: asking, deciding, assigning, revoking."""
