"""A stranger's files become sources by exercise; they are read here and never run."""
