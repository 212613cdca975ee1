"""The endpoints of the AdminProvisioning service."""
