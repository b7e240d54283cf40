"""Custom checkov checks: assay's verdicts on AMIs, as checkov's records.

    checkov -f plan.json --framework terraform_plan --external-checks-dir checks --skip-download

checkov runs them in its own environment, so they import nothing but the standard library, checkov
and one another, by bare names: checkov puts this directory on `sys.path` and loads every file in
it. They do not judge anything themselves. Without a complete assay report about exactly this plan
the answer is FAILED, never PASSED. `assay explain checkov` says how to use them.

    assay_checks          what checkov loads: one class per family of rules
    assay_families        the table of the families
    assay_engine          one resource and one family in, one answer out
    assay_sources         which report applies to a plan or to a directory of code
    assay_scanned         what checkov scans: the plan on disk, the graph of the code
    assay_report          a JSON report, used only if it is consistent in itself
    assay_command         runs assay once, in its own process and environment
    assay_cache           keeps its output for minutes, where nobody else can write
    assay_resource_types  the resource types that name images, generated from assay's own table
"""
