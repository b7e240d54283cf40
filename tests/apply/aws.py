"""What moto's server holds, asked as anybody would ask AWS."""

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from tests.apply.facts import COPIES
from tests.emulator.sdk import client


class Aws:
    """A server's answers, in the accounts and Regions that are asked about."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._clients: dict[tuple[str, str, str], Any] = {}

    def client(self, service: str, account: str, region: str) -> Any:
        key = (service, account, region)
        if key not in self._clients:
            self._clients[key] = client(self.url, *key)
        return self._clients[key]

    def copies(self) -> Mapping[str, Mapping[str, str]]:
        """By the id of the image that CopyImage made, what it is a copy of."""
        with urllib.request.urlopen(f"{self.url}{COPIES}") as answer:
            copies: Mapping[str, Mapping[str, str]] = json.load(answer)
        return copies
