"""What a school's systems take and give; only the command line imports these."""
