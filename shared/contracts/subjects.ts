/** ALL MQTT topics and NATS subjects. Nothing else in the project spells one out. */

const TOPIC_ROOT = 'wuma/1';

export const topics = {
  /** Terminal to hub: requests, the JSON envelope and its blobs. */
  request: (terminalId: string): string => `${TOPIC_ROOT}/${terminalId}/request`,
  /** Hub to terminal: replies and errors. */
  reply: (terminalId: string): string => `${TOPIC_ROOT}/${terminalId}/reply`,
  /** Terminal to hub, retained, also the last will: `online` or `offline`. */
  status: (terminalId: string): string => `${TOPIC_ROOT}/${terminalId}/status`,
  anyRequest: `${TOPIC_ROOT}/+/request`,
  anyStatus: `${TOPIC_ROOT}/+/status`,
} as const;

/** The terminal that a topic belongs to, or undefined when it is none of ours. */
export function terminalOfTopic(topic: string): string | undefined {
  const [root, version, terminalId, leaf, ...rest] = topic.split('/');
  if (`${root}/${version}` !== TOPIC_ROOT || rest.length > 0) return undefined;
  return leaf === 'request' || leaf === 'reply' || leaf === 'status' ? terminalId : undefined;
}

export const subjects = {
  /** A hub's own stream. Names are unique per hub because ACK subjects carry no domain. */
  txStream: (hubId: string): string => `TX_${hubId}`,
  txEvents: (hubId: string): string => `tx.${hubId}.>`,
  txEvent: (hubId: string, type: string): string => `tx.${hubId}.${type}`,
  /** Request: the hub asks central for what comes after a sequence, which also acknowledges it. */
  downlinkPull: (hubId: string): string => `down.${hubId}.pull`,
  anyDownlinkPull: 'down.*.pull',
  /** Central to hub, empty: there is something new. */
  downlinkNudge: (hubId: string): string => `down.${hubId}.nudge`,
  /** Request: the hub asks central for more of shoppers' money. */
  allowanceAsk: (hubId: string): string => `allow.${hubId}.ask`,
  anyAllowanceAsk: 'allow.*.ask',
  /** Request: central asks the hub for events of its ledger. */
  chainPull: (hubId: string): string => `chain.${hubId}.pull`,
  /** Where the hub answers that; each question has a nonce of its own. */
  chainAnswer: (hubId: string, nonce: string): string => `chain.${hubId}.answer.${nonce}`,
  inbox: (owner: string): string => `_INBOX.${owner}`,
} as const;

/** The hub that a downlink pull came from. The leaf's permissions vouch for it. */
export function hubOfDownlinkPull(subject: string): string | undefined {
  const match = /^down\.([a-z0-9-]+)\.pull$/.exec(subject);
  return match?.[1];
}

/** The hub that asks for allowances; vouched for in the same way. */
export function hubOfAllowanceAsk(subject: string): string | undefined {
  const match = /^allow\.([a-z0-9-]+)\.ask$/.exec(subject);
  return match?.[1];
}
