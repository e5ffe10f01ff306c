import { useCallback, useEffect, useState } from 'react';
import { type SignedIn, signedInSchema } from '../../../shared/contracts/http-sign-in.ts';
import { ask, type HttpFailure } from '../../../shared/web/http.ts';

/** Who looks at the page. `out`: nobody is signed in. */
export type SessionState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'out' }
  | { readonly kind: 'failed'; readonly failure: HttpFailure }
  | { readonly kind: 'in'; readonly person: SignedIn };

export interface Session {
  readonly state: SessionState;
  readonly reload: () => void;
}

/** Sessions end by themselves: a page that is left open finds out. */
const AGAIN_MS = 60_000;

/** Asks who is signed in, now and every minute while the page can be seen. */
export function useSession(): Session {
  const [state, setState] = useState<SessionState>({ kind: 'loading' });
  const [round, setRound] = useState(0);

  useEffect(() => {
    let over = false;
    const read = async (): Promise<void> => {
      const answer = await ask('/api/me', signedInSchema);
      if (over) return;
      if (answer.ok) setState(unlessSame(answer.value));
      else if (answer.error.kind === 'problem' && answer.error.status === 401)
        setState({ kind: 'out' });
      // who was signed in goes on looking at what is there: the cards say what they cannot read
      else
        setState((last) => (last.kind === 'in' ? last : { kind: 'failed', failure: answer.error }));
    };
    void read();
    const timer = setInterval(() => {
      if (!document.hidden) void read();
    }, AGAIN_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [round]);

  const reload = useCallback(() => setRound((last) => last + 1), []);
  return { state, reload };
}

/** The same person stays the same object, so that nothing below is drawn anew. */
function unlessSame(person: SignedIn) {
  return (last: SessionState): SessionState =>
    last.kind === 'in' && JSON.stringify(last.person) === JSON.stringify(person)
      ? last
      : { kind: 'in', person };
}
