by_file        = "ami-00000f08"
by_second_file = "ami-00000bad"
