#!/usr/bin/env bash
# The one command for a machine with a GPU and without network: tools/gpu_check.sh OUT_FOLDER
# Builds in place with the Python at hand (torch, g++ and make; no nvcc), runs the tests on CUDA in parallel, then the
# benchmarks against the peers that are installed, and writes a report and the machine's description into the folder.
# Ends within 8 minutes; prints what failed, and what was cut short. Without a GPU it rehearses the same steps on the CPU
# (SCI_DEVICE=cpu); on few cores give it longer: LIMIT=1500 stretches each step's share of the 470 seconds alike.
set -uo pipefail
out=$(mkdir -p "${1:?usage: tools/gpu_check.sh OUT_FOLDER}" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
root=$PWD
python=${PYTHON:-python3}
jobs=${JOBS:-$(nproc)}
export PYTHONPATH=$root PYTHONUNBUFFERED=1 SCI_CACHE=${SCI_CACHE:-$out/kernel_cache} TORCHINDUCTOR_FORCE_DISABLE_CACHES=1
device=${SCI_DEVICE:-$("$python" -c "import torch; print('cuda' if torch.cuda.is_available() else 'cpu')")}
total=${LIMIT:-470}
deadline=$((SECONDS + total))
left() { echo $((deadline - SECONDS > 5 ? deadline - SECONDS : 5)); }
failed=()
step() { # name, seconds at most, command...
  local name=$1 limit=$(($2 * total / 470)) rest; shift 2
  rest=$(left); [ "$limit" -lt "$rest" ] || limit=$rest
  local begin=$SECONDS
  timeout --signal=INT --kill-after=30 "$limit" "$@" >"$out/$name.log" 2>&1
  local status=$? result=ok
  [ $status -eq 0 ] || result="FAILED ($status)"
  [ $status -ne 124 ] && [ $status -ne 137 ] || result="CUT SHORT after $limit s"
  printf '| %s | %s | %s s |\n' "$name" "$result" $((SECONDS - begin)) >>"$out/report.md"
  [ $status -eq 0 ] || { failed+=("$name"); echo "--- $name: $result"; tail -n 25 "$out/$name.log"; }
}

{
  echo "# Check on $device, $(date -u +%Y-%m-%d)"
  echo
  echo "commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown), \`tools/gpu_check.sh\`"
  echo
  echo "| step | result | time |"
  echo "|---|---|---|"
} >"$out/report.md"

step build 180 make -C csrc -j"$jobs" PYTHON="$python" BUILD="$out/build"
{
  uname -srm; lscpu | grep -E 'Model name|^CPU\(s\)'; free -h | head -2
  nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,compute_cap --format=csv 2>/dev/null
  "$python" -c "import sci; sci.show_config()"
  "$python" -m pip list 2>/dev/null | grep -iE '^(torch|scipy|numpy|cupy|jax|triton|nvidia-cuda-nvrtc|nvmath)'
} >"$out/machine.txt" 2>&1

if [ ${#failed[@]} -gt 0 ]; then echo "no library, so no tests: see $out/build.log"; exit 1; fi
parallel=()
"$python" -c "import xdist" 2>/dev/null && parallel=(-n "$((jobs < 8 ? jobs : 8))")
step kernels 150 "$python" -m tools.fill_cache --device "$device" --jobs "$jobs"
step tests 240 "$python" -m pytest -q "${parallel[@]}" --device "$device" -p no:cacheprovider tests --ignore tests/repository --maxfail 200
[ "$device" = cpu ] || step gpu_tests 60 "$python" -m pytest -q --device "$device" -p no:cacheprovider tests/cuda
step benchmarks 150 "$python" -m benchmarks --device "$device" --quick --out "$out/benchmarks.json"

{
  echo
  echo '## Failing tests'
  echo '```'
  grep -hE '^(FAILED|ERROR)' "$out/tests.log" "$out/gpu_tests.log" 2>/dev/null | cut -c1-240
  grep -hE ' (passed|failed)' "$out/tests.log" "$out/gpu_tests.log" 2>/dev/null
  echo '```'
  echo '## Benchmarks'
  echo '```'
  cat "$out/benchmarks.log" 2>/dev/null
  echo '```'
  echo '## Machine'
  echo '```'
  cat "$out/machine.txt"
  echo '```'
} >>"$out/report.md"
rm -rf "$out/build"
tail -n +1 "$out/report.md" | sed -n '1,40p'
if [ ${#failed[@]} -gt 0 ]; then echo "failed: ${failed[*]}"; exit 1; fi
echo "all steps passed"
