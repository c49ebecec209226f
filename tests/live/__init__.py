"""Live updates, over real connections to real servers."""
