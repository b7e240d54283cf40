"""Saved plans as files: what is code in them, and everything that is refused."""

import io
import struct
import tracemalloc
import warnings
import zipfile
from random import Random

import pytest
from hypothesis import given
from hypothesis.strategies import DataObject, binary, data, integers, sampled_from

from assay.errors import InputError, NotAPlanError
from assay.inputs.saved import archive as limits
from assay.inputs.saved.code import PlannedCode
from assay.inputs.saved.plan import SavedPlan, read_saved_plan
from tests.saved import PLAN, archive, manifest, members, of_modules


def read(data: bytes) -> SavedPlan | None:
    return read_saved_plan("tfplan", data)


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(data)
    line = str(caught.value)
    assert line.startswith("tfplan: ")
    assert "; " in line  # a cure
    assert "\n" not in line
    return line


# ---------------------------------------------------------------------------------- what is read


def test_the_code_of_every_module_is_there_by_the_calls_that_lead_to_it() -> None:
    disk = {"Key": "web.disk", "Source": "./disk", "Dir": "modules/web/disk"}
    saved = read(
        of_modules(
            [
                {"Key": "web", "Source": "./modules/web", "Dir": "modules/web"},
                disk,
                {"Key": "vpc", "Source": "r/vpc/aws", "Version": "1.0.0", "Dir": ".terraform/modules/vpc"},
            ],
            {
                "m-/other.tf.json": b"{}",
                "m-web/main.tf": b"# web",
                "m-web.disk/d \xc3\xa9.tf".encode("latin-1").decode(): b"# disk",
                "m-vpc/vpc.tf": b"# vpc",
            },
        )
    )  # fmt: skip
    assert saved is not None
    code = saved.code
    assert code is not None
    assert saved.lock == b"# locks\n"
    assert code.modules == {
        (): ".",
        ("web",): "modules/web",
        ("web", "disk"): "modules/web/disk",
        ("vpc",): ".terraform/modules/vpc",
    }
    assert [name for name, _ in code.of(())] == ["main.tf", "other.tf.json"]
    assert list(code.of(("web", "disk"))) == [("modules/web/disk/d é.tf", b"# disk")]
    assert list(code.of(("vpc",))) == [(".terraform/modules/vpc/vpc.tf", b"# vpc")]


def test_modules_of_one_directory_share_its_files() -> None:
    def of(second: bytes) -> bytes:
        records = [{"Key": key, "Source": "../x", "Dir": "../x"} for key in ("a", "b")]
        return of_modules(records, {"m-a/x.tf": b"# x", "m-b/x.tf": second})

    saved = read(of(b"# x"))
    assert saved is not None
    assert saved.code is not None
    assert dict(saved.code.of(("a",))) == dict(saved.code.of(("b",))) == {"../x/x.tf": b"# x"}
    assert "two versions" in refused(of(b"# y"))


@pytest.mark.parametrize("other", ["/x", "//x", "///x", "/./x", "/y/../x", "/x/", "//x//."])
def test_one_directory_has_one_path(other: str) -> None:
    """As Terraform has it, which looks for files by that: Go, path/filepath.Clean."""
    records = [{"Key": "a", "Dir": "/x"}, {"Key": "b", "Dir": other}]
    refused(of_modules(records, {"m-a/x.tf": b"# x", "m-b/x.tf": b"# y"}))


def test_directories_of_windows_are_read_as_people_write_them() -> None:
    saved = read(of_modules([{"Key": "a", "Dir": r"modules\a"}], {"m-a/x.tf": b""}))
    assert saved is not None
    assert saved.code is not None
    assert [name for name, _ in saved.code.of(("a",))] == ["modules/a/x.tf"]


def test_a_root_without_code_is_none_the_less_one() -> None:
    """`terraform plan -destroy` makes a plan where there is no code any more."""
    content = members()
    del content["tfconfig/m-/main.tf"]
    saved = read(archive(content))
    assert saved == SavedPlan(PlannedCode({(): "."}, {".": {}}), b"# locks\n")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_as_zipfile_reads_them(method: int) -> None:
    content = members(**{"tfconfig/m-/large.tf": b"# large\n" * 90_000})
    data = archive(content, method)
    with zipfile.ZipFile(io.BytesIO(data)) as referee:
        theirs = {each.filename: referee.read(each) for each in referee.infolist()}
    ours = limits.Archive("tfplan", data, lambda _: limits.WHOLE)
    assert ours.kept == theirs == content


