/** Where each page is: of a hub, or of central. */
const PLACES = {
  kiosk: { of: 'hub', path: '/kiosk/' },
  console: { of: 'hub', path: '/console/' },
  terminals: { of: 'hub', path: '/console/#/terminals' },
  enrol: { of: 'hub', path: '/console/#/enrol' },
  people: { of: 'hub', path: '/console/#/people' },
  city: { of: 'central', path: '/' },
  insight: { of: 'central', path: '/insight/' },
  /** Of the merchant that is asked for. */
  'merchant-insight': { of: 'central', path: '/insight/' },
  bureau: { of: 'central', path: '/bureau/' },
  programmes: { of: 'central', path: '/programmes/' },
  standing: { of: 'central', path: '/standing/' },
  merchant: { of: 'central', path: '/merchant/' },
  administration: { of: 'central', path: '/administration/' },
  /** To whoever has not signed in. */
  'sign-in': { of: 'central', path: '/merchant/' },
  /** On a shopper's phone, before it is anybody's. */
  pay: { of: 'central', path: '/pay/' },
} as const;

export type PageName = keyof typeof PLACES;
export const PAGE_NAMES = Object.keys(PLACES) as PageName[];

/** As it is now, while its answers have not come, and where they do not come at all. */
export type PageState = 'now' | 'loading' | 'failed';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** One picture: which page, in which state, how large, in which language, on which ground. */
export interface Shot extends Size {
  readonly page: PageName;
  readonly state: PageState;
  readonly language: 'zh-CN' | 'en';
  readonly scheme: 'light' | 'dark';
}

const PHONE: Size = { width: 390, height: 844 };
const DESKTOP: Size = { width: 1280, height: 800 };
const KIOSK: Size = { width: 800, height: 1280 };

const LANGUAGES = ['zh-CN', 'en'] as const;
const SCHEMES = ['light', 'dark'] as const;
/** Those that ask for nothing, views that load as the whole console does, and the kiosk, which speaks to its hub by MQTT. */
const ONLY_NOW: readonly PageName[] = ['kiosk', 'terminals', 'enrol', 'people', 'sign-in', 'pay'];

/** Every picture, page by page. @param options.merchantId whose sales and customers; undefined leaves them out */
export function allShots({ merchantId }: { readonly merchantId: string | undefined }): Shot[] {
  const names = PAGE_NAMES.filter(
    (name) => name !== 'merchant-insight' || merchantId !== undefined,
  );
  return names.flatMap((page) =>
    statesOf(page).flatMap((state) =>
      sizesOf(page).flatMap((size) =>
        LANGUAGES.flatMap((language) =>
          groundsOf(state).map((scheme) => ({ page, state, ...size, language, scheme })),
        ),
      ),
    ),
  );
}

function statesOf(page: PageName): readonly PageState[] {
  return ONLY_NOW.includes(page) ? ['now'] : ['now', 'loading', 'failed'];
}

function sizesOf(page: PageName): readonly Size[] {
  return page === 'kiosk' ? [PHONE, DESKTOP, KIOSK] : [PHONE, DESKTOP];
}

/** What a page shows in between is made of the same few parts: one ground is enough. */
function groundsOf(state: PageState): readonly Shot['scheme'][] {
  return state === 'now' ? SCHEMES : ['light'];
}

/** For instance `city-390x844-zh-CN-dark.png`, `city-390x844-en-light-loading.png`. */
export function fileName({ page, state, width, height, language, scheme }: Shot): string {
  const suffix = state === 'now' ? '' : `-${state}`;
  return `${page}-${width}x${height}-${language}-${scheme}${suffix}.png`;
}

/** Whose page it is. */
export function serviceOf({ page }: Pick<Shot, 'page'>): 'hub' | 'central' {
  return PLACES[page].of;
}

/** Where the page is, in the picture's language. */
export function addressOf(
  shot: Pick<Shot, 'page' | 'language'>,
  where: { readonly hub: URL; readonly central: URL; readonly merchantId: string | undefined },
): URL {
  const { of, path } = PLACES[shot.page];
  const address = new URL(path, where[of]);
  address.searchParams.set('lang', shot.language);
  if (shot.page === 'merchant-insight' && where.merchantId !== undefined) {
    address.searchParams.set('merchant', where.merchantId);
  }
  return address;
}
