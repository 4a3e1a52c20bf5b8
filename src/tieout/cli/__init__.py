"""The `tieout` command. Exit codes: 0 done, 1 problems found, 2 wrong use."""
