"""What help says about every command: a line in the list of commands, and an example."""

SUMMARIES = {
    "audit": "Judge what is running, and what would be launched next, by the same policy as a plan.",
    "check": "Judge every AMI in Terraform plans or Terraform code.",
    "checkov-dir": "Print the directory of the checkov checks that come with assay.",
    "descendants": "List the images in a stored night that descend from others, with the evidence and what uses them.",
    "doctor": "Test whether a check could succeed with the present setup, and say what is wrong if it could not.",
    "explain": "Explain a rule, how to use checkov, or why an image passes or does not.",
    "export": "Export the policy, or stored nights, to the format of another tool.",
    "iam-policy": "Print the minimal IAM policies for a role that runs checks, as JSON.",
    "init": "Write a first policy, with comments that explain the other options.",
    "inventory": "List the images in many accounts and Regions, and classify each by the policy.",
    "policy": "Work with policy files.",
    "preview": "Show what EC2's Allowed AMIs would refuse in a stored night if it were enforced everywhere.",
    "push": "Send the findings of an audit to another service.",
    "record": "Record all of AWS's answers that a check of these plans, or of this code, needs.",
    "remediate": "Plan what to do about images of class unknown: what uses them, what replaces them, which can go.",
    "report": "Work with JSON reports of `assay check`.",
    "rules": "List the rules, what each finds, and its default severity.",
    "stamp": "Attach a watermark to an image that may become golden.",
    "suggest": "Suggest a golden image to use instead of one that does not pass, and show what to write.",
    "trace": "Show where an image, or the image of an instance, comes from, with the evidence.",
}
"""The first line of each command's help, so that the list is printed without importing commands."""

EXAMPLES = {
    "": """terraform plan -out=tfplan
assay check tfplan""",
    "audit": "assay audit --store inventory -o html=audit.html",
    "check": """assay check plan.json --policy assay.yaml -o sarif=assay.sarif
assay check infra/ --var-file prod.tfvars --region eu-west-1""",
    "checkov-dir": 'checkov -d infra/ --external-checks-dir "$(assay checkov-dir)"',
    "descendants": """assay descendants ami-0123456789abcdef0
assay descendants --watermark 111122223333:golden --format json""",
    "doctor": """assay doctor --policy assay.yaml --region us-east-1
assay doctor tfplan""",
    "explain": """assay explain unmarked
assay explain ami-0123456789abcdef0 --region us-east-1""",
    "export": "assay export allowed-amis -o criteria.json",
    "export allowed-amis": "assay export allowed-amis --policy assay.yaml -o criteria.json",
    "export athena": "assay export athena --store s3://my-bucket/inventory -o athena.sql",
    "export declarative-policy": "assay export declarative-policy --state audit_mode -o allowed.json",
    "iam-policy": "assay iam-policy --policy assay.yaml",
    "init": """assay init --account 111122223333 --watermark 'golden-*'
assay init --from regulated""",
    "inventory": """assay inventory --organization --store inventory
assay inventory --accounts accounts.txt --region us-east-1 -o html=inventory.html""",
    "inventory diff": "assay inventory diff 2026-11-20 2026-11-21 --store inventory",
    "inventory sql": 'assay inventory sql "SELECT class, count(*) FROM images GROUP BY class"',
    "policy": "assay policy validate assay.yaml",
    "policy schema": "assay policy schema > assay.schema.json",
    "policy test": "assay policy test assay.test.yaml",
    "policy validate": "assay policy validate assay.yaml",
    "preview": "assay preview --store inventory --criteria criteria.json",
    "push": "assay push securityhub",
    "push securityhub": """assay push securityhub
assay push securityhub --yes""",
    "record": "assay record plan.json -o catalog.json",
    "remediate": "assay remediate --store inventory --format markdown",
    "report": "assay report verify report.json --plan plan.json --catalog catalog.json",
    "report verify": "assay report verify report.json --plan plan.json --catalog catalog.json",
    "rules": "assay rules --format json",
    "stamp": "assay stamp ami-0123456789abcdef0 --watermark golden --dry-run",
    "suggest": "assay suggest ami-0123456789abcdef0 --region us-east-1",
    "trace": "assay trace ami-0123456789abcdef0 --region us-east-1 --format mermaid",
}
"""By the command's path."""
