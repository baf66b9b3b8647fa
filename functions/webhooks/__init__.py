"""Called by other services: proven by what only they were told, answered at once, the work left to queues."""
