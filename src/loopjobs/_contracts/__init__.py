"""What the host asks of those it works with: jobs, services, listeners."""
