export type PageName =
  | 'kiosk'
  | 'console'
  | 'enrol'
  | 'city'
  | 'insight'
  | 'bureau'
  | 'programmes'
  | 'standing'
  | 'merchant'
  | 'administration';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** One picture: which page, how large, in which language, on which ground. */
export interface Shot extends Size {
  readonly page: PageName;
  readonly language: 'zh-CN' | 'en';
  readonly scheme: 'light' | 'dark';
}

const PHONE: Size = { width: 390, height: 844 };
const DESKTOP: Size = { width: 1280, height: 800 };
const KIOSK: Size = { width: 800, height: 1280 };

const SIZES: Readonly<Record<PageName, readonly Size[]>> = {
  kiosk: [PHONE, DESKTOP, KIOSK],
  console: [PHONE, DESKTOP],
  enrol: [PHONE, DESKTOP],
  city: [PHONE, DESKTOP],
  insight: [PHONE, DESKTOP],
  bureau: [PHONE, DESKTOP],
  programmes: [PHONE, DESKTOP],
  standing: [PHONE, DESKTOP],
  merchant: [PHONE, DESKTOP],
  administration: [PHONE, DESKTOP],
};
const PAGES = [
  'kiosk',
  'console',
  'enrol',
  'city',
  'insight',
  'bureau',
  'programmes',
  'standing',
  'merchant',
  'administration',
] as const;
/** Those of central; the others are a hub's. */
export const CENTRAL_PAGES: readonly PageName[] = [
  'city',
  'insight',
  'bureau',
  'programmes',
  'standing',
  'merchant',
  'administration',
];
const LANGUAGES = ['zh-CN', 'en'] as const;
const SCHEMES = ['light', 'dark'] as const;

/** Every picture, page by page. */
export function allShots(): Shot[] {
  return PAGES.flatMap((page) =>
    SIZES[page].flatMap((size) =>
      LANGUAGES.flatMap((language) =>
        SCHEMES.map((scheme) => ({ page, ...size, language, scheme })),
      ),
    ),
  );
}

/** For instance `city-390x844-zh-CN-dark.png`. */
export function fileName({ page, width, height, language, scheme }: Shot): string {
  return `${page}-${width}x${height}-${language}-${scheme}.png`;
}

/** Where the page is, in the picture's language. */
export function addressOf(shot: Shot, services: { readonly hub: URL; readonly central: URL }): URL {
  const address = {
    kiosk: () => new URL('/kiosk/', services.hub),
    console: () => new URL('/console/', services.hub),
    enrol: () => new URL('/console/#/enrol', services.hub),
    city: () => new URL('/', services.central),
    insight: () => new URL('/insight/', services.central),
    bureau: () => new URL('/bureau/', services.central),
    programmes: () => new URL('/programmes/', services.central),
    standing: () => new URL('/standing/', services.central),
    merchant: () => new URL('/merchant/', services.central),
    administration: () => new URL('/administration/', services.central),
  }[shot.page]();
  address.searchParams.set('lang', shot.language);
  return address;
}
