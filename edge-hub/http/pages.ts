import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

const PAGES = ['kiosk', 'console'] as const;

/** Serves the built pages: `/kiosk/` and `/console/`, each from a folder of its name. */
export function servePages(app: OpenAPIHono, webDir: string): void {
  app.use(
    '*',
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        // the reader of QR codes on the kiosk is WebAssembly
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        workerSrc: ["'self'", 'blob:'],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
      xFrameOptions: 'DENY',
      // the pages use the camera, nothing else may
      permissionsPolicy: { camera: ['self'], microphone: [], geolocation: [] },
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
    }),
  );
  for (const page of PAGES) {
    const dir = join(webDir, page);
    let files: MiddlewareHandler | undefined;
    app.get(`/${page}`, (c) => c.redirect(`/${page}/`, 308));
    app.get(
      `/${page}/*`,
      (c, next) => {
        // looked for when asked: pages may be built while the hub runs
        if (!files && existsSync(dir)) files = filesOf(dir, page);
        return files ? files(c, next) : next();
      },
      (c) => missing(c, dir),
    );
  }
  app.get('/', (c) => c.redirect('/console/', 302));
}

function filesOf(dir: string, page: string): MiddlewareHandler {
  return serveStatic({
    root: dir,
    rewriteRequestPath: (path) => path.slice(`/${page}`.length),
    onFound: (path, c) => {
      c.header('cache-control', cacheFor(path));
    },
  });
}

/** Vite puts a hash of the content into the names below `assets/`. */
function cacheFor(path: string): string {
  return path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
}

function missing(c: Context, dir: string): Response {
  const text = existsSync(join(dir, 'index.html'))
    ? 'Not found'
    : 'The pages are not built: node deploy/web/build.ts';
  return c.text(text, 404);
}
