import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { required } from '../../../shared/kernel/command-line.ts';
import { BankSimulator } from '../../bank/bank-simulator.ts';
import { type Command, listOf } from '../command.ts';

const LOOK_EVERY_MS = 500;

export const bankCommand: Command = {
  summary: 'a bank for development: answers payment files in a folder',
  help: `usage: wuma bank --dir DIR [--closed NUMBER,NUMBER …] [--once] [--json]

  --dir DIR      CENTRAL_BANK_DIR: files are read in DIR/out, answers written to DIR/in
  --closed LIST  accounts that take no money: their lines are rejected with AC04
  --once         answers what is there and ends; else until it is stopped
  --json         with --once, one line of JSON: {"answered":N}

Each payment file (pain.001.001.12) is answered with a status report (pain.002.001.14) and a statement (camt.053.001.08).
`,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        dir: { type: 'string' },
        closed: { type: 'string', default: '' },
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const dir = required(values.dir, 'dir');
    const bank = new BankSimulator({ dir, closedAccounts: listOf(values.closed) });
    if (values.once) {
      const answered = bank.answerAll();
      io.out(values.json ? JSON.stringify({ answered }) : `${answered} files answered`);
      return 0;
    }
    io.progress(`the bank looks into ${dir}; stop it with Ctrl-C`);
    for (;;) {
      const answered = bank.answerAll();
      if (answered > 0) io.progress(`${answered} files answered`);
      await sleep(LOOK_EVERY_MS);
    }
  },
};
