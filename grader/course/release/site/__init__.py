"""The kata as static pages: the student's files and a Python for browsers, which any web server gives out."""
