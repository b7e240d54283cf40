"""An emulator of EC2's images, SSM parameters and STS, for tests over HTTP without AWS."""

from .accounts import access_key
from .contract import check_shape
from .errors import ApiError
from .faults import CloseFault, Fault, RawFault, Request
from .records import Image, ScanResults, Watermark
from .server import Server, serve
from .world import World

__all__ = [
    "ApiError",
    "CloseFault",
    "Fault",
    "Image",
    "RawFault",
    "Request",
    "ScanResults",
    "Server",
    "Watermark",
    "World",
    "access_key",
    "check_shape",
    "serve",
]
