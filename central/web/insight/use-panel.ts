import { useEffect, useState } from 'react';
import { type Panel, type PanelName, panelSchema } from '../../../shared/contracts/http-insight.ts';
import { ask, type HttpFailure } from '../../../shared/web/http.ts';

export interface PanelState {
  readonly panel: Panel | undefined;
  readonly failure: HttpFailure | undefined;
  readonly reload: () => void;
}

const AGAIN_MS = 60_000;

/** Reads a panel now and every minute while the page can be seen. @param merchantId undefined: the whole city */
export function usePanel(name: PanelName, merchantId: string | undefined): PanelState {
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
      const answer = await ask(path, panelSchema);
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
  }, [path, round]);

  return { panel, failure, reload: () => setRound((last) => last + 1) };
}
