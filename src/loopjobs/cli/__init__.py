"""The command `loopjobs`: check, list, run and steer the jobs of a builder or of a running service."""
