"""moto's server in a process of its own: an EC2, Auto Scaling and SSM that nobody here wrote.

    python -m tests.apply.moto_server

reads facts from the first line of its standard input (see facts.py), holds what they say, prints
its URL, and serves until its standard input ends. Images, templates and instances get the ids of the facts, which no API call could give them. moto forgets
what an image was copied from, so a journal of CopyImage is kept, and told at /copies.
"""

import io
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from tests.apply.facts import COPIES

KEY = re.compile(r"Credential=AKIA(?P<account>\d{12})TEST/")
SCOPE = re.compile(r"Credential=[^/]+/\d+/(?P<region>[^/]+)/")
MADE = re.compile(rb"<imageId>(ami-[0-9a-f]+)</imageId>")
FAILURES = (
    *(AssertionError, AttributeError, ImportError, LookupError, NotImplementedError),
    *(TypeError, ValueError),
)
"""What moto raises where it does not have something; a client that is told 500 would try again."""
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def furnish(facts: Mapping[str, Any]) -> None:
    """Put into moto what is there before anything is applied."""
    for image in facts["images"]:
        _image(image)
    for template in facts["templates"]:
        _template(template)
    for instance in facts["instances"]:
        _instance(instance)


def _image(image: Mapping[str, Any]) -> None:
    from moto.ec2.models import ec2_backends
    from moto.ec2.models.amis import Ami

    for account in image["seen_by"]:
        backend = ec2_backends[account][image["region"]]
        backend.amis[image["id"]] = Ami(
            backend,
            image["id"],
            name=image["name"],
            owner_id=image["owner_id"],
            owner_alias=image["owner_alias"],
            public=image["public"],
            architecture=image["architecture"],
            virtualization_type="hvm",
            creation_date=datetime.fromisoformat(image["creation_date"]),
            region_name=f"{image['region']}a",
        )


def _template(template: Mapping[str, Any]) -> None:
    from moto.ec2.models import ec2_backends

    backend = ec2_backends[template["account"]][template["region"]]
    first, *others = template["versions"]
    made = backend.create_launch_template(template["name"], "", first, {})
    for data in others:
        made.create_version(data, "")
    made.default_version_number = template["default_version"]
    del backend.launch_templates[made.id]
    backend.launch_template_insert_order.remove(made.id)
    made.id = template["id"]
    backend.launch_templates[made.id] = made
    backend.launch_template_insert_order.append(made.id)
    backend.launch_template_name_to_ids[made.name] = made.id


def _instance(instance: Mapping[str, Any]) -> None:
    from moto.ec2.models import ec2_backends

    reservation = ec2_backends[instance["account"]][instance["region"]].run_instances(
        instance["image_id"],
        1,
        None,
        [],
        instance_type=instance["instance_type"],
        is_instance_type_default=False,
        region_name=instance["region"],
    )
    reservation.instances[0].id = instance["id"]


class Journal:
    """Notes each CopyImage that succeeds on its way to an application, and tells accounts apart."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._copies: dict[str, Mapping[str, str]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == COPIES:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self._copies).encode()]
        signed = environ.get("HTTP_AUTHORIZATION", "")
        if key := KEY.search(signed):
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = key["account"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            answer = self._application(environ, start_response)
        except FAILURES as error:
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [repr(error).encode()]
        if b"Action=CopyImage" not in body:
            return answer
        told = list(answer)
        if made := MADE.search(b"".join(told)):
            asked = parse_qs(body.decode())
            self._copies[made[1].decode()] = {
                "source_image_id": asked["SourceImageId"][0],
                "source_region": asked["SourceRegion"][0],
            }
        return told


def main() -> None:
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # hundreds, that no facts tell of
    furnish(json.loads(sys.stdin.readline()))
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request, otherwise
    MotoRequestHandler.protocol_version = "HTTP/1.1"  # connections are kept
    application = Journal(DomainDispatcherApplication(create_backend_app))
    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler
    )
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
