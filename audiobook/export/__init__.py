"""Master and timeline in, files out: one file for each format."""
