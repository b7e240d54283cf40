"""The result of attaching a watermark to images, for people and programs."""
