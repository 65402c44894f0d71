#!/usr/bin/env bash
# The one command for a machine with a GPU and without network: tools/gpu_check.sh OUT_FOLDER [--part N]
# Builds in place with the Python at hand (torch, g++ and make; no nvcc), launches a kernel, fills the cache of kernels,
# runs the tests on CUDA in parallel, then the benchmarks against the peers that are installed. Prints what failed.
# OUT_FOLDER holds report.md, logs.tar.gz and, of benchmarks, bars.md, bars.json and benchmarks.json then.
# Ends within LIMIT seconds (470, so within 8 minutes) on any machine: a step gets its share of the time that is left,
# and what it had no time for is listed under "Left out". Tests on the device come first, in an order in which those that
# were run are a sample of all. Without a GPU it rehearses the same steps on the CPU (SCI_DEVICE=cpu). BUILD=build/csrc takes
# up the objects of `make build`, where its torch is the one at hand; PREBUILT=1 takes sci/_core/libsci.so as it is, built
# on another machine: one serves every torch from 2.11 on, with CUDA or without. SCI_CACHE names the cache of kernels, which
# `python -m tools.fill_cache --arch sm_90` fills without a GPU for the same release of NVRTC.
# In parts, each within LIMIT, where one short run is not enough: 1 the cache of kernels and what only a GPU shows
# (tests/cuda); 2 the test suite; 3 its tests that know of no device, with their tensors moved there; 4 compute-sanitizer,
# where there is one; 5 the bars for a GPU, beside the peers; 6 tables of all domains. 2 to 5 go on where they were: what
# has run is listed in build/gpu_check, and `rm -r build/gpu_check` begins anew; logs.tar.gz is that folder, and unpacked
# there it lets another machine go on. report.md holds the reports of all parts so far.
#
# Where a GPU is lent for three runs of ten minutes, after `make build`, with sci/_core/libsci.so taken along:
#   PREBUILT=1 LIMIT=540 bash tools/gpu_check.sh OUT --part 1    # does it run at all; kernels; tests/cuda
#   PREBUILT=1 LIMIT=540 bash tools/gpu_check.sh OUT --part 5    # every bar has its line, also where time is short
#   PREBUILT=1 LIMIT=540 bash tools/gpu_check.sh OUT --part 2    # a case of each test first, then of each a second ...
# What part 1 finds is repaired before part 5. With time left: 3, 4, and 5 again, which adds rows. The page of the bars
# with what the slowest kernels need: python -m benchmarks.verdicts OUT/bars.json KERNELS.csv (docs/gpu-kernels.md).
set -uo pipefail
out=$(mkdir -p "${1:?usage: tools/gpu_check.sh OUT_FOLDER}" && cd "$1" && pwd)
cd "$(dirname "$0")/.."
root=$PWD
begin=$SECONDS
part=all
if [ "${2:-}" = --part ]; then part=${3:?"--part N: 1 to 6"}; fi
case $part in
  all) steps=(kernels gpu_tests tests bars) ;;
  1) steps=(kernels gpu_tests) ;;
  2) steps=(tests) ;;
  3) steps=(moved) ;;
  4) steps=(memcheck racecheck initcheck) ;;
  5) steps=(fill bars) ;;
  6) steps=(benchmarks) ;;
  *) echo "--part must be of 1 to 6, got $part" >&2; exit 2 ;;
esac
state=$root/build/gpu_check
if [ "$part" = all ]; then
  state=$state/all
  rm -rf "$state"
fi
logs=$state/logs
mkdir -p "$logs"
python=${PYTHON:-python3}
jobs=${JOBS:-$(nproc)}
export PYTHONPATH=$root PYTHONUNBUFFERED=1 SCI_CACHE=${SCI_CACHE:-$root/build/gpu_cache} TORCHINDUCTOR_FORCE_DISABLE_CACHES=1
device=${SCI_DEVICE:-$("$python" -c "import torch; print('cuda' if torch.cuda.is_available() else 'cpu')")}
emulator=
[ "$device" = emulated ] && emulator="from tests import emulator; emulator.start()" && export SCI_CACHE=$root/build/emulator/cache
deadline=$((begin + ${LIMIT:-470} - 15)) # the report, and a step that dies slowly
failed=()
declare -A weight=([build]=60 [launch]=14 [kernels]=14 [gpu_tests]=8 [tests]=14 [moved]=14 [memcheck]=14 [racecheck]=7 [initcheck]=7
  [fill]=5 [bars]=14 [benchmarks]=10)
