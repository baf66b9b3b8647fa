"""DynamoDB: one table, one client, every key pattern in `keys`."""
