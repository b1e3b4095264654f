# memory.sh FOLDER: a trainer in address spaces that grow.
for size in 10000 20000 30000 50000 150000; do
  status=0
  (
    ulimit -v $size
    exec "$1/study" --data "$1/data" --out "$1/out" --quiet --jobs 1 --threads 2 >"$1/printed" 2>"$1/said"
  ) || status=$?
  echo "$size kB: status $status$(grep -q '^error: ' "$1/said" && echo ', error')"
done
