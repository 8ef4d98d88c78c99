"""The learner's commands and what they need: this room travels to students and never imports the course."""
