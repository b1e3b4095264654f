# disk.sh FOLDER: a trainer on a small disk of its own, which ends with this mount namespace. Sizes
# grow until the study fits; what an earlier size kept must be there in the next.
folder=$1
disk=$folder/disk
train() {
  status=0
  "$folder/study" --data "$folder/data" --out "$disk/out" --quiet --checkpoint 0 >"$folder/printed" 2>"$folder/said" || status=$?
}
finished() {
  if [ -e "$disk/out/results.sqlite" ]; then
    python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM run WHERE status = ?", ("finished",)).fetchone()[0])' "$disk/out/results.sqlite" 2>"$folder/unreadable" || echo 0
  else
    echo 0
  fi
}

mount -t tmpfs -o size=4k none "$disk"
train
echo "nothing fits: status $status"
cat "$folder/said"

tried=0
kept=0
before=0
size=64
while [ $size -le 65536 ]; do
  mount -o remount,size=${size}k "$disk"
  train
  now=$(finished)
  tried=$((tried + 1))
  if [ "$now" -ge "$before" ]; then kept=$((kept + 1)); fi
  if [ $status = 0 ]; then break; fi
  grep -qE '^error: .*(No space left on device|database or disk is full|disk I/O error)' "$folder/said" || cat "$folder/said"
  before=$now
  size=$((size + 96))
done
echo "sizes tried: $tried, kept their results: $kept"
echo "with room: status $status"
nnxc diff "$folder/whole" "$disk/out"

mount -o remount,ro "$disk"
train
echo "read-only: status $status"
cat "$folder/said"
status=0
nnxc report "$disk/out" >"$folder/printed" 2>"$folder/said" || status=$?
echo "read-only report: status $status"
cat "$folder/said"
