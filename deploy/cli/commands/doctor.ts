import type { Command } from '../command.ts';
import { runInstead } from '../forward.ts';

/** Lives with the launcher, in plain JavaScript: it must work where nothing is installed. */
export const doctorCommand: Command = {
  summary: 'tell what is here and what is missing',
  help: `usage: wuma doctor [--pack NAME] [--json]

Changes nothing. Exit code 0 when all that npm start needs is here, else 1.
`,
  run: (args) => runInstead('deploy/launch.mjs', ['wuma', 'doctor', ...args]),
};
