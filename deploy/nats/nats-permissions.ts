/**
 * Who may say what, to whom. A hub that is taken over can say nothing in another's name, and central can be called by
 * it for its own downlink and allowances alone.
 */
import { subjects } from '../../shared/contracts/subjects.ts';
import type { Permissions } from './conf-text.ts';

/**
 * Where hubs' streams are kept: at each hub's own nats-server, of which central then may call the JetStream; or at
 * central's servers, so that hubs need none and may say less (docs/adr/0025-streams-at-the-cluster.md).
 */
export type StreamPlace = 'hub' | 'central';

/** Central's name of itself; also the owner of its inboxes. */
export const CENTRAL_OWNER = 'central';

/** What central needs of one hub's stream: reading it with ordered consumers. */
function streamApi(hubId: string, streams: StreamPlace): string[] {
  const stream = subjects.txStream(hubId);
  const reading = (api: string): string[] => [
    `${api}.STREAM.INFO.${stream}`,
    `${api}.CONSUMER.CREATE.${stream}.>`,
    `${api}.CONSUMER.INFO.${stream}.>`,
    `${api}.CONSUMER.DELETE.${stream}.>`,
    `${api}.CONSUMER.MSG.NEXT.${stream}.>`,
  ];
  if (streams === 'central') return [`$JS.API.STREAM.CREATE.${stream}`, ...reading('$JS.API')];
  const api = `$JS.${hubId}.API`;
  return [`${api}.INFO`, ...reading(api)];
}

/**
 * Of a hub's nats-server at central's leaf port. Directions are seen from the hub: it publishes to central, it subscribes
 * to what comes from there.
 */
export function leafPermissions(hubId: string, streams: StreamPlace): Permissions {
  const publish = [
    subjects.downlinkPull(hubId),
    subjects.allowanceAsk(hubId),
    subjects.chainAnswer(hubId, '*'),
  ];
  const subscribe = [
    subjects.downlinkNudge(hubId),
    subjects.chainPull(hubId),
    `${subjects.inbox(hubId)}.>`,
  ];
  if (streams === 'central') return { publish: [...publish, subjects.txEvents(hubId)], subscribe };
  return {
    publish: [...publish, `${subjects.inbox(CENTRAL_OWNER)}.>`],
    subscribe: [...subscribe, ...streamApi(hubId, streams)],
  };
}

/** Of central's service at its own nats-servers. */
export function centralPermissions(hubIds: readonly string[], streams: StreamPlace): Permissions {
  return {
    publish: hubIds.flatMap((hubId) => [
      ...streamApi(hubId, streams),
      subjects.downlinkNudge(hubId),
      subjects.chainPull(hubId),
      `${subjects.inbox(hubId)}.>`,
    ]),
    subscribe: [
      subjects.anyDownlinkPull,
      subjects.anyAllowanceAsk,
      subjects.chainAnswer('*', '*'),
      `${subjects.inbox(CENTRAL_OWNER)}.>`,
    ],
  };
}

/** Of a hub's service at the hub's own nats-server. */
export function hubPermissions(hubId: string, streams: StreamPlace): Permissions {
  const publish = [
    subjects.txEvents(hubId),
    subjects.downlinkPull(hubId),
    subjects.allowanceAsk(hubId),
    subjects.chainAnswer(hubId, '*'),
  ];
  const ofItsStream = ['$JS.API.>', `$JS.ACK.${subjects.txStream(hubId)}.>`];
  return {
    publish: streams === 'hub' ? [...publish, ...ofItsStream] : publish,
    subscribe: [
      subjects.downlinkNudge(hubId),
      subjects.chainPull(hubId),
      `${subjects.inbox(hubId)}.>`,
    ],
  };
}
