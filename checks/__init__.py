"""Custom checkov checks: assay's verdicts on AMIs, as checkov's records.

    checkov -f plan.json --framework terraform_plan --external-checks-dir checks --skip-download

checkov runs them in its own environment, so they import nothing but the standard library, checkov
and one another, by bare names: checkov puts this directory on `sys.path` and loads every file in
it. They judge nothing themselves. What does not come from a report of assay's that is whole and of
the very plan at hand is FAILED, never PASSED. `assay explain checkov` tells how to use them.

    assay_checks          what checkov loads: one class a family of rules
    assay_families        the table of the families
    assay_engine          one resource and one family in, one answer out
    assay_sources         which report speaks for a plan, or for a directory of code
    assay_scanned         what checkov looks at: the plan on disk, the graph of the code
    assay_report          a JSON report, read and not believed before it agrees with itself
    assay_command         runs assay, once, in a process and environment of its own
    assay_cache           keeps what it printed, for minutes, where nobody else can write
    assay_resource_types  the resource types that name images, generated from assay's own table
"""
