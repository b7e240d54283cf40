# The plan policy for config.yml: whatever is not a pass is denied, above all a missing report.
package spacelift

import rego.v1

report := input.third_party_metadata.custom.assay

passed if report.outcome == "pass"

deny contains "assay: no report" if not report

deny contains sprintf("assay: %s", [report.outcome]) if {
	report
	not passed
}

deny contains message if {
	some verdict in report.verdicts
	verdict.outcome == "fail"
	some result in verdict.results
	result.outcome == "fail"
	message := sprintf("%s: %s", [verdict.address, result.message])
}
