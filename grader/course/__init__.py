"""What never travels to students: the author's commands and the grader's, each room with one duty."""
