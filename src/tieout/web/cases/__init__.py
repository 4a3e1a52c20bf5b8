"""What the screens ask of the layers below, one area per module; `tieout.web.use_cases` puts them together."""
