#!/usr/bin/env bash
# The one command for a machine with a GPU and without network: tools/gpu_check.sh OUT_FOLDER [--part N]
# Builds in place with the Python at hand (torch, g++ and make; no nvcc), launches a kernel, fills the cache of kernels,
# runs the tests on CUDA in parallel, then the benchmarks against the peers that are installed. Prints what failed.
# OUT_FOLDER holds report.md, logs.tar.gz and, of benchmarks, bars.md, bars.json and benchmarks.json then, brought up to
# date every 20 s: a run that is ended from outside leaves what it had. No step's failure stops the next; only a library
# that cannot be loaded or a kernel that cannot be launched does.
# Ends within LIMIT seconds (470, so within 8 minutes) on any machine: a step gets its share of the time that is left,
# and what it had no time for is listed under "Left out". Tests on the device come first, in an order in which those
# that were run are a sample of all. Without a GPU it rehearses the same steps on the CPU (SCI_DEVICE=cpu) or on the
# emulated device (SCI_DEVICE=emulated JOBS=1). BUILD=build/csrc takes up the objects of `make build`, where its torch
# is the one at hand; PREBUILT=1 takes sci/_core/libsci.so as it is, or of build/gpu_pack.tar.xz, built on another
# machine: one serves every torch from 2.11 on, with CUDA or without. SCI_CACHE names the cache of kernels,
# build/gpu_cache by default; COMMIT the commit, where there is no .git to ask.
# In parts, each within LIMIT, where one short run is not enough: 1 the cache of kernels and what only a GPU shows
# (tests/cuda); 2 the test suite; 3 its tests that know of no device, with their tensors moved there; 4
# compute-sanitizer, where there is one; 5 the bars for a GPU, beside the peers; 6 tables of all domains. All go on where
# they were: what has run is listed in build/gpu_check, and `rm -r build/gpu_check` begins anew; logs.tar.gz is that
# folder, and unpacked there it lets another machine go on. report.md holds the reports of all parts so far.
#
# Where a GPU is lent for three runs of ten minutes: the library and, made without a GPU for the same release of NVRTC
# (13.0, a part of their names), as many kernels as there was time for, second derivatives last, go along in one file.
#   make build && SCI_CACHE=build/gpu_cache python -m tools.fill_cache --arch sm_90    # 90 CPU minutes; may be stopped
#   XZ_OPT=-T0 tar -cJf build/gpu_pack.tar.xz sci/_core/libsci.so build/gpu_cache
# There, each in a run of its own, the first on a machine unpacks it:
#   PREBUILT=1 LIMIT=540 bash tools/gpu_check.sh OUT --part 1    # does it run at all; kernels; tests/cuda
#   PREBUILT=1 LIMIT=540 bash tools/gpu_check.sh OUT --part 5    # every bar has its line, also where time is short
#   PREBUILT=1 LIMIT=540 bash tools/gpu_check.sh OUT --part 2    # a case of each test first, then of each a second ...
# Expected on 16 cores, not seen yet: 1: start 30 s, kernels 340 s (of the file: 20 s), 2913 tests 100 s; 5: start 15,
# fill 60, 1050 rows before the smallest size and JAX 350 s; 2: start 15, 19030 tests 260 s; 3: 150 s; 4, 6: all they
# get. What part 1 finds is repaired before part 5. With time left: 3, 4, and 5 again, which adds rows. The page of
# bars with what the slowest kernels need: python -m benchmarks.verdicts OUT/bars.json KERNELS.csv.
set -uo pipefail
out=$(mkdir -p "${1:?usage: tools/gpu_check.sh OUT_FOLDER}" && cd "$1" && pwd)
cd "$(dirname "$0")/.." || exit
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
  6) steps=(fill benchmarks) ;;
  *) echo "--part must be of 1 to 6, got $part" >&2; exit 2 ;;
esac
pack=build/gpu_pack.tar.xz
if [ -n "${PREBUILT:-}" ] && [ -e $pack ]; then
  sum=$(cksum <$pack) # a machine that is still warm may have another's content
  if [ "$sum" != "$(cat $pack.unpacked 2>/dev/null)" ]; then
    XZ_OPT=-T0 tar -xJf $pack || { echo "$pack cannot be unpacked" >&2; exit 2; }
    echo "$sum" >$pack.unpacked
  fi
