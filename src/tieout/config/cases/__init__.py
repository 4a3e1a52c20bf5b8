"""The use cases of the web admin, one area per module; `tieout.config.web_cases` puts them together."""
