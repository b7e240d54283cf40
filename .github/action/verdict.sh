# The action's last step, which runs whatever happened in the steps before it. Without a verdict that
# fits the exit code, the result is an error, and an error closes the gate.
set -u
code=${GATE_EXIT_CODE:-} verdict=${GATE_VERDICT:-}

case "$code $verdict" in
  "0 pass" | "0 undetermined" | "1 fail" | "3 undetermined") ;;
  *) code=2 verdict=error ;;
esac
printf 'exit-code=%s\nverdict=%s\n' "$code" "$verdict" >> "$GITHUB_OUTPUT" || code=2

if [ "$code" = 0 ]; then
  if [ "$verdict" = undetermined ]; then
    echo "::warning title=assay::not everything could be determined, but undetermined is only a warning here"
  fi
  exit 0
fi
if [ "${GATE_FAIL_ON:-}" = never ] && [ "$code" != 2 ]; then
  echo "::warning title=assay::verdict: $verdict. The gate stays open because fail-on is never"
  exit 0
fi
echo "::error title=assay::verdict: $verdict. The gate is closed (exit code $code)"
exit "$code"
