"""What travels to students: it never imports the rooms that stay behind."""
