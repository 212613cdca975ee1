"""The endpoints of the Login service."""
