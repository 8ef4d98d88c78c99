"""Leaves: each makes of reports what one school system takes. Only the command line imports them."""
