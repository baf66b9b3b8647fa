"""What Daybook knows about time and bookings: pure, no clock, no I/O, the standard library alone."""
