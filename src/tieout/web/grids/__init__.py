"""Grids: what they filter, sort, show and write to CSV."""
