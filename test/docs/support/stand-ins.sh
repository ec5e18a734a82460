#!/usr/bin/env bash
# Stands before the programs that the documentation calls, under their names, and puts this machine in the place of the
# hosts that the text names. What it starts in the background is ended by the test, by the ids in $PLACE/.pids.
name=${0##*/}
PLACE=$DOCS_PLACE

# The addresses of the text and those that stand for them.
address() { cat "$PLACE/.$1" 2>/dev/null; }
there() {
  local text=$1 server canvas
  server=$(address server)
  canvas=$(address canvas)
  text=${text//https:\/\/canvas.example.edu/$canvas}
  text=${text//http:\/\/127.0.0.1:5056/$canvas}
  text=${text//http:\/\/127.0.0.1:5055/$canvas}
  text=${text//https:\/\/monitor.example.edu/$server}
  text=${text//http:\/\/monitor.example.edu:5000/$server}
  text=${text//http:\/\/127.0.0.1:5000/$server}
  text=${text//http:\/\/localhost:5000/$server}
  text=${text//localhost:5000/${server#http://}}
  text=${text//127.0.0.1:5000/${server#http://}}
  [[ $text == postgres://*@db.example.edu* ]] && text=$(address postgres)
  printf '%s' "$text"
}
arguments=()
for argument in "$@"; do arguments+=("$(there "$argument")"); done
[[ ${CANVAS_ACCESS_TOKEN-} == YOUR_TOKEN ]] && CANVAS_ACCESS_TOKEN=$(cat "$PLACE/token.txt") && export CANVAS_ACCESS_TOKEN
[[ ${SMTP_URL-} == *@mail.example.edu* ]] && SMTP_URL=$(address mail) && export SMTP_URL
for variable in CANVAS_BASE_URL CANVAS_SYNC_SERVER DATABASE_URL TARGET_DATABASE_URL; do
  [[ -n ${!variable-} ]] && export "$variable=$(there "${!variable}")"
done
set -- "${arguments[@]}"

# In another terminal, as the text says: until it tells its address.
in_background() {
  local kind=$1 out
  shift
  out=$(mktemp "$PLACE/.out.XXXXXX")
  "$@" >"$out" 2>&1 &
  started=$!
  echo $started >>"$PLACE/.pids"
  # Nothing is left of it when the test is gone, however that ended.
  (while kill -0 "$DOCS_TEST" && kill -0 "$started"; do sleep 1; done; kill "$started") >/dev/null 2>&1 &
  for _ in {1..600}; do
    if found=$(grep -Eom1 'http://127\.0\.0\.1:[0-9]+' "$out"); then
      echo "$found" >"$PLACE/.$kind"
      return 0
    fi
    kill -0 $started 2>/dev/null || break
    sleep 0.05
  done
  cat "$out" >&2
  return 1
}

program() {
  local node=("$DOCS_NODE" "$DOCS_ROOT/src/cli.ts")
  case "$1 ${2-}" in
  *--help*) "${node[@]}" "$@" ;;
  serve* | demo*)
    # A public address is not this machine's to have; what is said of it holds on another port.
    in_background server "${node[@]}" "$@" --port 0
    ;;
  simulate*) in_background canvas "${node[@]}" "$@" --port 0 ;;
  'logs tail')
    [[ " $* " == *' --no-follow '* ]] || set -- "$@" --no-follow
    "${node[@]}" "$@"
    ;;
  'logs ship' | worker*)
    # Until somebody stops them, unless they are told when to end.
    if [[ " $* " == *' --once '* || " $* " == *' --until-empty '* ]]; then
      "${node[@]}" "$@"
    else
      timeout --signal=INT 3 "${node[@]}" "$@"
      code=$?
      [[ $code == 124 || $code == 130 ]] || return $code
    fi
    ;;
  *) "${node[@]}" "$@" ;;
  esac
}

script_exists() { grep -q "\"$1\":" "$DOCS_ROOT/package.json" || { echo "npm has no script $1" >&2; exit 1; }; }

case $name in
canvas-sync-monitor | canvas-sync-monitor.js) program "$@" ;;
npx)
  [[ $1 == canvas-sync-monitor ]] && shift && { program "$@"; exit; }
  [[ $1 == node ]] && shift && exec "$DOCS_NODE" "$@"
  echo "npx $1 is not known to the tests of the documentation" >&2
  exit 1
  ;;
node) exec "$DOCS_NODE" "$@" ;;
npm)
  case $1 in
  ci | test) ;; # What runs this has run them.
  start) program demo ;;
  init) ;; # There is a package.json.
  install | i) ;; # The packages are there; test/docs/first-sync.test.ts installs for real.
  run)
    script_exists "$2"
    [[ $2 != example ]] || [[ -f $DOCS_ROOT/$3 ]]
    ;;
  *)
    echo "npm $1 is not known to the tests of the documentation" >&2
    exit 1
    ;;
  esac
  ;;
curl)
  if [[ " $* " == *' -N '* ]]; then
    timeout 1 "$DOCS_CURL" --silent --show-error "$@"
    code=$?
    [[ $code == 124 ]] && exit 0
    exit $code
  fi
  exec "$DOCS_CURL" --silent --show-error --max-time 20 --write-out '%{stderr}\n[answered %{http_code}]\n' "$@"
  ;;
tail)
  if [[ " $* " == *' -F '* ]]; then
    timeout 0.2 "$DOCS_TAIL" "$@"
    code=$?
    [[ $code == 124 ]] && exit 0
    exit $code
  fi
  exec "$DOCS_TAIL" "$@"
  ;;
sudo)
  [[ $1 == -u ]] && shift 2
  exec "$@"
  ;;
# Where they are missing nothing is checked; in CI they are there.
jq | promtool | python3)
  [[ $name == python3 && -n $DOCS_PYTHON ]] && exec "$DOCS_PYTHON" "$@"
  cat >/dev/null
  ;;
# Of other machines and services: only that they are called is known.
systemctl | createdb | createuser | dropdb | pg_dump | pg_restore | dap | open) ;;
esac
