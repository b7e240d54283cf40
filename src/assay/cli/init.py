"""`assay init`."""

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from assay.cli.options import ACCOUNT
from assay.cli.shipped import Starter, folder, starters, title
from assay.cli.streams import EXIT_PASS, note, read, require_name, show, unwritable, write
from assay.cli.usage import Command
from assay.run.policies import DEFAULT_POLICY

if TYPE_CHECKING:
    from assay.allowed_amis.adopt import Adopted
    from assay.model import WatermarkFilter


class Watermark(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """The name of a watermark, or a pattern of names."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        import re

        from assay.policy.document import KEY

        if not re.search(KEY, f"000000000000:{value}"):
            what = "is not a valid watermark name (* and ? are allowed)"
            account, colon, name = str(value).partition(":")
            if colon and re.search(KEY, f"{account}:{name}"):
                cure = f"write --account {account} --watermark '{name}'"
                what += f"; {cure if param else 'leave out the account'}"  # a prompt has no param
            self.fail(f"{value!r} {what}", param, ctx)
        return str(value)


@click.command("init", cls=Command)
@click.option("--policy", "target", metavar="FILE", envvar="ASSAY_POLICY",
              default=DEFAULT_POLICY, show_default=True, help="The file to write.")  # fmt: skip
@click.option(
    "--account",
    "mark_account",
    type=ACCOUNT,
    help="The account that attaches the golden watermark.",
)
@click.option("--watermark", type=Watermark(),
              help="The watermark's name; * and ? stand for the parts that differ from build to build.")  # fmt: skip
@click.option("--from-allowed-amis", "settings_path", metavar="FILE",
              help="Start from the output of `aws ec2 get-allowed-images-settings`; - for standard input.")  # fmt: skip
@click.option("--from", "starter", type=Starter(), metavar="NAME",
              help="Start from one of the policies that come with assay.")  # fmt: skip
@click.option("--list", "list_all", is_flag=True,
              help="List the policies that come with assay, and where they are.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def init_command(
    target: str,
    starter: str | None,
    list_all: bool,
    mark_account: str | None,
    watermark: str | None,
    settings_path: str | None,
    force: bool,
) -> int:
    """Write a first policy, with comments that explain the other options.

    On a terminal, you are asked for the values you leave out. Otherwise the policy contains
    111122223333:golden-*, which you have to change.

    With --from NAME, the policy is one of those that come with assay. Its comments say what it is for
    and what to change; --list names them all.

    With --from-allowed-amis, the policy is the one closest to EC2's own settings. What they admit
    without a watermark becomes exceptions in comments, and settings without a counterpart are listed
    in a comment. If the settings name no watermark, use --account and --watermark to name the golden
    one.
    """
    if list_all:
        return _list()
    require_name(target)
    _refuse_to_overwrite(target, force)
    if starter is not None:
        if mark_account or watermark or settings_path is not None:
            raise click.UsageError(
                "--from takes a policy as it is: leave out --account, --watermark and --from-allowed-amis"
            )
        document = read(starters()[starter])
        _write(target, document, force)
        note(f"wrote {target}: its comments say what to change")
        return EXIT_PASS
    return _made(target, mark_account, watermark, settings_path, force)


def _list() -> int:
    """List the starter policies, the purpose of each, and where they and their cases are."""
    found = starters()
    wide = max(map(len, found))
    for name, path in found.items():
        show(f"{name:<{wide}}  {title(read(path))}\n")
    show(
        f"\nassay init --from NAME writes one of them. They and their cases are in {folder('policies')}\n"
    )
    return EXIT_PASS


def _made(
    target: str,
    mark_account: str | None,
    watermark: str | None,
    settings_path: str | None,
    force: bool,
) -> int:
    """Write a policy from options, answers to prompts, or EC2's settings."""
    from msgspec.structs import replace

    from assay.allowed_amis.starter import Start, text
    from assay.policy.load import load

    adopted = None if settings_path is None else _adopted(settings_path)
    if adopted is not None and adopted.names_marks:
        if mark_account or watermark:
            raise click.UsageError(
                "the settings already name watermarks: leave out --account and --watermark"
            )
        start, unsaid = adopted.start, ""
    else:
        golden, unsaid = _golden(mark_account, watermark)
        start = replace(adopted.start if adopted else Start(()), watermarks=(golden,))
    document = text(start).encode()
    load(target, document)
    _write(target, document, force)
    note(f"wrote {target}")
    if unsaid:
        note(
            f"change {start.watermarks[0].key} in the file: you did not give {unsaid} of the golden watermark"
        )
    _tell(adopted)
    return EXIT_PASS


def _tell(adopted: "Adopted | None") -> None:
    """Note what needs attention in a policy that was made from EC2's settings."""
    if adopted is None:
        return
    if adopted.lost:
        note("settings that the policy does not contain are listed at its top")
    if adopted.start.stubs:
        number = len(adopted.start.stubs)
        what = "1 exception is" if number == 1 else f"{number} exceptions are"
        note(f"{what} commented out: each needs somebody who is responsible for it")


def _adopted(path: str) -> "Adopted":
    from assay.allowed_amis.adopt import adopt
    from assay.allowed_amis.settings import read_settings

    return adopt(read_settings(path, read(path)), _placeholder())


def _placeholder() -> "WatermarkFilter":
    from assay.allowed_amis import starter
    from assay.model import WatermarkFilter

    return WatermarkFilter(f"{starter.ACCOUNT}:{starter.WATERMARK}")


def _golden(account: str | None, watermark: str | None) -> "tuple[WatermarkFilter, str]":
    """The golden mark from options, prompts or defaults; and which parts of it were not given."""
    from assay.allowed_amis import starter
    from assay.model import WatermarkFilter

    if _somebody_looks():
        account = account or click.prompt("Account of the golden watermark", type=ACCOUNT, err=True)
        watermark = watermark or click.prompt(
            "Name of the golden watermark", default=starter.WATERMARK, type=Watermark(), err=True
        )
    unsaid = " and ".join(
        word for word, said in (("the account", account), ("the name", watermark)) if not said
    )
    key = f"{account or starter.ACCOUNT}:{watermark or starter.WATERMARK}"
    return WatermarkFilter(key), unsaid


def _somebody_looks() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def _refuse_to_overwrite(path: str, force: bool) -> None:
    from assay.errors import InputError

    if os.path.isdir(path):
        raise unwritable(path, "it is a directory")
    if not force and os.path.lexists(path):
        raise InputError("already exists", where=path, hint="use --force to overwrite it")


def _write(path: str, content: bytes, force: bool) -> None:
    """Write the file; without `force`, do not overwrite even one created in the meantime."""
    from assay.files import create

    if force:
        write(path, content)
        return
    try:
        create(path, content)
    except FileExistsError:
        _refuse_to_overwrite(path, force)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from error
