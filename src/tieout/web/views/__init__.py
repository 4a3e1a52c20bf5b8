"""Views: read through grids and querysets, change through use cases."""
