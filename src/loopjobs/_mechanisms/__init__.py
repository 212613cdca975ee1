"""Pure timing and the shared timer."""
