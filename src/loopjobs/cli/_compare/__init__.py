"""`loopjobs compare`."""
