import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a database with today's schema and no rows, on the PostgreSQL of this run. Nobody connects to it. */
    readonly migratedDatabase: string;
  }
}

// not in here: what vitest runs of a set-up knows no `import.meta.resolve`
const PROGRAM = new URL('./postgres-main.ts', import.meta.url);

let server: ChildProcess | undefined;

/** Starts the PostgreSQL of all files that do not kill it (`TestPostgres`). */
export async function setup({ provide }: TestProject): Promise<void> {
  const child = fork(PROGRAM);
  server = child;
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: string) => resolve(message));
    child.once('exit', (code) =>
      reject(new Error(`the tests' PostgreSQL ended with code ${code}`)),
    );
  });
  provide('migratedDatabase', url);
}

export async function teardown(): Promise<void> {
  if (!server?.connected) return;
  const ended = once(server, 'exit');
  server.disconnect();
  await ended;
}
