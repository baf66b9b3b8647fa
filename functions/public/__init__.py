"""Open to everybody: the tenant comes from the path, a manage token where a booking is touched."""
