"""Random images and random Allowed AMIs criteria, for whoever holds assay against the emulator.

Ages lie on, just before and just after the limits of the criteria; patterns, names and keys are
made to meet.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.emulator import Image, ScanResults, Watermark, World
from tests.policy.builders import AS_OF
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD

ALIASES = ("amazon", "aws-marketplace", "aws-backup-vault")
CODES = ("abc", "def1", "3iplms73etrdhxdepv72l6ywj")
KEYS = (f"{PIPELINE}:golden-1", f"{PIPELINE}:golden-22", f"{STRANGER}:golden-1", f"{PIPELINE}:web")
KEY_PATTERNS = (
    *KEYS[:1],
    f"{PIPELINE}:golden-*",
    f"{PIPELINE}:golden-?",
    "*:golden-1",
    "*",
    "*-*2",
)
NAMES = ("golden-1", "golden-22", "web [blue]", "Golden-1")
NAME_PATTERNS = ("golden-*", "golden-?", "*[blue]", "web ?blue?", "?olden-1", "golden-1", "w*b*e]")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
REGION_PATTERNS = ("us-*", "us-east-?", "eu-west-1", "*")
SEVERITIES = ("informational", "low", "medium", "high", "critical")
DAYS = st.integers(0, 4)


def some(values: st.SearchStrategy[Any] | tuple[str, ...], most: int = 3) -> Any:
    """A list that EC2 would take: not empty, nothing twice."""
    from_ = st.sampled_from(values) if isinstance(values, tuple) else values
    return st.lists(from_, min_size=1, max_size=most, unique_by=repr)


def perhaps(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def moments(draw: st.DrawFn, earliest: int = 0) -> datetime:
    """So many whole days before the check, or a millisecond (EC2's smallest) next to it."""
    return AS_OF - timedelta(
        days=draw(st.integers(earliest, 5)), milliseconds=draw(st.sampled_from([0, 1, -1]))
    )


# ------------------------------------------------------------------------------------------ images


@st.composite
def watermarks(draw: st.DrawFn) -> Watermark:
    return Watermark(
        draw(st.sampled_from(KEYS)),
        draw(st.sampled_from(REGIONS)),
        "ami-0123456789abcdef0",
        draw(moments()),
        draw(moments()),
    )


@st.composite
def scans(draw: st.DrawFn) -> ScanResults:
    """Fixes are for findings of any severity up to the worst."""
    worst = draw(perhaps(st.sampled_from(SEVERITIES)))
    found = SEVERITIES[: SEVERITIES.index(worst) + 1] if worst else ()
    fixed = draw(st.sets(st.sampled_from(found))) if found else set()
    fixes = {severity: draw(moments()) for severity in SEVERITIES if severity in fixed}
    return ScanResults(draw(moments()), worst, fixes)


@st.composite
def images(draw: st.DrawFn, world: World, owners: tuple[str, ...]) -> Image:
    """An image that everybody can see who is not hindered by Allowed AMIs."""
    id = world.register_image(
        draw(st.sampled_from(owners)), REGION, name=draw(st.sampled_from(NAMES))
    )
    image = world.image(REGION, id)
    image.owner_alias = draw(perhaps(st.sampled_from(ALIASES)))
    image.creation_date = draw(moments())
    image.deprecation_time = draw(perhaps(moments(-2)))
    image.product_codes = tuple(draw(st.lists(st.sampled_from(CODES), max_size=2, unique=True)))
    image.watermarks = draw(st.lists(watermarks(), max_size=3))
    image.scan_results = draw(perhaps(scans()))
    image.shared_with = {WORKLOAD, PIPELINE, STRANGER}
    return image


# ---------------------------------------------------------------------------------------- criteria


def _some_of(fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """A structure with one to three of its members: with all of them, nothing would hold."""
    found: st.SearchStrategy[dict[str, Any]] = some(tuple(fields)).flatmap(
        lambda chosen: st.fixed_dictionaries({name: fields[name] for name in chosen})
    )
    return found


FILTERS = _some_of(
    {
        "WatermarkKey": st.sampled_from(KEY_PATTERNS),
        "SourceImageRegion": st.sampled_from(REGION_PATTERNS),
        "MaximumDaysSinceSourceImageCreated": DAYS,
        "MaximumDaysSinceWatermarkCreated": DAYS,
    }
)
SCAN_CONDITIONS = _some_of(
    {
        "MaximumSeverityLabel": st.sampled_from(SEVERITIES),
        "MaxDaysSinceLastFindingScan": DAYS,
        **{f"MaxDaysSince{each.title()}FixAvailable": DAYS for each in SEVERITIES},
    }
)
PROVIDERS = st.just(["none"]) | some((*ALIASES, WORKLOAD, PIPELINE, STRANGER))
CRITERIA = st.lists(
    _some_of(
        {
            "ImageProviders": PROVIDERS,
            "MarketplaceProductCodes": some(CODES),
            "ImageNames": some(NAME_PATTERNS),
            "CreationDateCondition": st.fixed_dictionaries({"MaximumDaysSinceCreated": DAYS}),
            "DeprecationTimeCondition": st.fixed_dictionaries({"MaximumDaysSinceDeprecated": DAYS}),
            "ImageWatermarks": some(FILTERS | st.just({})),
            "ScanResultCondition": SCAN_CONDITIONS,
        }
    ),
    min_size=1,
    max_size=3,
)
"""What GetAllowedImagesSettings tells, in the API's spelling: every field, alone and together."""
