variable "images" {
  type = list(object({
    id    = string
    name  = optional(string, "main")
    extra = optional(map(string))
  }))
}

output "by_name" {
  value = { for image in var.images : image.name => image.id }
}

output "all" {
  value = var.images
}
