by_last_automatic = "ami-00000f06"
