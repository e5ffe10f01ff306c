/**
 * Versions of what crosses the wire. A peer that speaks another version is answered with the list
 * of those we speak; it is never dropped in silence.
 *
 * Terminal protocol (MQTT)
 *   1  2026-11  first version: hello, challenge, probe, query
 *   2  2026-11  questions: a probe of version 2 may be answered by `payment.question`, which the terminal answers by
 *               `payment.answer`. Everything else is as it was, so any other message may come in either version.
 *               A terminal that cannot ask sends version 1 and hears `fallback` where it would have been asked.
 *   3  2026-11  the life cycle: `payment.capture`, `.refund`, `.reverse`, `.cancel`, `.status` and `.recent`, which come in
 *               version 3 only; a probe may say `capture: later` and then ends `authorised`
 *   3  2026-11  light: a terminal that can light the face with its screen says so when it asks for a challenge, and may be
 *               given colours to show; its frames then say which step each belongs to. A terminal that cannot needs none.
 *   3  2026-11  other ways to pay: `payment.phone`, in version 3 only. The welcome names the ways that the hub takes; one
 *               that names none takes faces alone
 *   3  2026-11  `payment.code`, in version 3 only; offered where the welcome names the way `code`
 *   3  2026-11  infrared: a frame may hold an infrared picture beside its depth, where the welcome says `takesInfrared`
 *   3  2026-11  discounts: a receipt may have a `discount`, a payment's standing a `discountMinor`; a terminal that does not
 *               know them shows the price
 *   3  2026-11  `items` of a probe or claim, where the welcome says `takesItems`
 * Hub events (NATS, hub to central)
 *   1  2026-11  first version; later types: `payment.authorised`, `.refunded`, `.reversed`, `.cancelled`, `.expired`. An older
 *               central keeps what it does not know in its inbox and puts it aside
 *   1  2026-11  `method` of a payment may be other than `face`
 *   1  2026-11  `allowance.returned`
 *   1  2026-11  `codeId` of a payment by code, `phoneLinkHash` of an enrolment
 *   1  2026-11  `epoch.opened`: the first event of each process but the very first. A central that does not know it halts where
 *               a hub was restored from a backup, as it did before
 *   1  2026-11  `discount.given`, `discount.returned`
 *   1  2026-11  `items` of a capture or authorisation
 * Downlink (NATS, central to hub)
 *   1  2026-11  first version
 *   1  2026-11  `allowance.reclaim`, `exception.list`; an older hub records them as rejected
 *   1  2026-11  `shopper.phone`; likewise
 *   1  2026-11  `campaign.open`, `campaign.stop`; likewise: such a hub takes full prices
 * Allowances (NATS, the hub asks central)
 *   1  2026-11  first version
 *   1  2026-11  `openedBy` of a question; `epoch`, `closedMinor` and `returnedMinor` of a grant
 * Chain (NATS, central asks the hub for events that the stream has not)
 *   1  2026-11  first version
 */
export const TERMINAL_PROTOCOL_VERSIONS = [1, 2, 3] as const;
/** From here on a terminal can ask the shopper. */
export const ASKING_VERSION = 2;
/** Messages that came with the life cycle. */
export const LIFE_CYCLE_VERSION = 3;
/** Messages in which the shopper says who they are. */
export const CLAIM_VERSION = 3;
/** From here on a terminal can light the shopper's face. */
export const LIGHT_VERSION = 3;
export const HUB_EVENT_VERSIONS = [1] as const;
export const DOWNLINK_VERSIONS = [1] as const;
export const ALLOWANCE_VERSIONS = [1] as const;
export const CHAIN_VERSIONS = [1] as const;
