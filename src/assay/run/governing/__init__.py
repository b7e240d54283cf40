"""What runs inside AWS: resources that change or start are judged as they do. Events come in, words go out."""
