"""`loopjobs run` and `loopjobs run-once`."""
