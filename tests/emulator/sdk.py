"""The real SDK as a client of the emulator, without retries."""

import functools
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from .accounts import access_key


@functools.cache
def _session() -> Any:
    return boto3.session.Session()


def client(
    url: str, service: str, account: str, region: str, config: Any = None, **credentials: str
) -> Any:
    """A client with an account's credentials; `config` and `credentials` replace what is usual."""
    usual = Config(retries={"mode": "standard", "total_max_attempts": 1})
    keys = {"aws_access_key_id": access_key(account), "aws_secret_access_key": "x"}
    return _session().client(
        service,
        region_name=region,
        endpoint_url=url,
        config=usual.merge(config) if config else usual,
        **(keys | credentials),
    )


def error_of(call: Callable[..., Any], **params: Any) -> tuple[str, str, int]:
    """Code, message and HTTP status of the error that a call must give."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer = caught.value.response
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    return answer["Error"]["Code"], answer["Error"]["Message"], status


def ids(answer: Any) -> list[str]:
    """The ids of the images in an answer."""
    return [image["ImageId"] for image in answer["Images"]]
