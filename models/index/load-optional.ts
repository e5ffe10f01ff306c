import { IndexUnavailableError } from './gallery-index.ts';

/**
 * Loads an optional package.
 *
 * @throws IndexUnavailableError where it is not installed or not made for this machine
 */
export async function loadOptional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new IndexUnavailableError(
      `the optional package ${name} cannot be used here (${why}); npm ci --include=optional installs it`,
      { cause },
    );
  }
}
