import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignedIn } from '../../../shared/contracts/http-sign-in.ts';
import { recordedSchema } from '../../../shared/contracts/reconciliation.ts';
import { Button } from '../../../shared/web/button.tsx';
import { ask, failureCode } from '../../../shared/web/http.ts';
import { LanguageSwitch } from '../../../shared/web/language-switch.tsx';
import { Notice } from '../../../shared/web/mark.tsx';
import { SkeletonRows } from '../../../shared/web/skeleton.tsx';
import { SignIn } from './sign-in.tsx';
import { type Session, useSession } from './use-session.ts';
import './session.css';

type StaffRole = SignedIn['role'];

/** Central's pages and who may open them. */
const PAGES: readonly {
  readonly name: string;
  readonly path: string;
  readonly roles: readonly StaffRole[];
}[] = [
  { name: 'city', path: '/', roles: ['operator', 'administrator'] },
  { name: 'administration', path: '/administration/', roles: ['operator', 'administrator'] },
  {
    name: 'merchant',
    path: '/merchant/',
    roles: ['operator', 'administrator', 'owner', 'cashier'],
  },
  {
    name: 'insight',
    path: '/insight/',
    roles: ['operator', 'administrator', 'analyst', 'owner'],
  },
  { name: 'bureau', path: '/bureau/', roles: ['operator', 'administrator', 'analyst'] },
  { name: 'programmes', path: '/programmes/', roles: ['operator', 'analyst'] },
  { name: 'standing', path: '/standing/', roles: ['operator', 'analyst'] },
];

interface StaffPageProps {
  /** As in `PAGES`. */
  readonly name: string;
  readonly heading: string;
  /** What the page shows to somebody who may see it. */
  readonly children: (person: SignedIn) => ReactNode;
}

/** A page for staff: its bar, and what it says to whoever is not signed in or has another role. */
export function StaffPage({ name, heading, children }: StaffPageProps): ReactElement {
  const { t } = useTranslation();
  const session = useSession();
  const { state } = session;
  const person = state.kind === 'in' ? state.person : undefined;
  return (
    <>
      <a className="skip-link" href="#content">
        {t('session.skip')}
      </a>
      <header className="page-bar">
        <span className="brand">{t('brand')}</span>
        {person ? <PageLinks current={name} role={person.role} /> : null}
        <span className="push">
          {person ? <SignOut person={person} onDone={session.reload} /> : null}
          <LanguageSwitch />
        </span>
      </header>
      <main id="content" className={`staff ${name}`} tabIndex={-1}>
        <h1>{heading}</h1>
        {mayOpen(name, person) && person ? children(person) : <Shut session={session} />}
      </main>
    </>
  );
}

function mayOpen(name: string, person: SignedIn | undefined): boolean {
  const page = PAGES.find((each) => each.name === name);
  return person !== undefined && page?.roles.includes(person.role) === true;
}

function PageLinks(props: { readonly current: string; readonly role: StaffRole }): ReactElement {
  const { t } = useTranslation();
  const pages = PAGES.filter(({ roles }) => roles.includes(props.role));
  const nav = useRef<HTMLElement>(null);
  // on a phone the list is wider than the screen
  useEffect(() => {
    nav.current
      ?.querySelector('[aria-current]')
      ?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [props.current]);
  return (
    <nav ref={nav} className="page-links" aria-label={t('session.pages')}>
      {pages.map(({ name, path }) => (
        <a key={name} href={path} aria-current={name === props.current ? 'page' : undefined}>
          {t(`session.page.${name}`)}
        </a>
      ))}
    </nav>
  );
}

function SignOut(props: { readonly person: SignedIn; readonly onDone: () => void }): ReactElement {
  const { t } = useTranslation();
  const signOut = async (): Promise<void> => {
    await ask('/api/sign-out', recordedSchema, { method: 'POST' });
    props.onDone();
  };
  return (
    <>
      <span className="small muted role-name">{t(`session.role.${props.person.role}`)}</span>
      <Button kind="quiet" onClick={() => void signOut()}>
        {t('session.signOut')}
      </Button>
    </>
  );
}

/** Why there is nothing to see. */
function Shut({ session }: { readonly session: Session }): ReactElement {
  const { t } = useTranslation();
  const { state, reload } = session;
  switch (state.kind) {
    case 'loading':
      return <SkeletonRows rows={3} />;
    case 'out':
      return <SignIn onDone={reload} />;
    case 'in':
      return (
        <Notice tone="more" icon="info">
          {t('session.otherRole')}
        </Notice>
      );
    case 'failed':
      return (
        <Notice tone="bad" icon="cross">
          <p>{t('common.loadProblem')}</p>
          <p className="small muted">{t('common.code', { code: failureCode(state.failure) })}</p>
          <Button onClick={reload}>{t('common.retry')}</Button>
        </Notice>
      );
  }
}
