"""Everything around the exercises: the learner's commands (`learner`) and the course's (`course`)."""
