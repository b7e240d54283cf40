# What the exceptions do not reach: another's image of the same name, another image of Amazon's, the same
# image elsewhere.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "eks_ami" {
  description = "Amazon's EKS optimized image."
}

variable "ecs_ami" {
  description = "Amazon's ECS optimized image."
}

variable "eks_lookalike_ami" {
  description = "A stranger's public image of such a name."
}

variable "ecs_lookalike_ami" {
  description = "Likewise."
}

variable "amazon_linux_ami" {
  description = "Amazon Linux, not made for EKS."
}

variable "home_made_ami" {
  description = "Registered by hand."
}

# The name fits, the owner does not.
module "eks_lookalike" {
  source = "./modules/eks"
  image  = var.eks_lookalike_ami
}

module "ecs_lookalike" {
  source = "./modules/ecs"
  image  = var.ecs_lookalike_ami
}

# The owner fits, the name does not.
module "eks_other" {
  source = "./modules/eks"
  image  = var.amazon_linux_ami
}

# EKS's image has no business on an ECS node, nor outside the modules.
module "ecs" {
  source = "./modules/ecs"
  image  = var.eks_ami
}

resource "aws_instance" "bastion" {
  ami           = var.eks_ami
  instance_type = "t3.small"
}

resource "aws_instance" "batch" {
  ami           = var.ecs_ami
  instance_type = "t3.small"
}

resource "aws_instance" "web" {
  ami           = var.home_made_ami
  instance_type = "t3.small"
}

# What EKS chooses has no business outside the modules, and what another service chooses has none in them.
resource "aws_eks_node_group" "adhoc" {
  cluster_name  = "main"
  node_role_arn = "arn:aws:iam::222222222222:role/nodes"
  subnet_ids    = ["subnet-0123456789abcdef0"]
  ami_type      = "AL2023_x86_64_STANDARD"

  scaling_config {
    desired_size = 2
    max_size     = 3
    min_size     = 1
  }
}

module "eks_jobs" {
  source = "./modules/eks-jobs"
}