[ -z "${PREBUILT:-}" ] || weight[build]=10 # a cold disk takes long for torch
shares=$((${weight[build]} + ${weight[launch]}))
for name in "${steps[@]}"; do shares=$((shares + ${weight[$name]})); done
report=$state/part_$part.md
step() { # name, command...; SECONDS_LEFT in the command is what it may take
  local name=$1; shift
  local limit=$(((deadline - SECONDS) * ${weight[$name]} / shares)) started=$SECONDS status=124 result
  shares=$((shares - ${weight[$name]}))
  if [ "$limit" -ge 5 ]; then
    timeout --signal=INT --kill-after=5 "$limit" "${@//SECONDS_LEFT/$((limit * 8 / 10))}" >"$logs/$name.log" 2>&1
    status=$?
  else
    echo "left out, as the time was over: $name" >"$logs/$name.log"
  fi
  case $status in
    0) result=ok ;;
    124 | 137)
      result="CUT SHORT after $limit s"
      grep -q '^left out' "$logs/$name.log" || printf '\nleft out, as the time was over: the rest of %s\n' "$name" >>"$logs/$name.log"
      ;;
    *) result="FAILED ($status)" ;;
  esac
  printf '| %s | %s | %s s |\n' "$name" "$result" $((SECONDS - started)) >>"$report"
  [ $status -eq 0 ] || { failed+=("$name"); echo "--- $name: $result"; tail -n 25 "$logs/$name.log"; }
}

{
  echo "# Check on $device, $(date -u +%Y-%m-%d)"
  echo
  echo "commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown), \`tools/gpu_check.sh\`, part $part"
  echo
  echo "| step | result | time |"
  echo "|---|---|---|"
} >"$report"

give() { # what OUT_FOLDER gets
  cat "$state"/part_*.md >"$out/report.md"
  cp "$state"/bars.{json,md} "$out" 2>/dev/null
  tar -czf "$out/logs.tar.gz" -C "$state" .
}

if [ -n "${PREBUILT:-}" ]; then
  step build "$python" -c "import sci; sci.show_config()"
