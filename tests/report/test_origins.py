"""Which images of a lineage reports may call golden."""

from assay.model import Derivation
from assay.report.view import VerdictView, views
from tests.policy.builders import PLACE, STRANGER, document, image, mark, subject
from tests.report import samples


def shown(name: str, of: str) -> VerdictView:
    return next(each for each in views(samples.ALL[name]()) if each.address == of)


def test_the_origin_is_where_the_golden_mark_was_first_attached() -> None:
    found = shown("demo", 'aws_instance.worker["blue"]')
    [depth] = found.origins
    assert found.lineage[depth].image_id == "ami-0f1a06d78f22e593a"
    assert found.lineage[depth].marked == ("111122223333:golden-al2023",)


def test_a_mark_that_only_looks_golden_makes_no_origin() -> None:
    found = shown("demo", "aws_instance.legacy")
    assert found.lineage[0].marked
    assert found.origins == ()


def test_other_marks_and_other_places_make_no_origin() -> None:
    other = mark(f"{STRANGER}:base", source_image_id="ami-0000000c")
    [both, away] = views(
        samples.reported(
            document(),
            subject(image(other, mark())),
            subject(image(mark(source_image_region="eu-west-1"))),
        )
    )
    assert [both.lineage[depth].image_id for depth in both.origins] == ["ami-0000000b"]
    assert away.origins == ()


def test_images_still_to_be_made_come_before_those_that_are() -> None:
    made = (Derivation("aws_ami_copy.a", "CopyImage", PLACE),)
    [found] = views(samples.reported(document(), subject(derivations=made)))
    assert [found.lineage[depth].image_id for depth in found.origins] == ["ami-0000000b"]