def test_no_saved_plan_is_none() -> None:
    assert read(b'{"format_version": "1.2", "planned_values": {}}') is None
    assert read(b"") is None
    assert read(b"P") is None


def test_the_bookmark_of_a_plan_that_is_kept_elsewhere_has_no_code() -> None:
    bookmark = b'{"remote_plan_format":1,"run_id":"run-Bx","hostname":"app.terraform.io"}'
    assert read(bookmark) == SavedPlan(None)
    assert read(bookmark.replace(b"run_id", b"run")) is None


# ---------------------------------------------------------------------------------- what is refused


def test_a_plan_of_before_there_were_archives_is_named() -> None:
    assert "Terraform 0.11" in refused(b"tfplan\x02" + bytes(30))


def test_another_zip_archive_is_no_plan() -> None:
    with pytest.raises(NotAPlanError, match="not a saved plan"):
        read(archive({"main.tf": b""}))


@pytest.mark.parametrize("plan", [b"", b"\x08", b"\x08\x04", b"\x08\x83\x01", b"\x10\x03"])
def test_another_form_of_plan_is_refused(plan: bytes) -> None:
    assert "in a form that this version of assay does not know" in refused(
        archive(members(tfplan=plan))
    )


def test_no_cut_archive_is_read() -> None:
    data = archive(members())
    for end in range(2, len(data)):
        refused(data[:end])


def test_no_changed_byte_changes_what_is_read() -> None:
    """But for times and the like, of which nothing depends, each is found."""
    data = archive(members())
    whole = read(data)
    unread = 0
    for at in range(2, len(data)):
        changed = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        try:
            assert read(changed) == whole, at
            unread += 1
        except InputError:
            continue
    # Versions that made it and are needed, time and date, twice; attributes
    assert unread <= len(members()) * (2 + 4 + 2 + 2 + 4 + 6)


SMALL = archive(members())


@given(data())
def test_no_other_bytes_are_other_code(draw: DataObject) -> None:
    """Pieces taken out, doubled, moved or put in: either it is found, or it changes nothing."""
    at, end, to = sorted(draw.draw(integers(2, len(SMALL))) for _ in range(3))
    piece, other = SMALL[at:end], SMALL[end:to]
    changed = draw.draw(
        sampled_from(
            [
                SMALL[:at] + SMALL[end:],
                SMALL[:end] + piece + SMALL[end:],
                SMALL[:at] + other + piece + SMALL[to:],
                SMALL[:at] + draw.draw(binary(max_size=8)) + SMALL[end:],
                SMALL[:at] + bytes(len(piece)) + SMALL[end:],
            ]
        )
    )
    try:
        found = read(changed)
    except InputError:
        return
    assert found == read(SMALL)


def test_what_stands_around_or_between_members_is_refused() -> None:
    data = archive(members())
    start = struct.unpack_from("<L", data, len(data) - 6)[0]
    moved = data[:start] + b"gap" + data[start:-6] + struct.pack("<LH", start + 3, 0)
    for hidden in (b"PK" + data, data + b"\0", data + data, moved):
        assert "damaged, or that Terraform did not write" in refused(hidden)


def test_an_archive_behind_another_is_refused() -> None:
    """Python's zipfile takes the last one; what other readers take is their business."""
    other = archive(members(**{"tfconfig/m-/main.tf": b"# another"}))
    data = archive(members()) + other
    with zipfile.ZipFile(io.BytesIO(data)) as referee:
        assert referee.read("tfconfig/m-/main.tf") == b"# another"
    refused(data)


def test_one_name_is_there_once() -> None:
    with warnings.catch_warnings(action="ignore"):
        data = archive([*members().items(), ("tfconfig/m-/main.tf", b"# another")])
    assert "two members have the same name" in refused(data)


