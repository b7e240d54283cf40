"""Many accounts and Regions: what exists there, and what descends from what."""
