"""Marks for the systems of a school: each has a file in `systems`, and here is what all of them share."""
