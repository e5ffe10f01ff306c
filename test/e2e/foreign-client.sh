#!/usr/bin/env bash
# Pays by face with nothing of Wuma's: bash, openssl, sha256sum, printf, sed and Debian's mosquitto-clients.
# docs/asyncapi.yaml carries this very text; everything it does is explained there.
#
#   HUB_HOST HUB_PORT        where the hub's MQTT over TLS listens
#   TERMINAL_ID              the terminal's id = common name of its certificate = MQTT client id
#   CA CERT KEY              PEM files: the operator's CA, this terminal's certificate, its P-256 key
#   AMOUNT_MINOR CURRENCY    e.g. 1250 CNY for 12.50 yuan
#   COLOUR                   a JPEG of the shopper, taken now
#   DEPTH FOCAL_PX           optional: 16-bit PNG in mm of the same view, and its focal length in pixels
#
# Prints the hub's result (JSON). Exit code: 0 paid, 1 not paid, 2 no or no readable answer.
set -euo pipefail
: "${HUB_HOST:?}" "${HUB_PORT:?}" "${TERMINAL_ID:?}" "${CA:?}" "${CERT:?}" "${KEY:?}"
: "${AMOUNT_MINOR:?}" "${CURRENCY:?}" "${COLOUR:?}"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

uuid7() { # 48 bits of milliseconds, version 7, variant 10, random
  local t r
  t=$(printf '%012x' "$(date +%s%3N)")
  r=$(openssl rand -hex 10)
  printf '%s-%s-7%s-8%s-%s' "${t:0:8}" "${t:8:4}" "${r:0:3}" "${r:3:3}" "${r:6:12}"
}
now() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }
sha() { sha256sum "$1" | cut -d' ' -f1; }
size() { wc -c <"$1" | tr -d ' '; }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$2" | head -n 1; } # field NAME FILE: a text value

mqtt() { # mqtt TOOL ARGUMENTS: the client id is the terminal's, and a broker keeps one connection per client id
  local tool=$1
  shift
  "$tool" -h "$HUB_HOST" -p "$HUB_PORT" --cafile "$CA" --cert "$CERT" --key "$KEY" \
    -V mqttv311 -i "$TERMINAL_ID" -q 1 "$@"
}
requests="wuma/1/$TERMINAL_ID/request"
replies="wuma/1/$TERMINAL_ID/reply"

# ask TEXT: subscribes, sends a message without pictures, writes the hub's reply to $dir/reply
ask() {
  mqtt mosquitto_rr -W 15 -t "$requests" -e "$replies" -m "$1" >"$dir/reply"
}
# send FILE: the same for a message with pictures. mosquitto_rr sends no files, so the subscription is kept in a session at
# the broker (-c) while mosquitto_pub has the connection, and the reply is fetched from there
send() {
  mqtt mosquitto_sub -c -E -t "$replies"
  mqtt mosquitto_pub -c -t "$requests" -f "$1"
  mqtt mosquitto_sub -c -C 1 -W 15 -t "$replies" >"$dir/reply"
}
no_answer() {
  echo 'no answer' >&2
  exit 2
}
expect() { # expect TYPE: anything else is shown, and the payment ends here
  [ "$(field type "$dir/reply")" = "$1" ] && return
  cat "$dir/reply"
  [ "$(field type "$dir/reply")" = error ] && exit 1
  exit 2
}
head_of() { # head_of TYPE DATA: the envelope, on one line
  printf '{"id":"%s","type":"%s","version":1,"occurredAt":"%s","source":"%s","data":%s}' \
    "$(uuid7)" "$1" "$(now)" "$TERMINAL_ID" "$2"
}

# 1. Who are you, who am I
depth=false
[ -n "${DEPTH:-}" ] && depth=true
ask "$(head_of terminal.hello \
  "{\"protocolVersions\":[1],\"software\":\"foreign-client.sh\",\"camera\":{\"depth\":$depth,\"width\":640,\"height\":480}}")" || no_answer
expect terminal.welcome

# 2. A one-time challenge for this payment and amount
payment=${PAYMENT_ID:-$(uuid7)}
ask "$(head_of challenge.request \
  "{\"paymentId\":\"$payment\",\"amountMinor\":\"$AMOUNT_MINOR\",\"currency\":\"$CURRENCY\"}")" || no_answer
expect challenge.issued
challenge=$(field challenge "$dir/reply")

# 3. The pictures, each with its length and sha256
taken=$(now)
colour_sha=$(sha "$COLOUR")
frame="{\"takenAt\":\"$taken\",\"colour\":{\"mime\":\"image/jpeg\",\"bytes\":$(size "$COLOUR"),\"sha256\":\"$colour_sha\"}"
depth_sha=-
if [ "$depth" = true ]; then
  depth_sha=$(sha "$DEPTH")
  frame+=",\"depth\":{\"mime\":\"image/png\",\"bytes\":$(size "$DEPTH"),\"sha256\":\"$depth_sha\",\"focalPx\":${FOCAL_PX:?}}"
fi
frame+='}'

# 4. The signature: lines joined by line feeds, none at the end; ES256; DER as openssl makes it
printf 'wuma-probe-1\n%s\n%s\n%s\n%s %s\n%s %s %s' \
  "$TERMINAL_ID" "$challenge" "$payment" "$AMOUNT_MINOR" "$CURRENCY" "$taken" "$colour_sha" "$depth_sha" >"$dir/signed"
signature=$(openssl dgst -sha256 -sign "$KEY" "$dir/signed" | openssl base64 -A)

# 5. One message: the JSON head, one line feed, the blobs back to back
{
  head_of payment.probe "{\"paymentId\":\"$payment\",\"challenge\":\"$challenge\",\"amountMinor\":\"$AMOUNT_MINOR\",\"currency\":\"$CURRENCY\",\"frames\":[$frame],\"signature\":{\"format\":\"der\",\"value\":\"$signature\"}}"
  printf '\n'
  cat "$COLOUR"
  if [ "$depth" = true ]; then cat "$DEPTH"; fi
} >"$dir/probe"
# Without an answer the payment may be taken or not: ask. (Sending $dir/probe again as it is would be as good.)
send "$dir/probe" || ask "$(head_of payment.query "{\"paymentId\":\"$payment\"}")" || no_answer
expect payment.result
cat "$dir/reply"
[ "$(field outcome "$dir/reply")" = paid ]
