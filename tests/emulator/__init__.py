"""An emulator of EC2's images, SSM parameters and STS, for tests over HTTP without AWS."""

from .contract import check_shape
from .errors import ApiError
from .records import Image, Watermark
from .server import CloseFault, Fault, RawFault, Request, Server, serve
from .world import World, access_key

__all__ = [
    "ApiError",
    "CloseFault",
    "Fault",
    "Image",
    "RawFault",
    "Request",
    "Server",
    "Watermark",
    "World",
    "access_key",
    "check_shape",
    "serve",
]