@pytest.mark.parametrize(
    "name",
    [
        "../main.tf",
        "/main.tf",
        "tfconfig/m-/../main.tf",
        "tfconfig/m-/./main.tf",
        "tfconfig//m-/main.tf",
        "tfconfig/m-/",
        r"tfconfig\m-\main.tf",
        "tfconfig/m-/a\nb.tf",
        "tfconfig/m-/main.tf\0.txt",
        "",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert "the name of a member" in refused(archive([*members().items(), (name, b"")]))


def test_a_name_that_is_no_text_is_refused() -> None:
    data = archive(members(odd=b""))
    assert "is not text" in refused(data.replace(b"odd", b"o\xe9d"))


def test_encrypted_members_are_refused() -> None:
    data = archive(members())
    at = data.index(b"PK\x01\x02")
    assert "encrypted" in refused(data[: at + 8] + b"\x01" + data[at + 9 :])


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(method: int) -> None:
    assert "packed in a way" in refused(archive(members(), method))


def test_a_member_that_is_not_what_was_packed_is_refused() -> None:
    data = archive(members(), zipfile.ZIP_STORED)
    assert "does not unpack to what was packed" in refused(
        data.replace(b'"version"', b'"Version"', 1)
    )


def test_the_directory_is_held_against_the_members() -> None:
    data = archive(members())
    first = data.replace(b"tfstate-prev", b"tfstate-next", 1)
    assert "not the one that the directory lists" in refused(first)


# ---------------------------------------------------------------------------------- what is too large


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = archive(members(tfstate=b"\0" * 64 * 2**20))
    assert "500 times its packed size" in measured(data)


def test_a_bomb_that_says_it_is_small_is_refused() -> None:
    size = 64 * 2**20
    data = archive(members(tfstate=b"\0" * size))
    small = data.replace(struct.pack("<L", size), struct.pack("<L", 4096))
    assert small != data
    assert "does not unpack to what was packed" in measured(small)


def measured(data: bytes) -> str:
    """How an archive is refused that may not take more than a few of its megabytes."""
    tracemalloc.start()
    line = refused(data)
    assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    tracemalloc.stop()
    return line


def test_members_that_share_their_bytes_are_refused() -> None:
    """As in a bomb of overlapping files: the directory has one member many times."""
    data = archive({"tfplan": PLAN})
    start = data.index(b"PK\x01\x02")
    entry = data[start:-22]
    many = entry + entry.replace(b"tfplan", b"tfplaN")
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(many), start, 0)
    assert "directory" in refused(data[:start] + many + end)


def test_too_many_members_are_refused() -> None:
    many = {f"tfconfig/m-/{number}.tf": b"" for number in range(limits.MOST_MEMBERS)}
    assert f"{limits.MOST_MEMBERS} members" in refused(archive(members(**many)))


def test_more_than_is_kept_of_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_OF_CODE_MIB", 1)
    large = Random(0).randbytes(2**20)
    assert "1 MiB of code" in refused(archive(members(**{"tfconfig/m-/main.tf": large})))
    assert read(archive(members(tfplan=PLAN + large))) is not None


def test_more_than_is_unpacked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_MIB", 1)
    assert "1 MiB" in refused(archive(members(tfstate=b"a line\n" * 2**18)))


# ---------------------------------------------------------------------------- code that is not right


@pytest.mark.parametrize(
    ("modules", "files"),
    [
        ([], {"m-a/x.tf": b""}),
        ([], {"x.tf": b""}),
        ([], {"m-/a/x.tf": b""}),
        ([{"Key": "a", "Dir": "a"}, {"Key": "a", "Dir": "a"}], {}),
        ([{"Key": "", "Dir": "a"}], {}),
        ([{"Key": "", "Dir": "."}], {}),
        ([{"Key": "a.b", "Dir": "a"}], {}),
        ([{"Key": "a..b", "Dir": "a"}, {"Key": "a", "Dir": "b"}], {}),
        ([{"Key": "a/b", "Dir": "a"}], {}),
        ([{"Key": "a", "key": "b", "Dir": "a"}], {}),
        ([{"Key": "a"}], {}),
        ([{"Key": "a", "Dir": 1}], {}),
    ],
)
def test_modules_and_files_have_to_agree(
    modules: list[dict[str, object]], files: dict[str, bytes]
) -> None:
    assert "a saved plan whose code" in refused(of_modules(modules, files))


@pytest.mark.parametrize("listed", [b"", b"[", b"{}", b"null", b"[" * 9000, b"\xff", b"[]"])
def test_a_list_of_modules_that_is_none_is_refused(listed: bytes) -> None:
    data = archive(members(**{"tfconfig/modules.json": listed}))
    assert "a saved plan whose code" in refused(data)


def test_the_root_module_is_where_terraform_was_run() -> None:
    """Terraform up to 0.14 took a directory as an argument; since then it is always the same."""
    listed = manifest()
    assert b'"Dir": "."' in listed
    for other in (b'"Dir": "code"', b'"Dir": "/"', b'"Dir": ".."'):
        changed = {"tfconfig/modules.json": listed.replace(b'"Dir": "."', other)}
        assert "is in a different directory" in refused(archive(members(**changed)))


def test_an_archive_without_a_list_of_modules_is_refused() -> None:
    content = members()
    assert content.pop("tfconfig/modules.json") == manifest()
    assert "has no list of its modules" in refused(archive(content))
