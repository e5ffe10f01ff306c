import { useEffect, useState } from 'react';
import { type Panel, type PanelName, panelSchema } from '../../../shared/contracts/http-insight.ts';
import { ask, type HttpFailure } from '../../../shared/web/http.ts';

/** Whose panels are looked at, and what proves that one may. */
export interface Viewer {
  /** Undefined: the whole city. */
  readonly merchantId: string | undefined;
  /** The operator's token; undefined where the browser has a session. */
  readonly token: string | undefined;
}

export interface PanelState {
  readonly panel: Panel | undefined;
  readonly failure: HttpFailure | undefined;
  readonly reload: () => void;
}

const AGAIN_MS = 60_000;

/** Reads a panel now and every minute while the page can be seen. */
export function usePanel(name: PanelName, { merchantId, token }: Viewer): PanelState {
  const [panel, setPanel] = useState<Panel>();
  const [failure, setFailure] = useState<HttpFailure>();
  const [round, setRound] = useState(0);
  const path =
    merchantId === undefined
      ? `/api/insight/${name}`
      : `/api/merchants/${encodeURIComponent(merchantId)}/insight/${name}`;

  useEffect(() => {
    let over = false;
    setPanel(undefined);
    const read = async (): Promise<void> => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await ask(path, panelSchema, { headers });
      if (over) return;
      if (answer.ok) setPanel(answer.value);
      setFailure(answer.ok ? undefined : answer.error);
    };
    void read();
    const timer = setInterval(() => {
      if (!document.hidden) void read();
    }, AGAIN_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [path, token, round]);

  return { panel, failure, reload: () => setRound((last) => last + 1) };
}
