"""Pages that people look at: one HTML file per student and one for the class, made of the reports alone."""
