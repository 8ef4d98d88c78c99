"""The drawing of the course's reference, without its engine: that is what you write."""
