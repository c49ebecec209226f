"""Teachers' access to classes: requests, decisions and assignments."""
