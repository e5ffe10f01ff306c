import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaceInPicture } from '../../deploy/demo/cast.ts';
import { newId, operatorOf, registerTerminals } from '../../deploy/demo/counter.ts';
import { PhotoStudio } from '../../deploy/demo/photo-studio.ts';
import { createDevelopmentPki } from '../../deploy/pki/development-pki.ts';
import { ROOT } from '../../deploy/stack/env.ts';
import type { HubNode } from '../../deploy/stack/hub-node.ts';
import type { HubSpec } from '../../deploy/stack/layout.ts';
import { type Stack, startStack } from '../../deploy/stack/stack.ts';
import { ledgerSummarySchema } from '../../shared/contracts/http-hub.ts';
import { present } from '../../shared/kernel/assert.ts';
import { RawTerminal } from './raw-terminal.ts';

export const MODELS_DIR = join(ROOT, '.wuma', 'models');

/** What a person tells at enrolment besides their face. */
export interface About {
  readonly phone?: string;
  readonly phoneLast4?: string;
  readonly pin?: string;
  /** Somebody else than the person of the nearest face. */
  readonly twin?: boolean;
}

/** One street of its own for a test file: real servers, a hub with the real networks, terminals registered. */
export interface Street {
  readonly stack: Stack;
  readonly hub: HubNode;
  readonly studio: PhotoStudio;
  terminal(terminalId: string): Promise<RawTerminal>;
  /** A new terminal without depth. */
  plainTerminal(terminalId: string): Promise<RawTerminal>;
  /** @returns the shopper's id */
  enrol(picture: FaceInPicture, about?: About): Promise<string>;
  /** Payments that the hub has booked. */
  paymentCount(): Promise<number>;
  /** The value of a counter with these labels; 0 where it was never counted. */
  metric(name: string, labels?: string): Promise<number>;
  close(): Promise<void>;
}

export async function openStreet(
  options: {
    readonly hubs?: readonly HubSpec[];
    readonly hubSettings?: Record<string, string>;
    readonly centralSettings?: Record<string, string>;
  } = {},
): Promise<Street> {
  const dir = mkdtempSync(join(tmpdir(), 'wuma-test-'));
  // PostgreSQL does not run as root: under root its files belong to another user, who must get in.
  chmodSync(dir, 0o711);
  const hubs = options.hubs ?? [
    {
      hubId: 'hub-test',
      streetId: 'street-test',
      streetName: 'Test Street',
      terminals: ['test-t1', 'test-t2'],
    },
  ];
  const stack = await startStack({
    dir,
    portBase: 0,
    hubs,
    pack: 'open',
    modelsDir: MODELS_DIR,
    hubSettings: options.hubSettings ?? {},
    centralSettings: options.centralSettings ?? {},
  });
  const hub = present(stack.hubs[0], 'a hub');
  await registerTerminals(stack);
  const studio = await PhotoStudio.open(MODELS_DIR, 'open');
  return {
    stack,
    hub,
    studio,
    terminal: async (terminalId) =>
      RawTerminal.connect({
        port: present(
          stack.hubs.find((each) => each.terminals.includes(terminalId)),
          'its hub',
        ).mqttPort,
        terminalId,
        caPath: stack.pki.caPath,
        identity: present(stack.pki.terminals[terminalId], 'its certificate'),
      }),
    plainTerminal: async (terminalId) => {
      const { dir: folder, hubs: known } = stack.pki;
      const terminals = [terminalId];
      const pki = await createDevelopmentPki({ dir: folder, hubs: Object.keys(known), terminals });
      const identity = present(pki.terminals[terminalId], 'its certificate');
      await operatorOf(hub).post('/api/terminals', {
        terminalId,
        shopId: `shop-${terminalId}`,
        shopName: `Shop ${terminalId}`,
        merchantId: `merchant-${terminalId}`,
        certificatePem: readFileSync(identity.certPath, 'utf8'),
        depth: false,
      });
      return RawTerminal.connect({ port: hub.mqttPort, terminalId, caPath: pki.caPath, identity });
    },
    enrol: async (picture, about = {}) => {
      const bytes = await studio.portrait(picture);
      const answer = await operatorOf(hub).enrol({
        enrolmentId: newId(),
        photos: [{ name: 'photo.jpg', bytes }],
        consent: { textVersion: 'test', language: 'en', streets: [hub.streetId] },
        ...about,
      });
      return answer.shopperId;
    },
    paymentCount: async () =>
      (await operatorOf(hub).get('/api/ledger/summary', ledgerSummarySchema)).payments,
    metric: async (name, labels) => {
      const text = await (await fetch(`${hub.url}/metrics`)).text();
      const start = labels === undefined ? `${name} ` : `${name}{${labels}}`;
      const line = text.split('\n').find((each) => each.startsWith(start));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    close: async () => {
      await stack.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