fi
if [ -n "${PREBUILT:-}" ] && [ ! -e sci/_core/libsci.so ]; then
  echo "PREBUILT=1 takes a library that is built, and there is neither sci/_core/libsci.so nor $pack with one" >&2
  exit 2
fi
state=$root/build/gpu_check
if [ "$part" = all ]; then
  state=$state/all
  rm -rf "$state"
fi
logs=$state/logs
mkdir -p "$logs"
python=${PYTHON:-python3}
jobs=${JOBS:-$(nproc)}
PATH=$PATH:/usr/local/cuda/bin # compute-sanitizer
export PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1 SCI_CACHE=${SCI_CACHE:-$root/build/gpu_cache}
export TORCHINDUCTOR_FORCE_DISABLE_CACHES=1
# A process has a core: no threads, and none of Inductor's pools of processes.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 TORCHINDUCTOR_COMPILE_THREADS=1
device=${SCI_DEVICE:-$(timeout 100 "$python" -c "import torch; print('cuda' if torch.cuda.is_available() else 'cpu')")}
if [ -z "${SCI_DEVICE:-}" ] && [ "$device" != cuda ] && timeout 20 nvidia-smi -L 2>/dev/null | grep -q ^GPU; then
  # A rehearsal on the CPU is not what the time on this machine is for.
  {
    printf '# There is a GPU, but torch does not see it\n```\n'
    timeout 100 "$python" -c "import torch; print(torch.__version__); torch.cuda.init()" 2>&1 | tail -n 20
    printf '```\n'
  } | tee "$out/report.md"
  exit 1
fi
module=("$python" -m) # runs one on the device
on=$device
if [ "$device" = emulated ]; then
  module=("$python" -m tests.emulator)
  on=cuda
  export SCI_CACHE=$root/build/emulator/cache
fi
deadline=$((begin + ${LIMIT:-470} - 15)) # the report, and a step that dies slowly
failed=()
declare -A weight=([build]=60 [launch]=14 [kernels]=14 [gpu_tests]=8 [tests]=14 [moved]=14 [memcheck]=14
  [racecheck]=7 [initcheck]=7 [fill]=5 [bars]=14 [benchmarks]=10)
[ -z "${PREBUILT:-}" ] || weight[build]=10 # a cold disk takes long for torch
shares=$((${weight[build]} + ${weight[launch]}))
for name in "${steps[@]}"; do shares=$((shares + ${weight[$name]})); done
table=$state/part_$part.steps # all that the report needs is in files: another process brings it up to date
step() { # name, command...; SECONDS_LEFT in the command is what it may take
  local name=$1; shift
  local limit=$(((deadline - SECONDS) * ${weight[$name]} / shares)) started=$SECONDS status=124 result
  shares=$((shares - ${weight[$name]}))
  if [ "$limit" -ge 5 ]; then
    timeout --signal=INT --kill-after=5 "$limit" "${@//SECONDS_LEFT/$((limit * 9 / 10))}" >"$logs/$name.log" 2>&1
    status=$?
  else
    echo "left out, as the time was over: $name" >"$logs/$name.log"
  fi
  case $status in
    0) result=ok ;;
    124 | 137)
      result="CUT SHORT after $limit s"
      grep -q '^left out' "$logs/$name.log" ||
        printf '\nleft out, as the time was over: the rest of %s\n' "$name" >>"$logs/$name.log"
      ;;
    *) result="FAILED ($status)" ;;
  esac
  printf '| %s | %s | %s s |\n' "$name" "$result" $((SECONDS - started)) >>"$table"
  [ $status -eq 0 ] || { failed+=("$name"); echo "--- $name: $result"; tail -n 25 "$logs/$name.log"; }
}

