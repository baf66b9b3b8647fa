"""What Daybook knows about time and bookings: pure, no clock, no I/O, standard library and dateutil alone."""
