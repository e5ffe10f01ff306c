import { LIGHT_SRGB } from '../../shared/contracts/light-sequence.ts';

const QUESTIONS = `## Questions (version 2)

A terminal that can put a question to the shopper sends its probe with \`version: 2\`. Where the face alone does not do, the reply is
\`payment.question\` instead of a result: show \`words\` and a number pad, take as many digits as \`digits\` says (a \`pin\` as dots), sign, and
send \`payment.answer\` with \`version: 2\` or later. The reply is a result, or the next question. A question is good once, for the terminal and
payment that it was asked for, until \`expiresAt\`; a new probe of the terminal ends it. Nothing is charged before the answer, so the shopper
may leave at any time. Wrong answers are counted, by person and by terminal. Keep what was typed nowhere. An answer that got no
reply is sent again byte for byte, like a probe. A probe with \`version: 1\` is never answered by a question but by \`fallback\`. All other
messages are the same in all versions and may carry any.`;

const LIGHT = `## Light (version 3)

A terminal without depth whose screen faces the shopper may say \`canLight: true\` in \`terminal.hello\` (the welcome's limit is then the one for
that) and in \`challenge.request\`. \`challenge.issued\` may then hold \`light.steps\`, five colours drawn for this challenge. Fill the screen with
them, one after the other, and take one picture in each:

| colour | sRGB |
|---|---|
${Object.entries(LIGHT_SRGB)
  .map(([name, srgb]) => `| ${name} | ${srgb} |`)
  .join('\n')}

Fade from one to the next in about 100 ms, never more than three changes a second (WCAG 2.3.1), and say in words what happens. Take the
picture when camera and screen have caught up, about a third of a second after the change; leave exposure and white balance to
themselves or hold them still. The wall must be seen at the left and right edge. The probe then has exactly these five frames in this order, each with its
\`lightStep\` (0 to 4), which is signed too. A face that takes other colours is refused; where the light cannot be read, or no step was
sent, the PIN is asked and the lower limit holds. Frames without depth of a terminal that does not say \`canLight\` are taken as ever.`;

const CLAIMS = `## Other ways to pay (version 3)

\`terminal.welcome\` names the ways that the hub takes under \`ways\`, each with its limit. Besides the face, which is paid by as described above:

- \`phone\`: let the shopper type phone number and PIN, hide the PIN, and send \`payment.phone\`. The hub says \`phone_or_pin_wrong\` in the same way
  and after the same time whether it knows the number or not. Keep what was typed nowhere.

Ask for the challenge when everything is typed: it is good for 30 s. What comes back is what a probe gets; a lost answer is asked for in the same way.`;

const MOVES = `## After the look (version 3)

A probe that says \`capture: later\` (signed, see below) ends \`authorised\`: the amount is agreed and nothing is booked. Follow with
\`payment.capture\` or \`payment.cancel\`; what is not captured in time expires by itself. A captured payment may be given back in
part or whole by \`payment.refund\`, or undone as a whole by \`payment.reverse\` while \`payment.state\` names a \`reversibleUntil\`; only
terminals of the shop that took it may. \`payment.cancel\` also ends a payment that the hub has not heard of, so a terminal that gives up on a
look shuts the door on its own late probe; where it is refused with \`move_not_allowed\` the payment was taken: reverse it.

The message's \`id\` is the move's idempotency key: make it, save it, then send. The same id with the same payment, type, amount and
currency gets the stored answer, however often and long after it is asked, a refusal too; with anything else \`idempotency_conflict\`. The bytes may differ:
sign anew if they are lost. \`busy\`, \`rate_limited\` and \`hub_unavailable\` say nothing of the move: ask again.`;

const SIGNATURE = `## Signature

\`signature.value\` is base64 of an ES256 signature (ECDSA on P-256 with SHA-256) by the terminal's key over these lines in UTF-8, joined by
single line feeds (0x0A), with none at the end:

\`\`\`
wuma-probe-1
<terminalId>
<challenge>
<paymentId>
<amountMinor> <currency>
capture later                                             only where the probe says so
<takenAt> <sha256 of colour> <sha256 of depth, or ->      one such line per frame, in order; with an infrared picture: one more space and its sha256;
                                                          with a light step: one more space and the step
\`\`\`

and of an answer over

\`\`\`
wuma-answer-1
<terminalId>
<questionId>
<paymentId>
<digits>
\`\`\`

and of another way to pay over

\`\`\`
wuma-claim-1
<terminalId>
<challenge>
<paymentId>
<amountMinor> <currency>
capture later                                             only where the message says so
<what the shopper gave>                                   phone: the number, and in the next line the PIN
\`\`\`

and of a move over

\`\`\`
wuma-move-1
<terminalId>
<type>
<id of the message>
<paymentId>
<amountMinor> <currency>
\`\`\`

sha256 in lower-case hex. \`signature.format\` says how it is written: \`der\` as openssl makes it, or \`ieee-p1363\` (64 bytes r||s) as
WebCrypto makes it.`;

