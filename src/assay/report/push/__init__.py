"""What was sent to Security Hub, or would be, for people and programs."""
