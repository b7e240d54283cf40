variable "image" {
  description = "An AMI id, or a parameter as resolve:ssm:NAME."
}

resource "aws_launch_template" "nodes" {
  name     = "eks-nodes"
  image_id = var.image
}

resource "aws_eks_node_group" "nodes" {
  cluster_name  = "main"
  node_role_arn = "arn:aws:iam::222222222222:role/nodes"
  subnet_ids    = ["subnet-0123456789abcdef0"]

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  scaling_config {
    desired_size = 2
    max_size     = 3
    min_size     = 1
  }
}
