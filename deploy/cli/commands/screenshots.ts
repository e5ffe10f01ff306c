import type { Command } from '../command.ts';

export const screenshotsCommand: Command = {
  summary: 'take pictures of every page with headless Chromium',
  help: `usage: wuma screenshots --out DIR --hub URL --central URL [options]

Takes the kiosk, the hub's console, its enrolment view and central's pages as they are now, at 390x844
and 1280x800, the kiosk also at 800x1280, each in zh-CN and en, light and dark, as PNG files.

  --out DIR          where the pictures go; made if it is not there
  --hub URL          a hub, for instance http://localhost:7410
  --central URL      central, for instance http://localhost:7400
  --token-file FILE  the hub's admin.token; without it the console shows its way in
  --central-token-file FILE  central's; without it its pages show their way in
  --json             one line of JSON: a list of {"file","page","width","height","language","scheme"}

Chromium is taken from $CHROMIUM, or is the first chromium, chromium-browser or google-chrome on PATH.
`,
  async run(args, io) {
    // the browser's driver is loaded only here: it is no part of the other commands
    const { runScreenshots } = await import('../../web/screenshots.ts');
    return runScreenshots(args, io);
  },
};
