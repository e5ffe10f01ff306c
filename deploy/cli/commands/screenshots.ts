import type { Command } from '../command.ts';
import { runInstead } from '../forward.ts';

export const screenshotsCommand: Command = {
  summary: 'take pictures of every page with headless Chromium',
  help: `usage: wuma screenshots --out DIR
`,
  run: (args) => runInstead('deploy/web/screenshots.ts', args),
};
