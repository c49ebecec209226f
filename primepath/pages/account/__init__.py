"""The page of one's own account, and the page on which a link sets a password."""