/** The prose of the protocol's description (Markdown): everything a foreign client has to know besides the schemas. */
export function guide(facts: {
  /** Text of the worked example, a shell script. */
  readonly client: string;
  readonly maxPayloadBytes: number;
  readonly maxHeadBytes: number;
  readonly maxFrames: number;
  readonly maxImageEdge: number;
}): string {
  return `How a terminal on a shop's counter pays by face at its street's hub, over MQTT 3.1.1 and TLS with client certificates.
Generated from the contracts in \`shared/contracts\`; do not edit. What is written here and the worked example at the end are all
that is needed to write a client.

## The way of a payment

1. Connect with the terminal's certificate, client id = terminal id = the certificate's common name. Subscribe to
   \`wuma/1/<terminalId>/reply\` (QoS 1) before the first request. Requests go to \`wuma/1/<terminalId>/request\` (QoS 1).
2. \`terminal.hello\` -> \`terminal.welcome\`: the shop, the currency, the limit, the hub's time. A picture's \`takenAt\` may be at most
   10 s old and 2 s ahead by the hub's clock: keep the terminal's clock right.
3. Make a payment id (UUIDv7) and save it. \`challenge.request\` with id, amount and currency -> \`challenge.issued\`: good once, for
   30 s, for this terminal, payment and amount.
4. Take 1-${facts.maxFrames} pictures, sign, send \`payment.probe\` -> \`payment.result\`, \`payment.question\`, or \`error\`.
5. \`outcome: paid\` is durable and final. \`declined\`: the shopper may look again; take a new challenge for the SAME payment id.
   \`fallback\`: offer another way to pay. Show \`words\` to the shopper in their language.

${QUESTIONS}

${CLAIMS}

${MOVES}

${LIGHT}

Amounts are whole minor units (fen, cents) as decimal text. Times are RFC 3339 in UTC with milliseconds and a Z. Unknown members of
a request are refused; ignore unknown members of a reply.

## When no answer comes

The money may have moved. Send the SAME message again, byte for byte (same \`id\`): the hub gives the stored reply and charges
once. When the bytes are lost (power cut), ask \`payment.query\` with the saved payment id: \`payment.result\` tells how it stands,
\`error\` with code \`payment_unknown\` means that nothing was charged. Never make a new payment before that is known. The same id with
other content is refused with \`idempotency_conflict\`. After \`busy\` the same probe may be sent again.

## Framing

Every message begins with one JSON envelope in UTF-8 on ONE line (no raw line feed), at most ${facts.maxHeadBytes} bytes. Messages
without pictures end there. A probe goes on with one byte 0x0A and then the blobs, back to back with nothing between them: for each
frame the colour picture, then the depth picture and the infrared picture where the frame names them, each exactly as long as its \`bytes\` says. All in all at most ${facts.maxPayloadBytes} bytes.

- \`colour\`: JPEG, PNG or WebP, at most ${facts.maxImageEdge} pixels in either direction; 640x480 JPEG at quality 90 is right. One face, 70 pixels
  between the eyes or more is best.
- \`depth\`: PNG, 16 bits, one channel, millimetres along the viewing axis, 0 = no return; the same view as the colour picture, at any
  resolution of the same shape. \`focalPx\` is the focal length in pixels of the DEPTH picture. A terminal registered as one with depth
  must send it.
- \`infrared\`: PNG, 16 bits, one channel, of the same shot and size as the depth picture, pixel on pixel; linear in the light of the depth
  camera's own lamp that came back, ambient light and any projected pattern taken out. \`whiteAtMetre\` is what a white matt surface has at 1 m,
  facing the camera. Only beside depth, and only to a hub whose welcome says \`takesInfrared: true\`. A terminal registered as one with infrared must send it.

${SIGNATURE}

## Errors

A reply of type \`error\` names a closed \`code\`, the words for the shopper, a \`detail\` for engineers and the protocol versions that the hub
speaks. All codes are listed under \`x-errors\` at the end of this document. \`replyTo\` is null when the hub could not read the
request's id.

## Worked example

A whole client. Save it as \`pay.sh\` and run it with the variables it names:

\`\`\`bash
${facts.client.trimEnd()}
\`\`\`
`;
}
