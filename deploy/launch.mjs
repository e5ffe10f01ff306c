#!/usr/bin/env node
// Plain JavaScript for any Node from 18 on: this is what runs before anything is installed.
import { isCommand, runCommand } from './setup/commands.mjs';
import { say } from './setup/progress.mjs';
import { SetupError } from './setup/setup-error.mjs';

const HELP = `usage: node deploy/launch.mjs COMMAND [arguments]

Sets up what the command needs (Node 24, dependencies, nats-server, models, pages), then runs it.

  start   the whole street and city on this machine (npm start -- --help tells more)
  test    all tests; arguments go to vitest (npm test -- --project unit)
  soak    long tests, then properties with new examples, round after round (npm run test:soak -- --help)
  check   format, lint, types, architecture, unused code, unit tests
  bench   measurements
  wuma    the command line (npm run -s wuma -- --help)
  docs    writes the generated documents anew

Exit code: that of the program; 1 when set-up fails, 2 for a wrong command, 130 after Ctrl-C.
`;

async function main() {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (!isCommand(name)) {
    say(`there is no command "${name}"`);
    process.stderr.write(HELP);
    return 2;
  }
  try {
    return await runCommand(name, args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    return 1;
  }
}

process.exitCode = await main();
