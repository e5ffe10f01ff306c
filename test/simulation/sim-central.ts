import type { OpenDatabase } from '../../central/db/database.ts';
import { DownlinkService } from '../../central/downlink/downlink-service.ts';
import { Enrolment } from '../../central/enrolment/enrolment.ts';
import { CentralEvents } from '../../central/events.ts';
import { IntakeBooking } from '../../central/intake/intake-booking.ts';
import { addHubs } from '../../central/intake/intake-store.ts';
import { Resync } from '../../central/intake/resync.ts';
import { StreamReader } from '../../central/intake/stream-reader.ts';
import { Phones } from '../../central/phones/phones.ts';
import { AllowanceService } from '../../central/wallet/allowance-service.ts';
import { Wallets } from '../../central/wallet/wallets.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { CityDatabase } from './city-database.ts';
import type { Plant } from './plant.ts';
import type { SimHub } from './sim-hub.ts';
import type { Wan } from './wan.ts';
import { type Machine, SimProcess } from './world.ts';

/** Slower than in operation, so that an hour without a line is cheap. */
const PACE = { firstMs: 1_000, maxMs: 60_000, haltedMs: 600_000 };
/** Nobody else wants the hubs: they are claimed anew a few times a day, not every few seconds. */
const LEASE_MS = 6 * 3_600_000;

interface Running {
  readonly process: SimProcess;
  readonly database: OpenDatabase;
  readonly wallets: Wallets;
  readonly downlink: DownlinkService;
}

/** The city's central service on its machine. PostgreSQL, on another, goes on when it falls. */
export class SimCentral {
  readonly machine: Machine;
  private readonly city: CityDatabase;
  private readonly hubs: readonly SimHub[];
  private readonly wan: Wan;
  private readonly logger: Logger;
  private readonly plant: Plant | undefined;
  private readonly walletMinor: bigint;
  private present: SimProcess | undefined;
  private running: Running | undefined;
  private readers: readonly StreamReader[] = [];

  constructor(parts: {
    readonly machine: Machine;
    readonly city: CityDatabase;
    readonly hubs: readonly SimHub[];
    readonly wan: Wan;
    readonly logger: Logger;
    readonly plant: Plant | undefined;
    /** What every shopper may spend in all. */
    readonly walletMinor: bigint;
  }) {
    this.machine = parts.machine;
    this.city = parts.city;
    this.hubs = parts.hubs;
    this.wan = parts.wan;
    this.logger = parts.logger;
    this.plant = parts.plant;
    this.walletMinor = parts.walletMinor;
  }

  get process(): SimProcess | undefined {
    return this.present;
  }

  /** Starts; it runs when PostgreSQL has answered, in simulated time. */
  start(): void {
    if (this.present) return;
    const process = new SimProcess(this.machine);
    this.present = process;
    void this.boot(process);
  }

  kill(): void {
    this.present?.kill();
    this.present = undefined;
    this.running = undefined;
    this.city.release();
  }

  /** Hubs whose chain does not go on. */
  get halted(): number {
    return this.readers.filter(({ status }) => status.halted).length;
  }

  /** Puts a shopper on the exception list or takes them off it, as an operator does. */
  async setBlocked(shopperId: string, blocked: boolean): Promise<void> {
    const { running } = this;
    if (!running) return;
    const { database, wallets, downlink } = running;
    downlink.nudge(await database.transact((tx) => wallets.setBlocked(tx, shopperId, blocked)));
  }

  private async boot(process: SimProcess): Promise<void> {
    const { hubs, wan, logger } = this;
    const database = await this.city.connect(process);
    await addHubs(
      database.db,
      hubs.map(({ hubId }) => hubId),
    );
    const { newId } = process;
    const nats = wan.linkOf(process, 'central');
    const shared = { clock: process, newId, nats, database, events: new CentralEvents(logger) };
    const downlink = new DownlinkService(shared);
    const wallets = new Wallets({
      ...shared,
      settings: { currency: 'CNY', limitMinor: this.walletMinor },
    });
    const booking = new IntakeBooking({
      ...shared,
      wallets,
      phones: new Phones(shared),
      enrolment: new Enrolment({ ...shared, authorities: [] }),
    });
    downlink.start();
    new AllowanceService({ ...shared, wallets, downlink }).start();
    this.readers = hubs.map(({ hubId, stream, line }) => {
      const reader = new StreamReader({
        ...shared,
        hubId,
        stream: stream.readerOf(process, line),
        ...(this.plant === 'stream-trusted' ? {} : { resync: new Resync({ ...shared, hubId }) }),
        booking,
        timers: process,
        random: () => this.machine.random.next(),
        onBooked: (batch) => {
          this.machine.world.note(
            'booked',
            hubId,
            batch.position.chain.seq,
            batch.position.chain.hash,
          );
          downlink.nudge(batch.nudges);
        },
        pace: PACE,
        leaseMs: LEASE_MS,
      });
      reader.start();
      return reader;
    });
    this.running = { process, database, wallets, downlink };
  }
}
