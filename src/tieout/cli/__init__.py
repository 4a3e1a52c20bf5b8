"""The tieout command."""
