import { setTimeout as sleep } from 'node:timers/promises';
import { ByteSearch } from './byte-search.ts';
import { formsOf, SEALED_FORM, wipeForms } from './template-forms.ts';

/** Windows of 16 bytes that were found, by the form that they are of. */
type Found = Readonly<Record<string, number>>;

export interface ErasureProof {
  readonly shopperId: string;
  readonly files: { readonly before: Found; readonly after: Found };
  /** Null where no process was named. */
  readonly memory: { readonly before: Found; readonly after: Found } | null;
  /**
   * Whether the search would have found them, and after the erasure found nothing in the files and in memory no more than
   * ciphertext whose key is gone: that lies in what SQLite's allocator has freed, until it is used again.
   */
  readonly proven: boolean;
}

export interface ProofRequest {
  readonly dataDir: string;
  readonly shopperId: string;
  /** The hub's process; its memory is searched too. */
  readonly pid: number | undefined;
  readonly erase: () => Promise<void>;
  readonly onProgress: (what: string) => void;
}

/** So much ciphertext is not waited for. */
export const MOST_CIPHERTEXT_WINDOWS = 20;
/** What only a collection wipes goes within a second; a busy hub takes longer. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 1_000;

/**
 * Erases a person at a running hub and looks for what it had of them: in all its files, and in its memory where a process is
 * named. What is looked for is derived before, is never written, and is wiped at the end. A search that finds nothing
 * before the erasure proves nothing after it.
 *
 * @returns undefined for somebody whom the hub does not know
 * @throws NotAHubError, what `erase` throws, ErrnoException where the process's memory cannot be read
 */
export async function proveErasure(request: ProofRequest): Promise<ErasureProof | undefined> {
  const { dataDir, shopperId, pid, erase, onProgress } = request;
  const forms = formsOf(dataDir, shopperId);
  if (!forms) return undefined;
  const search = new ByteSearch(forms);
  try {
    onProgress('searching before the erasure');
    const filesBefore = search.inFiles(dataDir);
    const memoryBefore = pid === undefined ? undefined : search.inMemory(pid);
    await erase();
    onProgress('erased; searching again');
    const filesAfter = search.inFiles(dataDir);
    const memoryAfter = pid === undefined ? undefined : await settledMemory(search, pid);
    const gone = filesAfter.size === 0 && (!memoryAfter || isKeyless(memoryAfter));
    const seen = filesBefore.size > 0 && (!memoryBefore || memoryBefore.size > 0);
    return {
      shopperId,
      files: { before: told(filesBefore), after: told(filesAfter) },
      memory:
        memoryBefore && memoryAfter
          ? { before: told(memoryBefore), after: told(memoryAfter) }
          : null,
      proven: gone && seen,
    };
  } finally {
    wipeForms(forms);
    search.wipe();
  }
}

/** Looks until nothing is left, or for as long as a hub may take. */
async function settledMemory(search: ByteSearch, pid: number): Promise<Map<string, number>> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    await sleep(PAUSE_MS);
    const found = search.inMemory(pid);
    if (isGone(found) || performance.now() > until) return found;
  }
}

/** The template is nowhere, nor what could open it. */
function isKeyless(found: ReadonlyMap<string, number>): boolean {
  return [...found.keys()].every((name) => name.startsWith(SEALED_FORM));
}

function isGone(found: ReadonlyMap<string, number>): boolean {
  return (
    isKeyless(found) && [...found.values()].every((windows) => windows <= MOST_CIPHERTEXT_WINDOWS)
  );
}

const told = (found: ReadonlyMap<string, number>): Found => Object.fromEntries(found);
