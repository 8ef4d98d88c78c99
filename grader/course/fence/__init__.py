"""Runs what a student wrote: nothing else in the course does."""
