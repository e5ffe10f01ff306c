import { fileURLToPath } from 'node:url';

/** What children need of the environment we run in; nothing else of it gets into a service by accident. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_COMPILE_CACHE'];

/** The environment of a service, its own settings added to what every program needs. */
export function serviceEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...settings };
}

/** Where to look for programs. */
export function searchPath(): string {
  return process.env['PATH'] ?? '';
}

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
