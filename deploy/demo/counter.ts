import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { Journal } from '../../firmware-bridge/bridge/journal.ts';
import { deviceKeyFromPem } from '../../firmware-bridge/codec/device-key.ts';
import { TerminalClient } from '../../firmware-bridge/transport/terminal-client.ts';
import { uuidV7 } from '../../shared/domain/ids.ts';
import { present } from '../../shared/kernel/assert.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { HubClient } from '../cli/hub-client.ts';
import type { HubNode } from '../stack/hub-node.ts';
import type { Stack } from '../stack/stack.ts';

const SOFTWARE = 'wuma-demo 0.1.0';

export const newId = (): string => uuidV7(systemClock.now(), randomBytes(10));

/** A shop's counter: the terminal on it, connected to its street's hub. */
export interface Counter {
  readonly terminalId: string;
  readonly hub: HubNode;
  readonly terminal: TerminalClient;
  readonly journal: Journal;
}

/** The operator's hand on a hub. */
export function operatorOf(hub: HubNode): HubClient {
  return new HubClient(hub.url, hub.adminToken);
}

/** Registers every terminal of the stack at its hub, with its certificate, for a shop of its own. */
export async function registerTerminals(stack: Stack): Promise<void> {
  for (const hub of stack.hubs) {
    for (const terminalId of hub.terminals) {
      const { certPath } = present(stack.pki.terminals[terminalId], 'a certificate for it');
      await operatorOf(hub).post('/api/terminals', {
        terminalId,
        shopId: `shop-${terminalId}`,
        shopName: `Shop ${terminalId}`,
        merchantId: `merchant-${terminalId}`,
        certificatePem: readFileSync(certPath, 'utf8'),
        depth: true,
      });
    }
  }
}

/** Connects a registered terminal; its journal lies in the stack's folder. */
export async function openCounter(stack: Stack, terminalId: string): Promise<Counter> {
  const hub = present(
    stack.hubs.find((each) => each.terminals.includes(terminalId)),
    `a hub for ${terminalId}`,
  );
  const identity = present(stack.pki.terminals[terminalId], 'a certificate for it');
  const journal = await Journal.open(join(stack.dir, `${terminalId}.journal`));
  const terminal = await TerminalClient.connect({
    url: `mqtts://localhost:${hub.mqttPort}`,
    terminalId,
    tls: { ca: read(stack.pki.caPath), cert: read(identity.certPath), key: read(identity.keyPath) },
    deviceKey: deviceKeyFromPem(read(identity.keyPath)),
    journal,
    clock: systemClock,
    newId,
    random: Math.random,
    logger: pino({ level: 'silent' }),
  });
  await terminal.hello(SOFTWARE, { depth: true, width: 640, height: 480 });
  return { terminalId, hub, terminal, journal };
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}
