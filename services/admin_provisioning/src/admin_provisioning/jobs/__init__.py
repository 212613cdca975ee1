"""The background jobs of the AdminProvisioning service."""
