"""The command `loopjobs`: check, list, run and steer jobs, here or in a running service."""
