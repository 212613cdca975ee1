"""What the commands of both services share: log lines, mistakes, consoles, signals."""
