# The plan policy for config.yml: everything that is not a pass is denied, above all a missing report.
package spacelift

import rego.v1

default outcome := "no report"

outcome := input.third_party_metadata.custom.assay.outcome

deny contains sprintf("assay: %v", [outcome]) if outcome != "pass"

deny contains message if {
	some verdict in input.third_party_metadata.custom.assay.verdicts
	some result in verdict.results
	result.outcome == "fail"
	result.severity == "error"
	message := sprintf("%s: %s", [verdict.address, result.message])
}
