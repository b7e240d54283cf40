"""Many accounts and Regions: which images exist there, and what descends from what."""
