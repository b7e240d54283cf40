"""What apply did, done in the other emulator, too: the next plan is judged by what is there then."""

from collections.abc import Iterator
from typing import Any

from tests.apply.aws import Aws
from tests.emulator import World
from tests.emulator.records import Instance, LaunchTemplate, TemplateVersion


def follow(world: World, aws: Aws) -> None:
    """Take over images, instances, templates and parameters in every place that has any."""
    places = sorted({(image.owner_id, image.region) for image in world.images.values()})
    for account, region in places:
        ec2, ssm = (aws.client(service, account, region) for service in ("ec2", "ssm"))
        for reservation in _all(ec2, "describe_instances", "Reservations"):
            for told in reservation["Instances"]:
                _instance(world, account, region, told)
        for told in _all(ec2, "describe_launch_templates", "LaunchTemplates"):
            versions = ec2.describe_launch_template_versions(
                LaunchTemplateId=told["LaunchTemplateId"], MaxResults=200
            )
            _template(world, account, region, told, versions["LaunchTemplateVersions"])
        for told in _all(ssm, "describe_parameters", "Parameters"):
            history = ssm.get_parameter_history(Name=told["Name"])["Parameters"]
            _parameter(world, account, region, told["Name"], history)
    _images(world, aws, dict(_new_images(world, aws, places)))


def _all(client: Any, operation: str, key: str) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate():
        yield from page[key]


def _instance(world: World, account: str, region: str, told: Any) -> None:
    id, kind, time = told["InstanceId"], told["InstanceType"], told["LaunchTime"]
    world.instances[id] = Instance(id, region, account, told.get("ImageId", ""), kind, time)


def _template(world: World, account: str, region: str, told: Any, versions: list[Any]) -> None:
    id, name, time = told["LaunchTemplateId"], told["LaunchTemplateName"], told["CreateTime"]
    template = LaunchTemplate(id, region, account, name, time)
    for each in sorted(versions, key=lambda each: int(each["VersionNumber"])):
        data, made = each["LaunchTemplateData"], each["CreateTime"]
        template.versions.append(TemplateVersion(each["VersionNumber"], data, made))
    template.default_version = told["DefaultVersionNumber"]
    world.templates[id] = template


def _parameter(world: World, account: str, region: str, name: str, history: list[Any]) -> None:
    world.parameters.pop((account, region, name), None)
    for each in sorted(history, key=lambda each: int(each["Version"])):
        world.put_parameter(account, region, name, each["Value"], each["DataType"])


def _new_images(world: World, aws: Aws, places: list[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    for account, region in places:
        answer = aws.client("ec2", account, region).describe_images(Owners=[account])
        for told in answer["Images"]:
            if (region, told["ImageId"]) not in world.images:
                yield told["ImageId"], {**told, "place": (account, region)}


def _images(world: World, aws: Aws, new: dict[str, Any]) -> None:
    """Each after what it was made from, with the marks that EC2 hands down."""
    copies = aws.copies()
    while new:
        before = len(new)
        for id, told in list(new.items()):
            account, region = told["place"]
            if copy := copies.get(id):
                source = (copy["source_region"], copy["source_image_id"])
            else:
                source = (region, world.instances[told["SourceInstanceId"]].image_id)
            if source not in world.images:
                continue
            world.register_image(account, region, name=told["Name"], image_id=id)
            made = world.image(region, id)
            made.source_image_region, made.source_image_id = source
            made.source_instance_id = told.get("SourceInstanceId")
            made.watermarks = list(world.image(*source).watermarks)
            del new[id]
        assert len(new) < before, f"it is not told what {sorted(new)} were made from"
