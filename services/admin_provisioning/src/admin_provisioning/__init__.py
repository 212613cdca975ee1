"""The AdminProvisioning service."""
