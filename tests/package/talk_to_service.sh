#!/usr/bin/env bash
# The example of a service, asked and taught over TCP: talk_to_service.sh SERVICE
set -euo pipefail
service="$1"
folder=$(mktemp -d)
trap 'kill "$process" 2>/dev/null || true; rm -rf "$folder"' EXIT

for port in $(shuf -i 20000-60000 -n 20); do  # one that is free
  "$service" "$port" "$folder/model" >"$folder/said" 2>/dev/null &
  process=$!
  until { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; do
    kill -0 "$process" 2>/dev/null || continue 2
  done
  break
done

expect() {  # expect LINE PATTERN
  local answer
  echo "$1" >&3
  read -r answer <&3
  [[ $answer =~ $2 ]] || { echo "'$1' was answered by '$answer'" >&2; exit 1; }
}
expect "? 3:1 7:0.5" '^0\.500000$'
for _ in 1 2 3 4 5; do expect "1 3:1 7:0.5" '^0\.[0-9]+$'; done
expect "? 3:1" '^0\.[5-9][0-9]+$'
expect "0 3:1 3:1" 'invalid INDEX'
expect "0 3:nan" 'INDEX:VALUE'
expect "0 9999999:1" 'invalid INDEX'
expect "2 3:1" 'starts with'
kill -TERM "$process"
wait "$process"
grep -q '^5 rows, log loss 0\.' "$folder/said"
[[ -s $folder/model ]]