said() { for name in "${steps[@]}"; do cat "$logs/$name.log" 2>/dev/null; done; } # a step that was not taken has no log
commit=${COMMIT:-$(git rev-parse --short HEAD 2>/dev/null || echo unknown)}
lists=("$state"/{gpu_tests,tests,moved,memcheck,racecheck,initcheck})
report() {
  echo "# Check on $device, $(date -u +%Y-%m-%d)"
  printf '\ncommit %s, `tools/gpu_check.sh`, part %s\n' "$commit" "$part"
  printf '\n| step | result | time |\n|---|---|---|\n'
  cat "$table"
  for name in build launch; do
    if grep -q "^| $name | [^o]" "$table"; then
      printf '\n%s failed, so that kernels, tests and benchmarks were left out:\n```\n' "$name"
      tail -n 60 "$logs/$name.log"
      echo '```'
    fi
  done
  printf '\n## Left out\n```\n'
  said | grep -E '^left out|need a GPU and were left out' || echo nothing
  printf '```\n## Tests, all runs\n```\n'
  for file in "${lists[@]}"; do
    [ -f "$file" ] && echo "$(basename "$file"): $(cut -d' ' -f1 "$file" | sort | uniq -c | tr -s ' \n' ' ')"
  done
  printf '```\n### Why they failed, without numbers, how often\n```\n'
  failures | cut -f2 | sed -E 's/[-+]?[0-9]+([.][0-9]*)?(e[-+]?[0-9]+)?/#/g' | cut -c1-110 | sort | uniq -c |
    sort -rn | head -n 30
  said | grep -E '^========= (Invalid|Error|Race|Uninit|Program|ERROR|RACE)' | cut -c1-110 | sort | uniq -c |
    sort -rn | head -n 30 # of compute-sanitizer
  printf '```\n## Failing tests\n```\n'
  failures | cut -c1-240
  said | grep -E '^ERROR' | cut -c1-240
  for file in "${lists[@]}"; do
    [ -s "$file.stuck" ] && echo "ended as they hung, see $(basename "$file").stuck:" && grep /tests/ "$file.stuck"
  done
  printf '```\n## Machine\n```\n%s\n```\n' "$(cat "$logs/machine.txt" 2>/dev/null)"
  for name in "${steps[@]}"; do
    case $name in
      bars) sed '/^## All rows/,$d; s/^#/##/' "$state/bars.md" 2>/dev/null ;;
      benchmarks) printf '## Benchmarks\n```\n%s\n```\n' "$(cat "$logs/benchmarks.log" 2>/dev/null)" ;;
    esac
  done
}
failures() { sed -n 's/^failed //p' "${lists[@]}" 2>/dev/null; }
give() { # what OUT_FOLDER gets
  report >"$state/part_$part.$BASHPID" && mv "$state/part_$part.$BASHPID" "$state/part_$part.md"
  cat "$state"/part_*.md >"$out/report.md"
  cp "$state"/{bars.json,bars.md,benchmarks.json} "$out" 2>/dev/null
  tar -czf "$state.$BASHPID" -C "$state" . 2>/dev/null
  mv "$state.$BASHPID" "$out/logs.tar.gz"
}
: >"$table"
while sleep 20 && kill -0 $$; do give; done >/dev/null 2>&1 &
heartbeat=$!
trap 'kill "$heartbeat"' EXIT

if [ -n "${PREBUILT:-}" ]; then
  step build "$python" -c "import sci; sci.show_config()"
