"""The rules of the Login service: no storage, no HTTP, no clock of their own."""
