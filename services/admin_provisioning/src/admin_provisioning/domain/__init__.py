"""The rules of the AdminProvisioning service: no storage, no HTTP, no clock of their own."""
