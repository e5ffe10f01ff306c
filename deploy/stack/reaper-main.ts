/**
 * A process beside the stack that outlives whoever started it by a moment: when its stdin closes
 * without a `release`, the owner died (kill -9, a test runner that was ended), and it ends what the
 * owner has left behind. Lines: `watch PID`, `forget PID`, `postgres FOLDER`, `release`.
 */
import { createInterface } from 'node:readline';
import { endOrphanPostgres } from './postgres.ts';

const watched = new Set<number>();
const databases = new Set<string>();
let released = false;

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...rest] = line.split(' ');
  const argument = rest.join(' ');
  if (verb === 'watch') watched.add(Number(argument));
  if (verb === 'forget') watched.delete(Number(argument));
  if (verb === 'postgres') databases.add(argument);
  if (verb === 'release') released = true;
}

if (!released) {
  for (const pid of watched) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended by itself
    }
  }
  for (const folder of databases) await endOrphanPostgres(folder);
}
