#!/usr/bin/env bash
# Several hosts on one machine: network namespaces with addresses and host names of their own, joined
# by a bridge, one of them by a slow wire. Every kind of distributed run has to come to its end over
# TCP, and to a loss near one rank's. Open MPI starts its daemons on the other hosts by an agent that
# enters their namespaces, in place of ssh.
#   tests/distributed/hosts.sh HOGWILD [HOSTS]     exit status 77: it can't be tried here
set -euo pipefail

hogwild="$(realpath "$1")"
hosts="${2:-3}"
network=10.213.77
prefix="hog$$"

skip() {
  echo "skipped: $1"
  exit 77
}
((EUID == 0)) || skip "network namespaces need root"
command -v ip >/dev/null && command -v tc >/dev/null || skip "there is no iproute2"
command -v mpirun >/dev/null || skip "there is no mpirun"
mpirun --version | grep -q 'Open MPI' || skip "the agent is one of Open MPI's"

folder="$(mktemp -d)"
clean_up() {
  for ((h = 0; h < hosts; ++h)); do
    ip netns pids "$prefix-$h" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns del "$prefix-$h" 2>/dev/null || true
    ip link del "$prefix.$h" 2>/dev/null || true
  done
  ip link del "$prefix" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT

ip link add "$prefix" type bridge 2>/dev/null || skip "no bridge can be made"
ip link set "$prefix" up
for ((h = 0; h < hosts; ++h)); do
  ip netns add "$prefix-$h" 2>/dev/null || skip "no network namespace can be made"
  ip netns exec "$prefix-$h" true 2>/dev/null || skip "no network namespace can be entered"
  ip link add "$prefix.$h" type veth peer name eth0 netns "$prefix-$h"
  ip link set "$prefix.$h" master "$prefix" up
  ip -n "$prefix-$h" addr add "$network.$((h + 1))/24" dev eth0
  ip -n "$prefix-$h" link set eth0 up
  ip -n "$prefix-$h" link set lo up
  echo "$network.$((h + 1)) slots=1" >>"$folder/hostfile"
done
ip netns exec "$prefix-0" true 2>/dev/null ||
  skip "a network namespace can't be entered, as in a chroot whose root is no mount"
# The last host's wire lets 100 Mbit pass in a second, each way.
last=$((hosts - 1))
slow="tbf rate 100mbit burst 64kb latency 50ms"
if tc qdisc add dev "$prefix.$last" root $slow 2>/dev/null &&
  ip netns exec "$prefix-$last" tc qdisc add dev eth0 root $slow 2>/dev/null; then
  echo "host $last is behind 100 Mbit/s"
else
  echo "no wire can be slowed down here: all are fast"
fi

# enter HOST COMMAND...: as ssh would be called.
cat >"$folder/enter" <<AGENT
#!/usr/bin/env bash
host="\$1"
shift
number=\$((\${host##*.} - 1))
exec ip netns exec "$prefix-\$number" unshare --uts sh -c "hostname host\$number; \$*"
AGENT
chmod +x "$folder/enter"

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
run() {  # on all hosts, started from the first
  ip netns exec "$prefix-0" unshare --uts sh -c 'hostname host0; exec "$@"' sh \
    timeout 120 mpirun -n "$hosts" --hostfile "$folder/hostfile" \
    --mca plm_rsh_agent "$folder/enter" --mca btl tcp,self \
    --mca btl_tcp_if_include "$network.0/24" --mca oob_tcp_if_include "$network.0/24" "$@"
}
loss() { "$hogwild" evaluate "$1" "$folder/test" --json | grep -o '"log_loss":[0-9.]*' | cut -d: -f2; }

"$hogwild" generate click 20000 --features 5000 -o "$folder/train"
"$hogwild" generate click 10000 --features 5000 -o "$folder/test" --seed 2
options=("$folder/train" --learning-rate 0.1 --epochs 4 --threads 1 --progress none)
"$hogwild" train "${options[@]}" -o "$folder/alone"
alone="$(loss "$folder/alone")"
echo "one process: test log loss $alone"

failed=0
for kind in downpour "downpour --servers 1" easgd "easgd --synchronous" eamsgd allreduce graph; do
  own=()
  [[ $kind == eamsgd ]] && own=(--learning-rate 0.02)  # momentum makes longer steps
  if ! run "$hogwild" train "${options[@]}" "${own[@]}" -o "$folder/model" \
    --log "$folder/log" --distributed $kind 2>"$folder/said"; then
    echo "$kind: FAILED"
    cat "$folder/said"
    failed=1
    continue
  fi
  reached="$(loss "$folder/model")"
  names="$(grep -o '"host":"[^"]*"' "$folder/log" | sort -u | cut -d'"' -f4 | paste -sd' ')"
  seconds="$(grep '"end"' "$folder/log" | grep -o '"seconds":[0-9.]*' | head -n 1 | cut -d: -f2)"
  verdict="$(awk -v a="$alone" -v b="$reached" 'BEGIN { print b < 1.03 * a ? "ok" : "FAILED" }')"
  printf '%-22s on %s: test log loss %.5f, %.2f s: %s\n' "$kind" "$names" "$reached" "$seconds" \
    "$verdict"
  [[ $verdict == ok ]] || failed=1
  (($(wc -w <<<"$names") == hosts)) || {
    echo "  not all hosts took part"
    failed=1
  }
done
exit "$failed"
