/**
 * Versions of what crosses the wire. A peer that speaks another version is answered with the list
 * of those we speak; it is never dropped in silence.
 *
 * Terminal protocol (MQTT)
 *   1  2026-11  first version: hello, challenge, probe, query
 * Hub events (NATS, hub to central)
 *   1  2026-11  first version
 * Downlink (NATS, central to hub)
 *   1  2026-11  first version
 */
export const TERMINAL_PROTOCOL_VERSIONS = [1] as const;
export const HUB_EVENT_VERSIONS = [1] as const;
export const DOWNLINK_VERSIONS = [1] as const;