else
  objects=${BUILD:-build/gpu}
  [[ $objects == /* ]] || objects=../$objects # make works in csrc
  step build make -C csrc -j"$jobs" PYTHON="$python" BUILD="$objects"
fi
{
  uname -srm; lscpu | grep -E 'Model name|^CPU\(s\)'; free -h | head -2
  nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,compute_cap --format=csv 2>/dev/null
  "$python" -c "import sci; sci.show_config()"
  "$python" -m pip list 2>/dev/null | grep -iE '^(torch|scipy|numpy|cupy|jax|triton|nvidia-cuda-nvrtc|nvmath)'
} >"$logs/machine.txt" 2>&1

# A kernel compiled, loaded and launched, and torch's backward pass: where that fails, nothing else is worth its time.
[ ${#failed[@]} -gt 0 ] || step launch "$python" -c "import torch
$emulator
from sci.special import erfcx
x = torch.linspace(-3, 3, 1000, dtype=torch.float64, device='${device/emulated/cuda}', requires_grad=True)
y = erfcx(x)
y.sum().backward()
torch.testing.assert_close(y.cpu(), erfcx(x.detach().cpu()), rtol=1e-14, atol=0)
print(x.grad.sum())"
if [ ${#failed[@]} -gt 0 ]; then
  {
    echo
    echo "${failed[0]} failed, so that kernels, tests and benchmarks were left out:"
    echo '```'
    tail -n 60 "$logs/${failed[0]}.log"
    cat "$logs/machine.txt"
    echo '```'
  } | tee -a "$report"
  give
  exit 1
fi
parallel=() # where a kernel leaves a process without a usable GPU, another takes its place
"$python" -c "import xdist" 2>/dev/null && parallel=(-n "$((jobs < 12 ? jobs : 12))")
test_run=("$python" -m pytest -q --device "$device" -p no:cacheprovider --seconds SECONDS_LEFT)
rehearsal=
[ "$device" = cpu ] && rehearsal=--quick
for name in "${steps[@]}"; do
  case $name in
    kernels)
      fill=(tools.fill_cache --device "$device")
      [ -z "$emulator" ] || fill=(tests.emulator.prepare)
      step kernels "$python" -m "${fill[@]}" --jobs "$jobs"
      ;;
    gpu_tests) [ "$device" = cpu ] || step gpu_tests "${test_run[@]}" "${parallel[@]}" tests/cuda ;;
    tests)
      step tests "${test_run[@]}" --done "$state/done" "${parallel[@]}" tests --ignore tests/repository \
        --ignore tests/cuda --maxfail 200
      ;;
    moved)
      step moved "${test_run[@]}" --moved --done "$state/moved" "${parallel[@]}" --maxfail 300 \
        tests/{fft,interpolate,linalg,sparse,special}
      ;;
    memcheck | racecheck | initcheck)
      if command -v compute-sanitizer >/dev/null; then
        # One process: the sanitizer slows a kernel a hundredfold, so that a sample of the values has to do. Memory comes
        # of the driver, array by array, as what lies within torch's own blocks is never beyond an array. Elementwise
        # kernels share no memory.
        which="agrees or same_bits"
        [ "$name" = racecheck ] && which=same_bits
        step "$name" env PYTORCH_NO_CUDA_MEMORY_CACHING=1 compute-sanitizer --tool "$name" --error-exitcode 9 \
          "${test_run[@]}" --done "$state/$name" tests/cuda -k "$which"
      else
        echo "left out: $name, as compute-sanitizer is not installed" >"$logs/$name.log"
      fi
      ;;
    fill) step fill "$python" -m benchmarks bars --device "$device" $rehearsal --fill "$jobs" ;;
    bars) # a row that hangs or leaves no usable GPU ends the process: the next one goes on without it
      # shellcheck disable=SC2016
      step bars bash -c 'while "$@"; status=$?; [ -e "${0%.json}.begun" ]; do echo "status $status: on to the next row"; done
        exit $status' "$state/bars.json" \
        "$python" -m benchmarks bars --device "$device" $rehearsal --seconds SECONDS_LEFT --go-on --out "$state/bars.json"
      "$python" -m benchmarks.verdicts "$state/bars.json" >"$state/bars.md" 2>>"$logs/bars.log"
      ;;
    benchmarks) step benchmarks "$python" -m benchmarks --device "$device" --quick --seconds SECONDS_LEFT \
      --out "$out/benchmarks.json" ;;
  esac
done

taken=("${steps[@]/#/$logs/}")
said() { cat "${taken[@]/%/.log}" 2>/dev/null || true; } # a step that was not taken has no log
{
  echo
  echo '## Left out'
  echo '```'
  said | grep -E '^left out|need a GPU and were left out' || echo nothing
  echo '```'
  echo '## Failing tests'
  echo '```'
  said | grep -E '^(FAILED|ERROR)' | cut -c1-240
  sed -n 's/^failed/FAILED (of all runs)/p' "$state"/{done,moved} 2>/dev/null
  said | grep -E ' (passed|failed)|no tests ran'
  for file in "$state"/{done,moved}; do
    [ -f "$file" ] || continue
    echo "$(basename "$file"), all runs: $(cut -d' ' -f1 "$file" | sort | uniq -c | tr -s ' \n' ' ')"
  done
  echo '```'
  echo '## Machine'
  echo '```'
  cat "$logs/machine.txt"
  echo '```'
  for name in "${steps[@]}"; do
    case $name in
      bars) sed '/^## All rows/,$d; s/^#/##/' "$state/bars.md" ;;
      benchmarks) printf '## Benchmarks\n```\n%s\n```\n' "$(cat "$logs/benchmarks.log")" ;;
    esac
  done
} >>"$report"
give
sed -n '1,40p' "$out/report.md"
echo "$((SECONDS - begin)) s in all"
if [ ${#failed[@]} -gt 0 ]; then echo "failed or cut short: ${failed[*]}"; exit 1; fi
if said | grep -q '^left out'; then echo "no step failed, but not all was run: see Left out"; else echo "all steps passed"; fi
