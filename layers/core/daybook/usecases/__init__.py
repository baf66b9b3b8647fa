"""What Daybook does: one verb a module, plain functions that take their ports and the clock's reading."""
