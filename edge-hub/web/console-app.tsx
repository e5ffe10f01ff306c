import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import {
  hubStatusSchema,
  type Terminal,
  terminalListSchema,
} from '../../shared/contracts/http-hub.ts';
import { LanguageSwitch } from '../../shared/web/language-switch.tsx';
import { SkeletonRows } from '../../shared/web/skeleton.tsx';
import { usePolled } from '../../shared/web/use-polled.ts';
import { DecisionsView } from './decisions-view.tsx';
import { EnrolView } from './enrol-view.tsx';
import { LoadProblem } from './load-problem.tsx';
import { PeopleView } from './people-view.tsx';
import { SignInView } from './sign-in-view.tsx';
import { StatusBar } from './status-bar.tsx';
import { TerminalsView } from './terminals-view.tsx';
import { useView, VIEWS, type View } from './use-view.ts';

const POLL_MS = 2_000;

/** The street administration's console of one hub. */
export function ConsoleApp(): ReactElement {
  const { t } = useTranslation();
  const status = usePolled('/api/status', hubStatusSchema, POLL_MS);
  // asks for the operator: its refusal is how the page learns that nobody is signed in
  const terminals = usePolled('/api/terminals', terminalListSchema, POLL_MS);
  const view = useView();
  const { failure } = terminals;
  const signedOut = failure?.kind === 'problem' && failure.status === 401;
  return (
    <>
      <header className="page-bar">
        <span className="brand">{status.value?.streetName ?? t('brand')}</span>
        {signedOut ? null : <Navigation current={view} />}
        <span className="push">
          <LanguageSwitch />
        </span>
      </header>
      <main className="console">
        <StatusBar status={status.value} failure={status.failure} />
        {signedOut ? <SignInView onSignedIn={terminals.reload} /> : null}
        {!signedOut && terminals.value === undefined && !failure ? <SkeletonRows rows={4} /> : null}
        {!signedOut && terminals.value === undefined && failure ? (
          <LoadProblem failure={failure} onRetry={terminals.reload} />
        ) : null}
        {!signedOut && terminals.value ? (
          <CurrentView
            view={view}
            terminals={terminals.value.terminals}
            reload={terminals.reload}
            streetId={status.value?.streetId}
          />
        ) : null}
      </main>
    </>
  );
}

function Navigation({ current }: { readonly current: View }): ReactElement {
  const { t } = useTranslation();
  return (
    <nav className="console-nav" aria-label={t('nav.label')}>
      {VIEWS.map((view) => (
        <a key={view} href={`#/${view}`} aria-current={view === current ? 'page' : undefined}>
          {t(`nav.${view}`)}
        </a>
      ))}
    </nav>
  );
}

interface CurrentViewProps {
  readonly view: View;
  readonly terminals: readonly Terminal[];
  readonly reload: () => void;
  readonly streetId: string | undefined;
}

function CurrentView({ view, terminals, reload, streetId }: CurrentViewProps): ReactElement {
  switch (view) {
    case 'decisions':
      return <DecisionsView />;
    case 'terminals':
      return <TerminalsView terminals={terminals} onChange={reload} />;
    case 'enrol':
      return <EnrolView streetId={streetId} />;
    case 'people':
      return <PeopleView />;
  }
}
