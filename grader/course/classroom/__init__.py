"""A whole class: where it is graded, what changed since, who resembles whom, pictures of what is wrong."""
