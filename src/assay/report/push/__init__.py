"""What was handed to Security Hub, or would be, for people and programs."""
