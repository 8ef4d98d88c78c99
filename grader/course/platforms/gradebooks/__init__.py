"""Marks for the systems of a school: Canvas, Moodle, and a plain CSV file that says how each mark came about."""
