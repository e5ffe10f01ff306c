import type { Logger } from '../../shared/kernel/logger.ts';
import type { AllowanceStore } from '../allowance/allowance-store.ts';
import type { Transact } from '../db/database.ts';
import type { DirectoryStore } from '../enrolment/directory-store.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { ChainWitness } from './chain-witness.ts';

interface LifeParts {
  readonly outbox: OutboxStore;
  readonly allowances: AllowanceStore;
  readonly directory: Pick<DirectoryStore, 'setting' | 'putSetting'>;
  readonly witness: Pick<ChainWitness, 'read' | 'isSameFile' | 'begin' | 'keep'>;
  readonly transact: Transact;
  /** Resolves when everything committed so far is on disk. */
  readonly settled: () => Promise<void>;
  /** How the place in the chain is kept again and again: every second, where nothing else is said. */
  readonly repeat?: Repeat;
  readonly logger: Logger;
}

/** Does something again and again. @returns ends it */
type Repeat = (work: () => void) => () => void;

const KEEP_MS = 1_000;
const everySecond: Repeat = (work) => {
  const timer = setInterval(work, KEEP_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
};
/** Says in the database that there is a witness beside it. */
const WITNESSED = 'chain_witnessed';

/**
 * One life of a hub: from a start of its process to its end. At its beginning it finds out whether the database is the one that
 * was written here last. If it is not (a backup was put back, a new appliance was given it), the chain says so, and nothing is
 * spent of what the life before was granted, which may have spent it (ADR 0033).
 */
export class HubLife {
  private readonly parts: LifeParts;
  private keptSeq = -1;
  private endKeeping: () => void = () => undefined;
  private keeping: Promise<void> = Promise.resolve();

  constructor(parts: LifeParts) {
    this.parts = parts;
  }

  /** To be called before anything else is written. @returns whether the database was set back */
  begin(): boolean {
    const { outbox, allowances, directory, witness, transact, logger } = this.parts;
    const restored = this.isRestored();
    if (restored) {
      const { lastSeq } = outbox.head();
      transact(() => allowances.awaitConfirmation(outbox.openEpoch({ restored }).eventId));
      logger.warn({ module: 'epoch', lastSeq }, 'the ledger is not the one that was written last');
    }
    const { lastSeq: seq, lastHash: hash } = outbox.head();
    try {
      witness.begin({ seq, hash });
    } catch (error) {
      // a full disk: an older place in the chain is as good
      logger.warn({ module: 'epoch', err: error }, 'the place in the chain could not be kept');
    }
    if (directory.setting(WITNESSED) === undefined) {
      transact(() => directory.putSetting(WITNESSED, 'yes'));
    }
    const { repeat = everySecond } = this.parts;
    this.endKeeping = repeat(() => {
      this.keeping = this.keep();
    });
    return restored;
  }

  /** To be called before the database is closed. */
  async end(): Promise<void> {
    this.endKeeping();
    await this.keeping;
    await this.keep();
  }

  /** A ledger without an event is a new one, and one of before there were witnesses is as good as it was. */
  private isRestored(): boolean {
    const { outbox, directory, witness } = this.parts;
    const { lastSeq } = outbox.head();
    if (lastSeq === 0 || directory.setting(WITNESSED) === undefined) return false;
    const last = witness.read();
    if (!last || !witness.isSameFile(last)) return true;
    return last.seq > 0 && outbox.hashAt(last.seq) !== last.hash;
  }

  private async keep(): Promise<void> {
    const { outbox, witness, settled, logger } = this.parts;
    try {
      const { lastSeq: seq, lastHash: hash } = outbox.head();
      if (seq === this.keptSeq) return;
      await settled();
      witness.keep({ seq, hash });
      this.keptSeq = seq;
    } catch (error) {
      logger.warn({ module: 'epoch', err: error }, 'the place in the chain could not be kept');
    }
  }
}
