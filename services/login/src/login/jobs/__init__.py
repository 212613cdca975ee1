"""The background jobs of the Login service."""
