"""What never travels to students."""
