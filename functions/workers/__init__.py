"""Called by AWS itself, never by a client."""
