by_first_automatic = "ami-00000f05"
by_last_automatic  = "ami-00000bad"
