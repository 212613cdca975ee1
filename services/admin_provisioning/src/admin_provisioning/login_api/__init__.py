"""The Login service, as this service speaks to it."""
