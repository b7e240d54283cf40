"""Who asks, and what an account may not ask."""

from datetime import datetime, timedelta
from typing import Literal

from .records import Caller, partition
from .wire import service_model

ACCOUNT_DIGITS = 12
SESSION_TOKEN = "session-token"
SERVICES = (
    "account",
    "autoscaling",
    "cloudtrail",
    "ec2",
    "imagebuilder",
    "organizations",
    "securityhub",
    "ssm",
    "sts",
)
ALWAYS_PERMITTED = "GetCallerIdentity"  # STS API reference: needs no permission, heeds no denial


def access_key(account: str) -> str:
    """The access key id that the emulator takes for an account's."""
    return f"AKIA{account}TEST"


class Accounts:
    """Access keys and assumed roles, denied operations, Regions that are switched off."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[str, str] = {}
        """Access key id to the ARN of the assumed role it acts for."""
        self.session_lasts: timedelta | None = None
        """How long what AssumeRole gives is taken, by the world's clock; None: for ever."""
        self.ends: dict[str, datetime] = {}
        """Access key id to the time from which on it is refused."""
        self.denied: set[tuple[str, str]] = set()
        """Account and operation."""
        self.regions_off: dict[tuple[str, str], Literal["OptInRequired", "AuthFailure"]] = {}
        """Account and Region, and the error that EC2 gives there."""

    def deny(self, account: str, *operations: str) -> None:
        """Refuse operations to everybody in an account, in all Regions."""
        for operation in operations:
            services = [service_model(name) for name in SERVICES]
            known = any(operation in service.operation_names for service in services)
            if not known or operation == ALWAYS_PERMITTED:
                raise ValueError(f"{operation} is nothing that can be denied")
            self.denied.add((account, operation))

    def switch_region_off(
        self,
        account: str,
        region: str,
        *,
        error: Literal["OptInRequired", "AuthFailure"] = "OptInRequired",
    ) -> None:
        """Refuse all EC2 calls of an account in a Region.

        OptInRequired is what unsubscribed accounts get (cloud-security-audit#24); then other
        services still answer, which is UNVERIFIED. AuthFailure is what is observed in Regions that
        were never opted in (steampipe-plugin-aws#75); there, no service knows the credentials.
        """
        self.regions_off[account, region] = error

    def assume_role(self, role_arn: str, session_name: str) -> tuple[str, str]:
        """A new access key for a role, and the ARN it acts as."""
        _, aws_partition, _, _, account, role = role_arn.split(":", 5)
        name = role.rpartition("/")[2]
        arn = f"arn:{aws_partition}:sts::{account}:assumed-role/{name}/{session_name}"
        key = f"ASIA{account}{len(self.sessions):04}"
        self.sessions[key] = arn
        if self.session_lasts is not None:
            self.ends[key] = self.now() + self.session_lasts
        return key, arn

    def now(self) -> datetime:
        raise NotImplementedError

    def caller(self, key: str, region: str, token: str | None) -> Caller | None:
        """Whom an access key id stands for; None if no account has it, or the token is not its."""
        account = key[4 : 4 + ACCOUNT_DIGITS]
        if key in self.sessions and token == SESSION_TOKEN:
            ended = key in self.ends and self.now() >= self.ends[key]
            return Caller(account, region, self.sessions[key], ended=ended)
        if key.startswith("AKIA") and len(account) == ACCOUNT_DIGITS and account.isdecimal():
            return Caller(account, region, f"arn:{partition(region)}:iam::{account}:user/tester")
        return None
