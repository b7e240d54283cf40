"""An emulated AWS: what exists, and what the API calls that change it do.

Every method is a call or an arrangement a test makes directly; calls that AWS would refuse raise
ApiError. Comments mark as UNVERIFIED what no public source shows.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from .accounts import Accounts
from .errors import ApiError
from .fleet import Fleet
from .governed import Governance
from .history import History, of_image, of_instance
from .records import (
    AllowedImages,
    Image,
    Instance,
    LaunchTemplate,
    Parameter,
    ScanResults,
    TemplateVersion,
    Watermark,
    partition,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
MAX_WATERMARKS = 5  # EC2 User Guide, "AMI watermarks": in total, inherited ones included
MAX_ANCESTRY = 50  # EC2 User Guide, "AMI ancestry"
PUBLIC_PROVIDERS = ("amazon", "aws-marketplace")


class World(Accounts, Fleet, History):
    """All accounts and Regions.

    Without a clock, time starts at 2026-11-01T00:00:00Z and moves on by a minute with each created
    object. `page_size` makes every list answer come in pages. `question_mark` is what a `?` stands
    for in Allowed AMIs criteria, which the API reference does not tell; in filters it may stand for
    no character at all (EC2 User Guide, "Filter your resources"). Three settings say what naming an
    id yields: `inaccessible` that of somebody else's private image, for which public reports show both
    answers; `deregistered` that of an image that is gone, which is "empty" for a while and an error
    later (API reference, DescribeImages); and `outside_recycle_bin` that of an image the caller
    does not have there, which is UNVERIFIED.
    """

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        super().__init__()
        self.clock = clock
        self.page_size: int | None = None
        self.question_mark: Literal["one", "one-or-none"] = "one-or-none"
        self.inaccessible: Literal["not-found", "empty"] = "not-found"
        self.deregistered: Literal["empty", "unavailable", "not-found"] = "empty"
        self.outside_recycle_bin: Literal["not-found", "empty"] = "not-found"
        self.images: dict[tuple[str, str], Image] = {}
        self.instances: dict[str, Instance] = {}
        self.templates: dict[str, LaunchTemplate] = {}
        self.parameters: dict[tuple[str, str, str], Parameter] = {}
        self.allowed: dict[tuple[str, str], AllowedImages] = {}
        self.objects: dict[tuple[str, str, str | None], bytes] = {}
        """What S3 holds, by bucket, key and version."""
        self.governance = Governance()
        self._created = 0

    def now(self) -> datetime:
        return self.clock() if self.clock else START + timedelta(minutes=self._created)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}-{self._created:017x}"

    def _creation_time(self) -> datetime:
        time = self.now()
        self._created += 1
        return time

    # -- images ---------------------------------------------------------------------------------

    def image(self, region: str, image_id: str) -> Image:
        """The record itself, deregistered or not, to look at or to forge."""
        return self.images[region, image_id]

    def register_image(
        self,
        account: str,
        region: str,
        *,
        name: str,
        owner_alias: str | None = None,
        public: bool = False,
        deprecation: datetime | None = None,
        product_codes: Sequence[str] = (),
        image_id: str | None = None,
        snapshots: Sequence[str] = (),
    ) -> str:
        """RegisterImage: no source image and no watermark is recorded."""
        image = self._made(account, region, name, image_id)
        image.owner_alias, image.public = owner_alias, public
        image.deprecation_time, image.product_codes = deprecation, tuple(product_codes)
        volumes = [
            {"DeviceName": f"/dev/xvd{chr(97 + number)}", "Ebs": {"SnapshotId": each}}
            for number, each in enumerate(snapshots)
        ]
        if volumes:
            image.overlay["BlockDeviceMappings"] = volumes
        told = [
            {"deviceName": each["DeviceName"], "ebs": {"snapshotId": snapshot}}
            for each, snapshot in zip(volumes, snapshots, strict=True)
        ]
        self._recorded(
            image, "RegisterImage", {"name": name, "blockDeviceMapping": {"items": told}}
        )
        return image.image_id

    def _made(self, account: str, region: str, name: str, image_id: str | None = None) -> Image:
        time = self._creation_time()
        image = Image(image_id or self.new_id("ami"), region, account, name, time)
        self.images[region, image.image_id] = image
        return image

    def _recorded(self, image: Image, name: str, asked: dict[str, Any], instance: str = "") -> None:
        also = (of_instance(instance),) if instance else ()
        self.record(
            image.owner_id,
            image.region,
            name,
            asked=asked,
            answer={"imageId": image.image_id},
            resources=(of_image(image.image_id), *also),
            at=image.creation_date,
        )

    def copy_image(
        self, account: str, region: str, source_id: str, source_region: str, *, name: str
    ) -> str:
        if partition(region) != partition(source_region):
            # API reference, CopyImage; the code is UNVERIFIED.
            raise ApiError("InvalidRequest", "An AMI cannot be copied to another partition")
        image = self._derive(account, region, self.image(source_region, source_id), name)
        asked = {"sourceRegion": source_region, "sourceImageId": source_id, "name": name}
        self._recorded(image, "CopyImage", asked)
        return image.image_id

    def create_image(self, account: str, region: str, instance_id: str, *, name: str) -> str:
        instance = self.instances.get(instance_id)
        if instance is None or (instance.owner_id, instance.region) != (account, region):
            message = f"The instance ID '{instance_id}' does not exist"
            raise ApiError("InvalidInstanceID.NotFound", message)
        image = self._derive(account, region, self.image(region, instance.image_id), name)
        image.source_instance_id = instance_id
        asked = {"instanceId": instance_id, "name": name, "noReboot": True}
        self._recorded(image, "CreateImage", asked, instance_id)
        return image.image_id

    def _derive(self, account: str, region: str, source: Image, name: str) -> Image:
        image = self._made(account, region, name)
        image.source_image_id, image.source_image_region = source.image_id, source.region
        image.architecture = source.architecture
        image.watermarks = list(source.watermarks)
        return image

    def attach_watermark(self, account: str, region: str, image_id: str, name: str) -> str:
        image = self.owned_image(account, region, image_id)
        key = f"{account}:{name}"
        if key in (watermark.key for watermark in image.watermarks):
            return key  # UNVERIFIED: attaching again changes nothing
        # The rules are the User Guide's; the codes of both refusals are UNVERIFIED.
        if image.public:
            raise ApiError("OperationNotPermitted", "A public AMI cannot be watermarked")
        if len(image.watermarks) >= MAX_WATERMARKS:
            raise ApiError("ResourceLimitExceeded", f"{MAX_WATERMARKS} watermarks are attached")
        time = self._creation_time()
        image.watermarks.append(Watermark(key, region, image_id, image.creation_date, time))
        return key

    def detach_watermark(self, account: str, region: str, image_id: str, key: str) -> None:
        """Succeeds although the key is not attached: API reference, DetachImageWatermark."""
        image = self.owned_image(account, region, image_id)
        image.watermarks = [mark for mark in image.watermarks if mark.key != key]

    def share(self, image_id: str, region: str, account: str) -> None:
        image = self.image(region, image_id)
        if image.state == "disabled":
            # API reference, DisableImage; the code is UNVERIFIED.
            raise ApiError("OperationNotPermitted", "A disabled AMI cannot be shared")
        image.shared_with.add(account)

    def share_with_organization(self, image_id: str, region: str, arn: str) -> None:
        """Or with an organisational unit. Its accounts see the image as any with whom it is shared."""
        self.image(region, image_id).shared_with_organizations.add(arn)

    def make_public(self, image_id: str, region: str) -> None:
        image = self.image(region, image_id)
        if image.watermarks or image.state == "disabled":
            # User Guide, "AMI watermarks", and DisableImage; the code is UNVERIFIED.
            raise ApiError("OperationNotPermitted", "This AMI cannot be made public")
        image.public = True

    def deregister(self, image_id: str, region: str, *, retention_days: int | None = None) -> None:
        """Where a retention rule matches, the owner's Recycle Bin keeps the image for its days."""
        image = self.image(region, image_id)
        image.state = "deregistered"
        if retention_days is not None:
            image.recycle_bin_enter_time = self.now()
            image.recycle_bin_exit_time = self.now() + timedelta(days=retention_days)

    def disable(self, image_id: str, region: str) -> None:
        """DisableImage also takes all launch permissions away."""
        image = self.image(region, image_id)
        image.state, image.public = "disabled", False
        image.shared_with.clear()
        image.shared_with_organizations.clear()

    def deprecate(self, image_id: str, region: str, at: datetime | None = None) -> None:
        self.image(region, image_id).deprecation_time = at or self.now()

    def scan(
        self,
        image_id: str,
        region: str,
        worst: str | None = None,
        *,
        at: datetime | None = None,
        fixes: Mapping[str, datetime] | None = None,
        findings: Sequence[tuple[str, str]] = (),
    ) -> None:
        """What Amazon Inspector finds in this very image, by title and severity; a copy has to be scanned for itself.

        UNVERIFIED, that a copy starts without scan results: the API reference only says that the
        dates are specific to the AMI.
        """
        results = ScanResults(at or self.now(), worst, dict(fixes or {}))
        image = self.image(region, image_id)
        image.scan_results, image.findings = results, tuple(findings)

    def owned_image(self, account: str, region: str, image_id: str) -> Image:
        image = self.images.get((region, image_id))
        if image is None or image.state == "deregistered":
            raise image_not_found(image_id)
        if image.owner_id != account:
            # The text is DescribeImageAttribute's (cloudquery#9406); elsewhere UNVERIFIED.
            raise ApiError("AuthFailure", f"Not authorized for image:{image_id}", 403)
        return image

    def ancestry(self, image: Image) -> list[Image]:
        """From the image to its root, as GetImageAncestry tells it.

        UNVERIFIED: a recorded parent this world has never had ends the list, too.
        """
        chain = [image]
        while len(chain) < MAX_ANCESTRY:
            child = chain[-1]
            region = child.source_image_region or child.region
            if child.public and child.owner_alias in PUBLIC_PROVIDERS:
                break
            if child.source_image_id is None or partition(region) != partition(child.region):
                break
            if (region, child.source_image_id) not in self.images:
                break
            chain.append(self.image(region, child.source_image_id))
        return chain

    # -- instances, launch templates, parameters, settings --------------------------------------

    def run_instance(
        self, account: str, region: str, image_id: str, instance_type: str = "m5.large"
    ) -> str:
        time = self._creation_time()
        instance = Instance(self.new_id("i"), region, account, image_id, instance_type, time)
        self.instances[instance.instance_id] = instance
        told = {"imageId": image_id, "minCount": 1, "maxCount": 1}
        self.record(
            account,
            region,
            "RunInstances",
            asked={"instancesSet": {"items": [told]}, "instanceType": instance_type},
            answer={
                "ownerId": account,
                "instancesSet": {
                    "items": [{"instanceId": instance.instance_id, "imageId": image_id}]
                },
            },
            resources=(of_image(image_id), of_instance(instance.instance_id)),
            at=time,
        )
        return instance.instance_id

    def create_launch_template(
        self, account: str, region: str, name: str, image_id: str | None = None
    ) -> str:
        data = {"ImageId": image_id} if image_id else {"InstanceType": "m5.large"}
        return self.add_launch_template(account, region, name, data).template_id

    def add_launch_template(
        self, account: str, region: str, name: str, data: Mapping[str, Any]
    ) -> LaunchTemplate:
        if any(
            (t.owner_id, t.region, t.name) == (account, region, name)
            for t in self.templates.values()
        ):
            code = "InvalidLaunchTemplateName.AlreadyExistsException"
            raise ApiError(code, "Launch template name already in use.")
        time = self._creation_time()
        template = LaunchTemplate(self.new_id("lt"), region, account, name, time)
        template.versions.append(TemplateVersion(1, dict(data), time))
        self.templates[template.template_id] = template
        return template

    def create_launch_template_version(
        self, template_id: str, image_id: str | None = None, data: Mapping[str, Any] | None = None
    ) -> int:
        template = self.templates[template_id]
        contents = dict(data or {}) | ({"ImageId": image_id} if image_id else {})
        number = len(template.versions) + 1
        template.versions.append(TemplateVersion(number, contents, self._creation_time()))
        return number

    def set_default_version(self, template_id: str, number: int) -> None:
        self.templates[template_id].default_version = number

    def put_parameter(
        self, account: str, region: str, name: str, value: str, data_type: str = "text"
    ) -> int:
        """A new version of a parameter. What is named /aws/service/... belongs to AWS."""
        owner = "" if name.startswith("/aws/service/") else account
        key = (owner, region, name)
        parameter = self.parameters.setdefault(key, Parameter(name, region, owner, data_type))
        parameter.data_type = data_type
        parameter.values.append(value)
        parameter.last_modified = self._creation_time()
        return len(parameter.values)

    def label_parameter(
        self, account: str, region: str, name: str, label: str, version: int
    ) -> None:
        self.parameters[account, region, name].labels[label] = version

    def allowed_images(
        self,
        account: str,
        region: str,
        state: Literal["enabled", "audit-mode", "disabled"],
        criteria: Sequence[Mapping[str, Any]] = (),
        *,
        managed_by: Literal["account", "declarative-policy"] = "account",
    ) -> None:
        settings = AllowedImages(state, [dict(criterion) for criterion in criteria], managed_by)
        self.allowed[account, region] = settings


def image_not_found(*image_ids: str) -> ApiError:
    """DescribeImages' answer to unknown ids (cartography#721; several: cloud-custodian)."""
    ids = ", ".join(image_ids)
    if len(image_ids) == 1:
        return ApiError("InvalidAMIID.NotFound", f"The image id '[{ids}]' does not exist")
    return ApiError("InvalidAMIID.NotFound", f"The image ids '[{ids}]' do not exist")
