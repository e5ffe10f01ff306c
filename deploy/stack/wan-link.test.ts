import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assert, present } from '../../shared/kernel/assert.ts';
import { WanLink } from './wan-link.ts';

let central: Server;
let link: WanLink;
const dialled: Socket[] = [];

beforeEach(async () => {
  central = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  central.listen(0, '127.0.0.1');
  await once(central, 'listening');
  const address = central.address();
  assert(address !== null && typeof address === 'object', 'it listens on a port');
  link = await WanLink.open({ name: 'wan', ways: [{ port: 0, targetPort: address.port }] });
});

afterEach(async () => {
  for (const socket of dialled.splice(0)) socket.destroy();
  await link.stop();
  central.close();
});

function dial(): Socket {
  const socket = connect(present(link.ports[0], 'a port'), '127.0.0.1').on('error', () => {});
  dialled.push(socket);
  return socket;
}

async function echo(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const chunks: unknown[] = await once(socket, 'data');
  return String(chunks[0]);
}

it('carries bytes both ways', async () => {
  await expect(echo(dial(), 'hello')).resolves.toBe('hello');
});

it('ends what is open when it is cut, and lets nothing through until it is restored', async () => {
  const open = dial();
  await echo(open, 'hello');
  link.cut();
  await once(open, 'close');
  const refused = dial();
  let heard = 0;
  refused.on('data', () => (heard += 1));
  refused.write('anyone?');
  await once(refused, 'close');
  expect(heard).toBe(0);
  link.restore();
  await expect(echo(dial(), 'again')).resolves.toBe('again');
});

it('delays, swallows one direction and repeats when it is told to', async () => {
  const open = dial();
  await echo(open, 'hello');
  link.impair({ delayMs: 60 });
  const startedAt = performance.now();
  await expect(echo(open, 'slow')).resolves.toBe('slow');
  expect(performance.now() - startedAt).toBeGreaterThan(110);
  link.impair({ repeatShare: 1 });
  open.write('x');
  let heard = '';
  open.on('data', (chunk) => (heard += String(chunk)));
  await expect.poll(() => heard).toBe('xxxx');
  link.impair({ swallow: 'to-hub' });
  open.write('y');
  await sleep(50);
  expect(heard).toBe('xxxx');
  link.restore();
  await once(open, 'close');
  await expect(echo(dial(), 'again')).resolves.toBe('again');
});