else
  objects=${BUILD:-build/gpu}
  [[ $objects == /* ]] || objects=../$objects # make works in csrc
  step build make -C csrc -j"$jobs" PYTHON="$python" BUILD="$objects"
fi
{ # beside the steps, which need not wait for it
  uname -srm; lscpu | grep -E 'Model name|^CPU\(s\)'; free -h | head -2
  timeout 20 nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,compute_cap --format=csv 2>/dev/null
  timeout 60 "$python" -c "import sci; sci.show_config()"
  timeout 20 "$python" -m pip list 2>/dev/null |
    grep -iE '^(torch|scipy|numpy|cupy|jax|triton|nvidia-cuda-nvrtc|nvmath)'
} >"$logs/machine.txt" 2>&1 &

# A kernel compiled, loaded and launched, and torch's backward pass: where that fails, nothing else is worth its time.
[ ${#failed[@]} -gt 0 ] || step launch "${module[@]}" tools.launch "$on"
if [ ${#failed[@]} -gt 0 ]; then
  give
  cat "$state/part_$part.md"
  exit 1
fi
parallel=() # where a kernel leaves a process without a usable GPU, another takes its place
plugins=()               # of those that are installed here the two that the tests are made for, and no others
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1
if timeout 20 "$python" -c "import xdist.plugin" 2>/dev/null; then
  parallel=(-n "$((jobs < 12 ? jobs : 12))")
  plugins+=(-p xdist.plugin)
fi
timeout 20 "$python" -c "import _hypothesis_pytestplugin" 2>/dev/null && plugins+=(-p _hypothesis_pytestplugin)
test_run=("$python" -m pytest -q --tb=short --device "$device" -p no:cacheprovider "${plugins[@]}")
test_run+=(--seconds SECONDS_LEFT --maxfail 300)
rows=("${module[@]}" benchmarks --device "$on")
[ "$part" = 6 ] || rows+=(bars)
if [ "$device" != cuda ]; then
  rows+=(--small)
elif [ "$part" = 6 ]; then
  rows+=(--quick)
else
  rows+=(--short) # blocks of 10 ms, so that all rows of the bars have their turn
fi
for name in "${steps[@]}"; do
  case $name in
    kernels)
      fill=(tools.fill_cache --device "$device")
      [ "$device" != emulated ] || fill=(tests.emulator.prepare)
      step kernels "$python" -m "${fill[@]}" --jobs "$jobs"
      ;;
    gpu_tests)
      [ "$device" = cpu ] || step gpu_tests "${test_run[@]}" --done "$state/gpu_tests" "${parallel[@]}" tests/cuda
      ;;
    tests)
      step tests "${test_run[@]}" --done "$state/tests" "${parallel[@]}" tests --ignore tests/repository \
        --ignore tests/cuda
      ;;
    moved)
      step moved "${test_run[@]}" --moved --done "$state/moved" "${parallel[@]}" \
        tests/{fft,interpolate,linalg,sparse,special}
      ;;
    memcheck | racecheck | initcheck)
      if ! command -v compute-sanitizer >/dev/null; then
        echo "left out: $name, as compute-sanitizer is not installed" >"$logs/$name.log"
      elif ! timeout 100 compute-sanitizer --error-exitcode 9 "${module[@]}" tools.launch "$on" \
        >"$logs/$name.log" 2>&1; then
        # It does not take every driver; each test would fail for it.
        echo "left out: $name, as compute-sanitizer cannot run one launch here" >>"$logs/$name.log"
      else
        # One process: the sanitizer slows a kernel a hundredfold, so that a sample of the values has to do. Memory
        # comes of the driver, array by array, as what lies within torch's own blocks is never beyond an array.
        # Elementwise kernels share no memory.
        which="agrees or same_bits"
        [ "$name" = racecheck ] && which=same_bits
        step "$name" env PYTORCH_NO_CUDA_MEMORY_CACHING=1 compute-sanitizer --tool "$name" --error-exitcode 9 \
          "${test_run[@]}" --done "$state/$name" tests/cuda -k "$which"
      fi
      ;;
    fill) step fill "${rows[@]}" --fill "$jobs" ;;
    bars | benchmarks) # a row that hangs or leaves no usable GPU ends the process: the next one goes on without it
      # shellcheck disable=SC2016
      step "$name" bash -c 'while "${@:2}" --seconds $(($1 - SECONDS)); status=$?
        [ -e "${0%.json}.begun" ] && [ "$SECONDS" -lt "$1" ]; do echo "status $status: on to the next row"; done
        exit $status' "$state/$name.json" SECONDS_LEFT "${rows[@]}" --go-on --out "$state/$name.json"
      [ "$name" != bars ] ||
        "$python" -m benchmarks.verdicts "$state/bars.json" >"$state/bars.md" 2>>"$logs/bars.log"
      ;;
  esac
done

give
sed '/^## Failing tests/,$d' "$state/part_$part.md" | cut -c1-200
for name in "${steps[@]}"; do [ "$name" != bars ] || sed -n '/^## Bars/,/^## The/p' "$state/bars.md"; done
echo "$((SECONDS - begin)) s in all"
if [ ${#failed[@]} -gt 0 ]; then echo "failed or cut short: ${failed[*]}"; exit 1; fi
said | grep -q '^left out' && echo "no step failed, but not all was run: see Left out" || echo "all steps passed"
