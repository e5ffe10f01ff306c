import type { Command } from '../command.ts';

export const screenshotsCommand: Command = {
  summary: 'take pictures of every page with headless Chromium',
  help: `usage: wuma screenshots --out DIR --hub URL --central URL [options]

Takes the kiosk, the views of the hub's console, central's pages, its sign-in and the shopper's phone page as they are
now, at 390x844 and 1280x800, the kiosk also at 800x1280, each in zh-CN and en, light and dark, as PNG files; and
pages that ask for something also while they load and where nothing comes back. What is empty, and how ten years of
data look, is seen on a city that is empty or old.

  --out DIR          where the pictures go; made if it is not there
  --hub URL          a hub, for instance http://localhost:7410
  --central URL      central, for instance http://localhost:7400
  --token-file FILE  the hub's admin.token; without it the console shows its way in
  --central-token-file FILE  central's; without it its pages show their way in
  --page NAME        only this page; may be given several times
  --merchant ID      also takes this merchant's sales and customers
  --whole            the whole length of each page, not only the screen
  --json             one line of JSON: a list of {"file","page","state","width","height","language","scheme"}

Chromium is taken from $CHROMIUM, or is the first chromium, chromium-browser or google-chrome on PATH.
`,
  async run(args, io) {
    // the browser's driver is loaded only here: it is no part of the other commands
    const { runScreenshots } = await import('../../web/screenshots.ts');
    return runScreenshots(args, io);
  },
};
