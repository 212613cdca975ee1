"""Endpoints for people who sign in, for services, and for those who verify tokens."""
