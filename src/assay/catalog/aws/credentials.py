"""The caller's credentials: fetched once, within the time limit of the run.

botocore fetches them when it signs the first request, in the thread of that request, and waits
indefinitely for a `credential_process`, an endpoint, or a person who has to type a code. Here they
are fetched before anything is asked, in a thread that can be abandoned.
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Lock, Thread
from typing import Any

from assay.catalog.aws.credential_processes import CredentialProcesses
from assay.catalog.aws.pace import Deadline
from assay.catalog.aws.refusals import refusal
from assay.errors import CredentialsError

MEAN_NO_CREDENTIALS = frozenset(
    {
        "ConfigParseError",
        "CredentialRetrievalError",
        "NoAuthTokenError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "SSOError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)
"""The botocore errors raised by a call that cannot be signed."""
_ANY_CURE = (
    "set up a profile or role for boto3; commands with --catalog FILE or --offline can do without"
)
_LOG_IN = "log in again: aws sso login"
_TRUSTED = "check that the role's trust policy names the caller and the external id"
_CURES = {
    "ProfileNotFound": "AWS_PROFILE names a profile that is not in the files in ~/.aws",
    "ConfigParseError": "a file in ~/.aws is not in the right format",
    "PartialCredentialsError": "an access key is set without its secret, or the secret without its key",
    "SSO": _LOG_IN,
    "UnauthorizedSSOToken": _LOG_IN,
    "TokenRetrieval": _LOG_IN,
    "NoAuthToken": _LOG_IN,
    "GetRoleCredentials": _LOG_IN,
    "AssumeRoleWith": f"{_TRUSTED} and that its token is still valid (AWS_WEB_IDENTITY_TOKEN_FILE)",
    "AssumeRole": _TRUSTED,
    "CredentialRetrievalError": "the program that the profile gets them from has failed: run it by hand",
    "NoRegionError": "set the Region in which to ask for the role: AWS_REGION, or the profile's region",
    "FileNotFoundError": (
        "a configured file or program does not exist: check AWS_WEB_IDENTITY_TOKEN_FILE and the profile's credential_process"
    ),
    "PermissionError": "a configured file or program cannot be read or run: check its permissions",
}
"""By how the reason begins. "AssumeRoleWith" must come before "AssumeRole"."""
_TROUBLE = (
    # A program, a token file or a terminal that does not exist.
    *(OSError, EOFError),
    # A program's output, or a file's content, that is not in the expected form.
    *(ValueError, LookupError, TypeError, AttributeError),
)

_TURN = 0.5
"""Seconds after which a waiting thread checks whether it was interrupted."""


class Credentials:
    """Fetches the caller's credentials once, in a separate thread."""

    def __init__(self, deadline: Deadline | None, last_error: Callable[[], str]) -> None:
        """`last_error` returns what the last attempt was refused with."""
        self._deadline = deadline
        self._last_error = last_error
        self._lock = Lock()
        self._found: Future[Any] | None = None
        self._processes = CredentialProcesses()

    def session(self, new: Callable[[], Any]) -> Any:
        """A botocore session with the credentials, created by `new` on the first call.

        Raises `CredentialsError` if there are none, or none in time.
        """
        with self._lock:
            found = self._found
            if found is None:
                found = self._found = Future()
                Thread(target=self._settle, args=(found, new), daemon=True).start()
        if not self._in_time(found) and self._deadline is not None:
            waited_for = self._processes.waited_for()
            self.close()
            raise CredentialsError(
                f"no AWS credentials within the time limit of {self._deadline.seconds:g} s"
                f"{waited_for}{self._last_error()}",
                hint="allow more time with --timeout",
            )
        return found.result()

    def _in_time(self, found: "Future[Any]") -> bool:
        """Wait in short turns: Ctrl-C may reach another thread, which does not wake this one."""
        while not found.done():
            left = _TURN if self._deadline is None else self._deadline.left()
            if not left:
                break
            wait([found], min(left, _TURN))
        return found.done()

    def close(self) -> None:
        """End the programs and prompts that are still running."""
        self._processes.end()

    def _settle(self, found: "Future[Any]", new: Callable[[], Any]) -> None:
        try:
            found.set_result(self._fetched(new))
        except BaseException as error:  # noqa: BLE001  raised in the waiting thread
            found.set_exception(error)

    def _fetched(self, new: Callable[[], Any]) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
        from botocore.parsers import ResponseParserError

        try:
            session = new()
            self._processes.take_over(session.get_component("credential_provider"))
            credentials = session.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            credentials.get_frozen_credentials()  # a role is only assumed here, and can be refused
        except ClientError as error:
            code = refusal("", "", error.response.get("Error", {}).get("Code")).code
            raise unusable(f"{error.operation_name} was refused: {code or 'no code'}") from error
        except (BotoCoreError, ResponseParserError, *_TROUBLE) as error:
            raise unusable(type(error).__name__) from error
        return session


def unusable(why: str) -> CredentialsError:
    """The error for credentials that cannot be used; `why` may be the name of a botocore error."""
    cure = next((cure for word, cure in _CURES.items() if why.startswith(word)), _ANY_CURE)
    return CredentialsError(f"no usable AWS credentials ({why})", hint=cure)
