"""What students get, and the search for what must not be in it."""
