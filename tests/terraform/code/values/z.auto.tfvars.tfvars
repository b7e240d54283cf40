# Terraform does not read this: the name does not end in .auto.tfvars.
left_alone_by_files_of_other_names = "ami-00000bad"
