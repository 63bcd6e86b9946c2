"""Segments in, clips out: one file for each engine, found by name."""
