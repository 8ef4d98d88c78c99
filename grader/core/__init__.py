"""What both halves stand on: the records, how a check is read, run and judged, and where things lie."""
